package inspect

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// maxTracks bounds the tracks of one film.
const maxTracks = 100

// movie is the index of a film, its moov box.
type movie struct {
	tracks     []track
	fragmented bool // its samples may be in fragments (mvex)
}

// track is one track of a film (ISO/IEC 14496-12, section 8.3).
type track struct {
	handler string // vide, soun and others, or ""
	codec   string // the name of its first sample entry, or ""
	table   sampleTable
}

// media reports whether a track is one that somebody sees or hears.
func (t *track) media() bool { return t.handler == "vide" || t.handler == "soun" }

// blank codecs are those whose samples can be zeros: silence and black that nobody has compressed.
var blankCodecs = map[string]bool{
	"raw ": true, "twos": true, "sowt": true, "lpcm": true, "ipcm": true, "fpcm": true, "in24": true, "in32": true,
	"fl32": true, "fl64": true, "NONE": true, "ulaw": true, "alaw": true, "2vuy": true, "yuv2": true, "v210": true,
}

// readMovie reads an index.
func readMovie(b []byte) (*movie, error) {
	m := &movie{}
	err := eachBox(b, func(name string, b []byte) error {
		switch name {
		case "mvex":
			m.fragmented = true
		case "trak":
			if len(m.tracks) == maxTracks {
				return errors.New("it has too many tracks")
			}
			m.tracks = append(m.tracks, track{})
			return m.tracks[len(m.tracks)-1].read(b)
		}
		return nil
	})
	return m, err
}

// read reads what lies in a track, and in the boxes in it on the way to its sample table.
func (t *track) read(b []byte) error {
	return eachBox(b, func(name string, b []byte) error {
		switch name {
		case "mdia", "minf", "stbl":
			return t.read(b)
		case "hdlr":
			if t.handler == "" && len(b) >= 12 { // the media handler; QuickTime has another one below it
				t.handler = string(b[8:12])
			}
		case "stsd":
			if len(b) >= 16 {
				t.codec = string(b[12:16])
			}
		case "stts", "stsc", "stsz", "stz2", "stco", "co64":
			return t.table.keep(name, b)
		}
		return nil
	})
}

// eachBox calls do for each of the boxes that fill b.
func eachBox(b []byte, do func(name string, content []byte) error) error {
	for len(b) > 0 {
		if len(b) < 8 {
			if binary.BigEndian.Uint32(append(make([]byte, 4-min(len(b), 4)), b[:min(len(b), 4)]...)) == 0 {
				return nil // QuickTime ends lists of boxes with a zero
			}
			return errCut
		}
		head := 8
		if binary.BigEndian.Uint32(b) == 1 {
			if head = 16; len(b) < head {
				return errCut
			}
		}
		name, length, err := boxHeader(b[:head])
		if err != nil {
			return err
		}
		if length == 0 {
			length = int64(len(b))
		}
		if length > int64(len(b)) {
			return fmt.Errorf("%w: %q needs %d bytes and has %d", errCut, name, length, len(b))
		}
		if err := do(name, b[head:length]); err != nil {
			return err
		}
		b = b[length:]
	}
	return nil
}

// check holds the index against the media data that were passed on the way.
func (m *movie) check(w *boxWalk) error {
	if len(m.tracks) == 0 {
		return errors.New("its index (moov) lists no track")
	}
	var empty, full int
	for i := range m.tracks {
		t := &m.tracks[i]
		if t.handler == "" || !t.table.complete() {
			return errors.New("its index lacks the list of a track's samples")
		}
		n, err := t.table.check(w, !blankCodecs[t.codec])
		if err != nil {
			return err
		}
		switch {
		case !t.media():
		case n == 0:
			empty++
		default:
			full++
		}
	}
	switch {
	case m.fragmented || w.fragments:
		return notDecoded("it is made of fragments, and nothing in it says how many there should be")
	case full == 0:
		return errors.New("its index lists no picture and no sound")
	case empty > 0:
		return notDecoded("one of its tracks is empty")
	}
	return nil
}

// soundOnly reports whether there is nothing to see.
func (m *movie) soundOnly() bool {
	for i := range m.tracks {
		if m.tracks[i].handler == "vide" {
			return false
		}
	}
	return true
}
