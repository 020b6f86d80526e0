package imapwatch

import (
	"bytes"
	"io"
)

// answer takes a tagged answer, or the "+" that IDLE and literals wait for. Blank lines are nothing.
func (f *filter) answer(line []byte) error {
	if line[0] == '+' {
		if f.asked.goAhead() {
			f.put([]byte("+ " + printable(line[1:]) + "\r\n"))
		}
		return nil
	}
	tag, rest, _ := bytes.Cut(line, []byte(" "))
	if !f.asked.answered(string(tag)) {
		return nil
	}
	kind, rest := cutWord(rest)
	if kind != "OK" && kind != "NO" && kind != "BAD" {
		return unreadable(line)
	}
	f.put([]byte(string(tag) + " " + status(kind, rest)))
	return nil
}

// remark takes a status response that answers nothing. Only the first of all and those with
// certain codes are passed; the code PERMANENTFLAGS, for one, kills the parser when there is a
// "]" in a flag.
func (f *filter) remark(kind string, rest []byte, first bool) {
	name, args, text := cutCode(rest)
	switch number := string(bytes.TrimSpace(args)); {
	case name == "ALERT":
		f.alert(text)
	case (name == "UIDNEXT" || name == "UIDVALIDITY") && isNumber(number) && !first:
		f.put([]byte("* OK [" + name + " " + number + "]\r\n"))
		return
	case name == "CAPABILITY":
		f.put([]byte("* " + status(kind, rest)))
		return
	}
	if first {
		f.put([]byte("* " + status(kind, []byte(text))))
	}
}

// named takes a response that begins with a folder's name, which may be a literal.
func (f *filter) named(word string, line []byte) error {
	line = bytes.Clone(line)
	for range 4 {
		size, ok := announced(line)
		if !ok {
			break
		}
		if size > maxName {
			return f.drop(line)
		}
		name := make([]byte, size)
		if _, err := io.ReadFull(f.from, name); err != nil {
			return err
		}
		more, err := f.readLine()
		if err != nil {
			return err
		}
		line = append(line[:bytes.LastIndexByte(line, '{')], inQuotes(string(name))...)
		line = append(line, more...)
	}
	_, rest := cutWord(line[2:])
	if word == "STATUS" {
		f.put([]byte(numbersOf(rest)))
	} else {
		f.put([]byte(folderOf(rest)))
	}
	return nil
}
