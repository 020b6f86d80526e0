package inspect

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path"

	"github.com/igwatchd/igwatchd/internal/exportroot"
	"github.com/igwatchd/igwatchd/internal/readahead"
)

// longList is from what size on a list is unpacked on one core and read on the other, in bytes.
const longList = 1 << 20

// keptPicture is how much memory a worker keeps for the next picture, in bytes. Larger ones wait for their turn.
const keptPicture = 4 << 20

// reader reads entries, one after the other. Each worker has its own.
type reader struct {
	union *union
	tally *tally

	unpacker
	packed  stream
	bytes   *bufio.Reader // of packed
	buf     []byte        // for what is only counted and summed
	picture bytes.Buffer  // the picture that is being decoded
	jpeg    jpegScan
}

func newReader(u *union, t *tally) *reader {
	return &reader{union: u, tally: t, bytes: bufio.NewReaderSize(nil, 1<<15), buf: make([]byte, 1<<16)}
}

// run reads the entry of one job and stores the outcome.
func (r *reader) run(j *job, f *feed) {
	r.packed = stream{feed: f, job: j}
	defer j.release()
	defer r.packed.finish()
	e := j.entry
	o := r.read(e)
	if f.src.err() != nil {
		return // the medium failed, not the archive
	}
	e.mark.state, e.mark.kind = o.state, o.kind
	if o.detail != "" {
		r.tally.explain(e, o.detail)
	}
	if c := ownFolders[media(e.rel)]; o.longer > 0 && !e.mark.twin && (c.item() || c == classOtherContent) {
		r.tally.side(o.longer, o.plain)
	}
}

// outcome is what reading told about an entry.
type outcome struct {
	state  state
	kind   kind
	detail string // of the state, for the person
	longer int    // the longer side of a picture, in pixels
	plain  bool   // the picture shows one colour and nothing else
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

// read reads every byte of e, compares length and CRC-32, and looks into the content by its kind.
func (r *reader) read(e *entry) (o outcome) {
	if e.size == 0 && e.packed == 0 {
		o.state = stateEmpty
		if e.crc != 0 {
			o.state, o.detail = stateDamaged, "it is empty but has a checksum"
		}
		if isList(e.rel) && !e.isFolder() {
			o.state, o.detail = stateBroken, "the list is empty"
		}
		return o
	}
	b, err := r.open(e)
	if err != nil {
		o.state, o.detail = stateDamaged, err.Error()
		return o
	}
	o.state = stateGood
	r.look(e, b, &o)
	if err := r.finish(e, b); err != nil {
		o.state, o.detail = stateDamaged, err.Error()
	}
	return o
}

func (r *reader) open(e *entry) (*body, error) {
	b := &body{r: &r.packed, size: e.size}
	r.bytes.Reset(&r.packed)
	if e.method == methodStore {
		return b, nil
	}
	var err error
	b.r, err = r.unpacker.open(e.method, r.bytes)
	return b, err
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
	if _, err := r.bytes.ReadByte(); !errors.Is(err, io.EOF) {
		return errors.New("there are packed bytes after its end")
	}
	return nil
}

// look examines the content by its kind. It need not read to the end.
func (r *reader) look(e *entry, b *body, o *outcome) {
	switch {
	case e.mark.twin: // looked into at the other place; counting it twice would be wrong
		return
	case exportroot.Junk(e.name):
		return
	case path.Base(e.rel) == noData:
		if e.size <= maxNote {
			note, _ := io.ReadAll(b) // finish tells
			if isNote(note) {
				o.kind = kindText
			}
		}
		return
	case isPage(e.rel) && !r.union.pages: // a page for looking around in an export of lists
		return
	case isList(e.rel):
		list := io.Reader(b)
		if e.size >= longList && e.method != methodStore {
			ahead := readahead.New(b)
			defer ahead.Close() //nolint:errcheck // it ends the goroutine, and has nothing to report
			list = ahead
		}
		hollow, err := readList(list, e.rel, r.union, r.tally)
		if hollow {
			o.kind = kindHollow
		}
		o.broken(err)
		return
	}
	head := make([]byte, min(sniffLength, e.size))
	n, err := io.ReadFull(b, head)
	if err != nil {
		return // finish tells
	}
	if o.kind = sniff(head[:n]); !o.kind.picture() {
		r.packed.job.release()
	}
	switch all := io.MultiReader(bytes.NewReader(head), b); {
	case o.kind.picture() && e.size > maxPicture:
		o.broken(errLarge)
	case o.kind.picture():
		r.picture.Reset()
		r.picture.Grow(int(e.size) + bytes.MinRead)
		if _, err := r.picture.ReadFrom(all); err != nil {
			return // finish tells
		}
		longer, err := decodePicture(r.packed.feed.src.ctx, o.kind, r.picture.Bytes(), &r.jpeg)
		if errors.Is(err, errNoProgram) {
			r.tally.unaidedPicture()
		}
		o.longer = longer
		o.plain = err == nil && o.kind == kindJPEG && r.jpeg.plain()
		o.broken(err)
		if r.picture.Cap() > keptPicture {
			r.picture, r.jpeg = bytes.Buffer{}, jpegScan{} // one large picture does not stay in memory
		}
	case o.kind == kindMP4:
		film, err := walkFilm(all, e.size, r.buf)
		if o.broken(err); err == nil && film.soundOnly {
			o.state = stateSound
		}
	default:
		o.state = stateUnchecked
	}
}

// broken stores the outcome of looking into a whole entry.
func (o *outcome) broken(err error) {
	switch {
	case errors.Is(err, errNotDecoded):
		o.state, o.detail = stateUnchecked, err.Error()
	case err != nil:
		o.state, o.detail = stateBroken, err.Error()
	}
}
