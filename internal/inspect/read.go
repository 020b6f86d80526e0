package inspect

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path"

	"github.com/klauspost/compress/flate"
)

// reader reads the entries of one part, one after the other. Each worker has its own.
type reader struct {
	src   *source
	union *union
	tally *tally
	tick  func(int64)

	packed  *bufio.Reader
	inflate io.ReadCloser
	buf     []byte       // for what is only counted and summed
	picture bytes.Buffer // the picture that is being decoded
}

func newReader(src *source, u *union, t *tally, tick func(int64)) *reader {
	return &reader{
		src: src, union: u, tally: t, tick: tick,
		packed: bufio.NewReaderSize(nil, 1<<16), buf: make([]byte, 1<<18),
	}
}

// body gives out the content of one entry and sums it up on the way.
type body struct {
	r    io.Reader
	size int64 // what the directory says
	n    int64
	crc  uint32
}

var errTooMuch = errors.New("it unpacks to more bytes than the zip says")

func (b *body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	b.crc = crc32.Update(b.crc, crc32.IEEETable, p[:n])
	if b.n > b.size {
		return n, errTooMuch
	}
	return n, err
}

// read reads every byte of e, compares length and CRC-32, and looks into the content by its
// kind. The outcome is stored in e. What the part's medium does wrong is kept by r.src.
func (r *reader) read(e *entry) {
	defer r.tick(e.packed)
	if e.size == 0 && e.packed == 0 {
		e.state = stateEmpty
		if e.crc != 0 {
			e.state, e.detail = stateDamaged, "it is empty but has a checksum"
		}
		if path.Ext(e.rel) == ".json" && !e.isFolder() {
			e.state, e.detail = stateBroken, "the list is empty"
		}
		return
	}
	b, err := r.open(e)
	if err != nil {
		e.state, e.detail = stateDamaged, err.Error()
		return
	}
	e.state = stateGood
	r.look(e, b)
	if err := r.finish(e, b); err != nil {
		e.state, e.detail = stateDamaged, err.Error()
	}
}

func (r *reader) open(e *entry) (*body, error) {
	r.packed.Reset(io.NewSectionReader(r.src, e.body, e.packed))
	b := &body{r: r.packed, size: e.size}
	if e.method == methodStore {
		return b, nil
	}
	if r.inflate == nil {
		r.inflate = flate.NewReader(r.packed)
	} else if err := r.inflate.(flate.Resetter).Reset(r.packed, nil); err != nil {
		return nil, err
	}
	b.r = r.inflate
	return b, nil
}

// finish reads what is left. CRC-32 is compared always: archive/zip leaves that out when the
// directory says 0 and no descriptor follows.
func (r *reader) finish(e *entry, b *body) error {
	for {
		_, err := b.Read(r.buf)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("it cannot be unpacked: %w", err)
		}
	}
	if b.n != e.size {
		return fmt.Errorf("it has %d bytes and not %d", b.n, e.size)
	}
	if b.crc != e.crc {
		return errors.New("its checksum (CRC-32) is wrong")
	}
	if _, err := r.packed.ReadByte(); !errors.Is(err, io.EOF) {
		return errors.New("there are packed bytes after its end")
	}
	return nil
}

// look examines the content by its kind and stores what it finds. It need not read to the end.
func (r *reader) look(e *entry, b *body) {
	switch ext := path.Ext(e.rel); {
	case e.twin: // looked into at the other place; counting it twice would be wrong
		return
	case ext == ".json":
		e.broken(readList(b, e.rel, r.union, r.tally))
		return
	case ext == ".html", path.Base(e.rel) == "no-data.txt":
		return
	}
	head := make([]byte, min(sniffLength, e.size))
	n, err := io.ReadFull(b, head)
	if err != nil {
		return // finish tells
	}
	e.kind = sniff(head[:n])
	switch all := io.MultiReader(bytes.NewReader(head), b); {
	case e.kind.picture() && e.size > maxPicture:
		e.state, e.detail = stateUnchecked, "it is too large to be decoded here"
	case e.kind.picture():
		r.picture.Reset()
		if _, err := r.picture.ReadFrom(all); err != nil {
			return // finish tells
		}
		longer, err := decodePicture(e.kind, r.picture.Bytes())
		e.pictured = longer
		e.broken(err)
	case e.kind.boxed():
		e.broken(walkBoxes(all, e.size, e.kind))
	default:
		e.state = stateUnchecked
	}
	if e.kind == kindHEIF && e.state == stateGood {
		e.state = stateUnchecked
	}
}

// broken stores the outcome of looking into a whole entry.
func (e *entry) broken(err error) {
	switch {
	case errors.Is(err, errNotDecoded):
		e.state, e.detail = stateUnchecked, err.Error()
	case err != nil:
		e.state, e.detail = stateBroken, err.Error()
	}
}
