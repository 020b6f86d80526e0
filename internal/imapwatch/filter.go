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
	// maxLiteral bounds what is skipped when a server sends a whole message where a part was asked for.
	maxLiteral = 512 << 20
	// maxName bounds a folder's name that comes as a literal.
	maxName = 4 << 10
	// keptBuffer is what of a connection's buffer outlives a long line.
	keptBuffer = 2 << 10
)

// maxLine bounds a line, and with it what is held in memory before the parser has it: the
// numbers of a million messages. Only a test sets another.
var maxLine = 8 << 20

// filter stands between the network and the parser, which gives up the connection at the first
// response it does not know. It hands on the responses this package asks for, and drops all
// others, which RFC 3501 (section 2.2.2) tells clients to be ready for at any time. What it drops
// still counts as a sign of life. What would make an answer wrong by being dropped ends the
// connection instead.
type filter struct {
	from     *bufio.Reader
	asked    asked
	farewell func(words string) // called at BYE
	alert    func(words string) // called at [ALERT], which RFC 3501 (section 7.1) wants shown

	text atomic.Int64 // bytes of text left in this step

	out     []byte // passed
	taken   int    // how much of it the parser has
	literal int64  // bytes of a literal still to come
	skip    bool   // whether that literal is dropped
	greeted bool   // the first response was seen
	within  bool   // the next line goes on with a response, after a literal
	fetch   *fetchResponse
	err     error // why nothing more will come
}

// refill is called at the beginning of each step.
func (f *filter) refill() { f.text.Store(maxText) }

// greet gives the parser the greeting that it did not see.
func (f *filter) greet() {
	f.put([]byte("* OK\r\n"))
	f.greeted = true
}

func (f *filter) Read(p []byte) (int, error) {
	for f.taken == len(f.out) {
		if cap(f.out) > keptBuffer {
			f.out = nil // such lines are rare, and connections live for days
		}
		f.out, f.taken = f.out[:0], 0
		switch {
		case f.literal > 0 && !f.skip:
			if n := f.readLiteral(p); n > 0 {
				return n, nil
			}
		case f.err != nil:
			return 0, f.err
		case f.literal > 0:
			n, err := f.from.Discard(int(min(f.literal, 1<<20)))
			f.literal -= int64(n)
			f.err = err
		default:
			f.err = f.next()
		}
	}
	n := copy(p, f.out[f.taken:])
	f.taken += n
	return n, nil
}

// readLiteral copies bytes of the literal. If the connection ends in the middle, zeros stand for the
// rest, and the error follows: a literal that ends too early would make the parser and its caller
// read from the same buffer at the same time. The message does not count, because its response
// has no end.
func (f *filter) readLiteral(p []byte) (n int) {
	p = p[:min(int64(len(p)), f.literal)]
	if f.err != nil {
		clear(p)
		n = len(p)
	} else {
		n, f.err = f.from.Read(p)
	}
	f.literal -= int64(n)
	return n
}

// next reads one line, and decides what the parser gets of it.
func (f *filter) next() error {
	line, err := f.readLine()
	if err != nil {
		return err
	}
	if !f.within {
		return f.begin(line)
	}
	f.within = false
	if f.fetch != nil {
		return f.fetchLine(line)
	}
	return f.drop(line)
}

// begin takes the first line of a response.
func (f *filter) begin(line []byte) error {
	if !bytes.HasPrefix(line, []byte("* ")) {
		return f.answer(line)
	}
	word, rest := cutWord(line[2:])
	if number, err := strconv.ParseUint(word, 10, 32); err == nil {
		return f.numbered(uint32(number), line, rest)
	}
	switch word {
	case "BYE":
		f.greeted = true
		f.put([]byte("* " + status(word, rest)))
		f.farewell(string(bytes.TrimSpace(rest)))
		return nil
	case "OK", "NO", "BAD", "PREAUTH":
		first := !f.greeted
		f.greeted = true
		f.remark(word, rest, first)
		return nil
	case "CAPABILITY":
		f.put([]byte("* CAPABILITY" + capabilities(rest) + "\r\n"))
		return nil
	case "SEARCH":
		out, err := found(rest)
		f.put(out)
		return err
	case "ESEARCH":
		out, err := foundAsSet(rest)
		f.put([]byte(out))
		return err
	case "STATUS", "LIST":
		return f.named(word, line)
	}
	return f.drop(line)
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
	return f.drop(line)
}

// fetchLine passes what is left of a line of a FETCH response after tidying.
func (f *filter) fetchLine(line []byte) error {
	out, size, keep, end, err := f.fetch.tidy(line)
	if err != nil {
		if f.fetch.released {
			return unreadable(line) // the parser has half of it, of whatever length
		}
		// The message counts as not sent, and is asked for again alone.
		f.fetch = nil
		return f.drop(line)
	}
	if end {
		f.fetch = nil
	} else if err := f.expect(size, keep); err != nil {
		return err
	}
	f.put(out)
	return nil
}

// drop forgets a line, and the literal that it may announce.
func (f *filter) drop(line []byte) error {
	if size, ok := announced(line); ok {
		return f.expect(size, false)
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

func (f *filter) put(b []byte) { f.out, f.taken = append(f.out[:0], b...), 0 }

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
