package inspect

import (
	"bufio"
	"errors"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"

	"github.com/igwatchd/igwatchd/internal/deflate64"
)

// unpacker unpacks entries, one after the other.
type unpacker struct {
	inflate io.ReadCloser
	wide    *deflate64.Reader
}

// open returns what packed unpacks to. The inflater is quickest with a bufio.Reader.
func (z *unpacker) open(method uint16, packed *bufio.Reader) (io.Reader, error) {
	switch {
	case method == methodStore:
		return packed, nil
	case method == methodDeflate64:
		if z.wide == nil {
			z.wide = deflate64.NewReader(nil)
		}
		z.wide.Reset(packed)
		return z.wide, nil
	case method != methodDeflate:
		return nil, errPacking
	}
	if z.inflate == nil {
		z.inflate = flate.NewReader(packed)
		return z.inflate, nil
	}
	return z.inflate, z.inflate.(flate.Resetter).Reset(packed, nil)
}

var errPacking = errors.New("it cannot be unpacked")

// lister gives out the content of single entries, which lie anywhere.
type lister struct {
	unpacker
	packed *bufio.Reader
}

// content returns the unpacked bytes of an entry. Whether they are those that were packed is known at their end.
func (z *lister) content(src *source, e *entry) (io.Reader, error) {
	if e.size < 0 || e.packed < 0 || e.size > maxEntry || e.size > smallEntry && e.size/maxRatio > e.packed || e.flags&flagEncrypted != 0 {
		return nil, errPacking
	}
	body, err := localBody(src, e)
	if err != nil {
		return nil, err
	}
	section := io.NewSectionReader(src, body, e.packed)
	if z.packed == nil {
		z.packed = bufio.NewReaderSize(nil, 1<<15)
	}
	z.packed.Reset(section)
	r, err := z.open(e.method, z.packed)
	return &summed{r: r, e: e}, err
}

// localBody returns where the bytes of an entry begin.
func localBody(src *source, e *entry) (int64, error) {
	head := make([]byte, lenLocal)
	if _, err := src.ReadAt(head, e.header); err != nil {
		return 0, err
	}
	if string(head[:4]) != "PK\x03\x04" {
		return 0, errPacking
	}
	return e.header + lenLocal + int64(head[26]) + int64(head[27])<<8 + int64(head[28]) + int64(head[29])<<8, nil
}

// summed ends with an error unless its bytes are those that the directory tells.
type summed struct {
	r   io.Reader
	e   *entry
	n   int64
	crc uint32
}

func (s *summed) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n += int64(n)
	s.crc = crc32.Update(s.crc, crc32.IEEETable, p[:n])
	switch {
	case s.n > s.e.size, errors.Is(err, io.EOF) && (s.n != s.e.size || s.crc != s.e.crc):
		return n, errPacking
	case errors.Is(err, io.ErrUnexpectedEOF):
		return n, errPacking
	}
	return n, err
}
