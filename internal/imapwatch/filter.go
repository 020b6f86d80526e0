package imapwatch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync/atomic"

	"github.com/igwatchd/igwatchd/internal/fault"
)

const (
	// maxText bounds what a server may say during one step outside of literals: its answers to
	// one search of 1.5 million messages.
	maxText = 16 << 20
	// maxLine bounds a line, and with it what is held in memory before the parser has it.
	maxLine = 2 << 20
	// maxLiteral bounds what is skipped when a server sends a whole message where a part was asked for.
	maxLiteral = 512 << 20
)

// filter stands between the network and the parser, which gives up the connection at the first
// response it does not know. It hands on the responses this package asks for, and drops all
// others, which RFC 3501 (section 2.2.2) tells clients to be ready for at any time. What it drops
// still counts as a sign of life.
type filter struct {
	from     *bufio.Reader
	farewell func(words string) // called at BYE
	alert    func(words string) // called at [ALERT], which RFC 3501 (section 7.1) wants shown

	text atomic.Int64 // bytes of text left in this step

	out     []byte // passed, not yet taken
	literal int64  // bytes of a literal still to come
	skip    bool   // whether that literal is dropped
	greeted bool   // the first response was seen
	within  bool   // the next line goes on with a response, after a literal
	pass    bool   // whether that response is passed
	fetch   *fetchResponse
}

// refill is called at the beginning of each step.
func (f *filter) refill() { f.text.Store(maxText) }

// greet gives the parser the greeting that it did not see.
func (f *filter) greet() {
	f.out = append(f.out, "* OK\r\n"...)
	f.greeted = true
}

func (f *filter) Read(p []byte) (int, error) {
	for len(f.out) == 0 {
		if f.literal > 0 {
			n, err := f.readLiteral(p)
			if n > 0 || err != nil {
				return n, err
			}
			continue
		}
		if err := f.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, f.out)
	f.out = f.out[n:]
	return n, nil
}

// readLiteral copies or drops bytes of the literal. It returns 0 after dropping.
func (f *filter) readLiteral(p []byte) (int, error) {
	if f.skip {
		n, err := f.from.Discard(int(min(f.literal, 1<<20)))
		f.literal -= int64(n)
		return 0, err
	}
	n, err := f.from.Read(p[:min(int64(len(p)), f.literal)])
	f.literal -= int64(n)
	return n, err
}

// next reads one line, and decides what the parser gets of it.
func (f *filter) next() error {
	line, err := f.readLine()
	if err != nil {
		return err
	}
	if f.within {
		return f.goOn(line)
	}
	return f.begin(line)
}

// begin takes the first line of a response.
func (f *filter) begin(line []byte) error {
	if !bytes.HasPrefix(line, []byte("* ")) {
		// A tagged answer, or the "+" that IDLE and literals wait for. Blank lines are nothing.
		if len(bytes.TrimSpace(line)) > 0 && line[0] != '*' {
			f.put(line)
		}
		return nil
	}
	word, rest := cutWord(line[2:])
	if number, err := strconv.ParseUint(word, 10, 32); err == nil {
		return f.numbered(uint32(number), line, rest)
	}
	first := !f.greeted
	f.greeted = true
	switch word {
	case "BYE":
		f.put(line)
		f.farewell(string(bytes.TrimSpace(rest)))
		return nil
	case "OK", "NO", "BAD", "PREAUTH":
		if first || f.wanted(rest) {
			f.put(line)
		}
		return nil
	case "CAPABILITY", "SEARCH", "ESEARCH", "STATUS":
		return f.through(line, true)
	case "LIST":
		return f.through(line, nameDecodes(rest))
	}
	return f.through(line, false)
}

// wanted tells whether a status response carries a code that the parser needs. The others can
// kill it: PERMANENTFLAGS with a "]" in a flag does.
func (f *filter) wanted(rest []byte) bool {
	rest = bytes.TrimSpace(rest)
	if !bytes.HasPrefix(rest, []byte("[")) {
		return false
	}
	code, text, _ := bytes.Cut(rest[1:], []byte("]"))
	switch name, _ := cutWord(code); name {
	case "UIDNEXT", "UIDVALIDITY", "CAPABILITY", "CLOSED":
		return true
	case "ALERT":
		f.alert(string(bytes.TrimSpace(text)))
	}
	return false
}

