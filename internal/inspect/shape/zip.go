package shape

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"github.com/klauspost/compress/flate"

	"github.com/igwatchd/igwatchd/internal/inspect"
)

// What is needed of a zip's records (APPNOTE.TXT 6.3.10, sections 4.3.7, 4.4.4 and 4.4.5).
const (
	lenLocal       = 30
	flagEncrypted  = 1 << 0
	flagDescriptor = 1 << 3
	methodStore    = 0
	methodDeflate  = 8
)

var localHeader = []byte("PK\x03\x04")

// maxEntries bounds how many files are looked for in a damaged zip.
const maxEntries = 2_000_000

// entries shows every file of a zip. It reports whether the table of contents could be read; where it could not, the
// files are looked for one after the other, as far as there are any.
func entries(ctx context.Context, p inspect.Part, each func(inspect.Entry)) (listed bool, err error) {
	if err := inspect.Entries(ctx, p, func(inspect.Entry) {}); err == nil { // nothing of a damaged one is shown
		return true, inspect.Entries(ctx, p, each)
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	return false, salvage(ctx, p, each)
}

// salvage finds files by their local headers.
func salvage(ctx context.Context, p inspect.Part, each func(inspect.Entry)) error {
	pos := int64(0)
	for range maxEntries {
		at, err := next(ctx, p, pos)
		if err != nil || at < 0 {
			return err
		}
		e, body, ok := local(p, at)
		if !ok {
			pos = at + int64(len(localHeader))
			continue
		}
		each(e)
		switch {
		case e.Flags&flagDescriptor == 0 && e.Packed <= p.Size-body:
			pos = body + e.Packed
		case e.Method == methodDeflate:
			c := &counted{r: bufio.NewReader(io.NewSectionReader(p.R, body, p.Size-body))}
			// Its length matters only; where it is damaged, the next one is looked for behind the damage.
			_, _ = io.Copy(io.Discard, io.LimitReader(flate.NewReader(c), maxUnpacked))
			pos = body + c.n
		default:
			pos = body
		}
	}
	return nil
}

// next finds a local header from a place on; -1 if there is none.
func next(ctx context.Context, p inspect.Part, pos int64) (int64, error) {
	buf := make([]byte, 1<<16)
	for pos < p.Size {
		if err := ctx.Err(); err != nil {
			return -1, err
		}
		n, err := p.R.ReadAt(buf[:min(int64(len(buf)), p.Size-pos)], pos)
		if i := bytes.Index(buf[:n], localHeader); i >= 0 {
			return pos + int64(i), nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return -1, err
		}
		if n < len(localHeader) {
			break
		}
		pos += int64(n - len(localHeader) + 1)
	}
	return -1, nil
}

// local reads a local header.
func local(p inspect.Part, at int64) (e inspect.Entry, body int64, ok bool) {
	b := make([]byte, lenLocal)
	if _, err := p.R.ReadAt(b, at); err != nil {
		return e, 0, false
	}
	n, extra := int64(binary.LittleEndian.Uint16(b[26:])), int64(binary.LittleEndian.Uint16(b[28:]))
	name := make([]byte, n)
	if n == 0 || at+lenLocal+n+extra > p.Size {
		return e, 0, false
	}
	if _, err := p.R.ReadAt(name, at+lenLocal); err != nil {
		return e, 0, false
	}
	d, t := binary.LittleEndian.Uint16(b[12:]), binary.LittleEndian.Uint16(b[10:])
	return inspect.Entry{
		Name: string(name), Header: at,
		Flags: binary.LittleEndian.Uint16(b[6:]), Method: binary.LittleEndian.Uint16(b[8:]),
		Packed: int64(binary.LittleEndian.Uint32(b[18:])), Size: int64(binary.LittleEndian.Uint32(b[22:])),
		Time: time.Date(1980+int(d>>9), time.Month(d>>5&15), int(d&31), int(t>>11), int(t>>5&63), 0, 0, time.UTC),
	}, at + lenLocal + n + extra, true
}

// open gives out the content of an entry, as far as it can be unpacked.
func open(p inspect.Part, e inspect.Entry) (io.Reader, bool) {
	_, body, ok := local(p, e.Header)
	if !ok || e.Flags&flagEncrypted != 0 {
		return nil, false
	}
	packed := e.Packed
	if packed == 0 && e.Flags&flagDescriptor != 0 { // found by its local header
		packed = p.Size - body
	}
	r := io.NewSectionReader(p.R, body, min(packed, p.Size-body))
	switch e.Method {
	case methodStore:
		return r, true
	case methodDeflate:
		return io.LimitReader(flate.NewReader(bufio.NewReader(r)), maxUnpacked), true
	}
	return nil, false
}

// counted counts what the inflater takes: a byte at a time, so that it takes no more than it needs.
type counted struct {
	r *bufio.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counted) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}