// numbered takes "* 3 EXISTS" and its like. RECENT and EXPUNGE say nothing to a reader of UIDs.
func (f *filter) numbered(number uint32, line, rest []byte) error {
	switch word, items := cutWord(rest); word {
	case "EXISTS":
		f.put(fmt.Appendf(nil, "* %d EXISTS\r\n", number))
		return nil
	case "FETCH":
		f.fetch = &fetchResponse{number: number}
		return f.fetchLine(items)
	}
	return f.through(line, false)
}

// fetchLine passes what is left of a line of a FETCH response after tidying.
func (f *filter) fetchLine(line []byte) error {
	out, size, keep, end, err := f.fetch.tidy(line)
	if err != nil {
		// Not to be understood: the message counts as not sent, and is asked for again alone.
		f.fetch = nil
		return f.through(line, false)
	}
	f.put(out)
	if end {
		f.fetch, f.within = nil, false
		return nil
	}
	return f.expect(size, keep)
}

// goOn takes a line after a literal.
func (f *filter) goOn(line []byte) error {
	f.within = false
	if f.fetch != nil {
		return f.fetchLine(line)
	}
	return f.through(line, f.pass)
}

// through passes or drops a line, and the literal that it may announce.
func (f *filter) through(line []byte, pass bool) error {
	if pass {
		f.put(line)
	}
	f.pass = pass
	if size, ok := announced(line); ok {
		return f.expect(size, pass)
	}
	return nil
}

// expect prepares for a literal and the line after it.
func (f *filter) expect(size int64, keep bool) error {
	if size > maxLiteral {
		return fault.Temporary(fmt.Errorf("mail server announces %d bytes at once", size), "")
	}
	f.within, f.literal, f.skip = true, size, !keep
	return nil
}

func (f *filter) put(b []byte) { f.out = append(f.out[:0], b...) }

// readLine returns a line with its end. It is valid until the next call.
func (f *filter) readLine() ([]byte, error) {
	line, err := f.from.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		long := bytes.Clone(line)
		for errors.Is(err, bufio.ErrBufferFull) && len(long) <= maxLine {
			line, err = f.from.ReadSlice('\n')
			long = append(long, line...)
		}
		line = long
	}
	if f.text.Add(-int64(len(line))) < 0 || len(line) > maxLine {
		return nil, fault.Temporary(errors.New("mail server sends more than anyone asked for"), "")
	}
	if errors.Is(err, io.EOF) && len(line) > 0 {
		err = io.ErrUnexpectedEOF
	}
	return line, err
}

// cutWord returns the first word of b in upper case, and what follows it.
func cutWord(b []byte) (word string, rest []byte) {
	b = bytes.TrimLeft(b, " ")
	end := bytes.IndexAny(b, " \r\n")
	if end < 0 {
		end = len(b)
	}
	return string(bytes.ToUpper(b[:end])), b[end:]
}

// announced returns the size of the literal at the end of a line: {12} or, from some, {12+}.
func announced(line []byte) (size int64, ok bool) {
	line = bytes.TrimRight(line, "\r\n")
	open := bytes.LastIndexByte(line, '{')
	if open < 0 || !bytes.HasSuffix(line, []byte("}")) {
		return 0, false
	}
	digits := bytes.TrimSuffix(line[open+1:len(line)-1], []byte("+"))
	size, err := strconv.ParseInt(string(digits), 10, 64)
	return size, err == nil && size >= 0
}

// nameDecodes tells whether the parser can read the folder name at the end of a LIST response. It
// takes modified UTF-7 (RFC 3501, section 5.1.3); raw bytes of another kind kill it.
func nameDecodes(rest []byte) bool {
	shifted := false
	for _, b := range bytes.TrimRight(rest, "\r\n") {
		switch {
		case b < ' ' || b > '~':
			return false
		case shifted && b == '-':
			shifted = false
		case shifted && !bytes.ContainsRune([]byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,"), rune(b)):
			return false
		case !shifted && b == '&':
			shifted = true
		}
	}
	return !shifted
}
