package heif

import (
	"encoding/binary"
	"slices"
)

// Bounds on what a file lists.
const (
	maxBoxes = 100_000
	maxItems = 5_000
	maxDepth = 8
)

// file is what a HEIF file lists in its meta box (ISO/IEC 14496-12, section 8.11).
type file struct {
	b       []byte
	idat    []byte
	primary uint32
	items   map[uint32]*item
	moves   bool // there is a film in it too
	data    bool // there are media data
	boxes   int

	properties []property
}

// item is one picture, or something about one.
type item struct {
	id            uint32
	kind          string
	width, height int
	config        []byte // hvcC
	alpha         bool
	refers        map[string][]uint32 // by the kind of reference
	inside        bool                // its content lies in idat
	unknown       bool                // its content lies where it is not looked for
	extents       [][2]uint64         // place and length
}

type property struct {
	name    string
	content []byte
}

// read reads the boxes of a file, which must fill it.
func read(b []byte) (*file, error) {
	f := &file{b: b, items: make(map[uint32]*item)}
	meta := false
	err := f.each(b, func(name string, b []byte) error {
		switch name {
		case "meta":
			if meta || len(b) < 4 {
				return errMeta
			}
			meta = true
			return f.meta(b[4:])
		case "moov":
			f.moves = true
		case "mdat":
			f.data = f.data || len(b) > 0
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !meta || len(f.items) == 0 {
		return nil, errMeta
	}
	return f, nil
}

// each calls do for each of the boxes that fill b.
func (f *file) each(b []byte, do func(name string, content []byte) error) error {
	for len(b) > 0 {
		if f.boxes++; f.boxes > maxBoxes {
			return errUnknown
		}
		if len(b) < 8 {
			return errCut
		}
		name, length, head := string(b[4:8]), uint64(binary.BigEndian.Uint32(b)), uint64(8)
		switch length {
		case 0:
			length = uint64(len(b))
		case 1:
			if len(b) < 16 {
				return errCut
			}
			length, head = binary.BigEndian.Uint64(b[8:]), 16
		}
		if length < head || length > uint64(len(b)) {
			return errCut
		}
		if err := do(name, b[head:length]); err != nil {
			return err
		}
		b = b[length:]
	}
	return nil
}

func (f *file) meta(b []byte) error {
	var locations, references, associations [][]byte
	err := f.each(b, func(name string, b []byte) error {
		r := &fields{b: b}
		switch name {
		case "pitm":
			f.primary = r.id(r.version() > 0)
		case "iinf":
			return f.infos(r)
		case "iloc":
			locations = append(locations, b)
		case "iref":
			references = append(references, b)
		case "idat":
			f.idat = b
		case "iprp":
			return f.each(b, func(name string, b []byte) error {
				switch name {
				case "ipco":
					return f.each(b, func(name string, b []byte) error {
						f.properties = append(f.properties, property{name, b})
						return nil
					})
				case "ipma":
					associations = append(associations, b)
				}
				return nil
			})
		}
		if r.bad {
			return errItem
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, b := range locations {
		if err := f.locate(&fields{b: b}); err != nil {
			return err
		}
	}
	for _, b := range references {
		if err := f.refer(b); err != nil {
			return err
		}
	}
	for _, b := range associations {
		if err := f.describe(&fields{b: b}); err != nil {
			return err
		}
	}
	return nil
}

// infos reads the list of items (section 8.11.6).
func (f *file) infos(r *fields) error {
	if r.version() == 0 {
		r.u(2)
	} else {
		r.u(4)
	}
	if r.bad {
		return errItem
	}
	return f.each(r.b[r.at:], func(name string, b []byte) error {
		if name != "infe" {
			return nil
		}
		r := &fields{b: b}
		v := r.version()
		if v < 2 {
			return errUnknown
		}
		i := &item{id: r.id(v > 2), refers: make(map[string][]uint32)}
		r.u(2)
		i.kind = string(r.bytes(4))
		if r.bad || f.items[i.id] != nil || len(f.items) == maxItems {
			return errItem
		}
		f.items[i.id] = i
		return nil
	})
}

// locate reads where items lie (section 8.11.3).
func (f *file) locate(r *fields) error {
	v := r.version()
	sizes := r.u(2)
	place, length, base, index := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), 0
	if v > 0 {
		index = int(sizes & 15)
	}
	n := uint64(r.id(v > 1))
	if n > maxItems {
		return errItem
	}
	for range n {
		id, method := r.id(v > 1), uint64(0)
		if v > 0 {
			method = r.u(2) & 15
		}
		r.u(2)
		from := r.u(base)
		extents := r.u(2)
		i := f.items[id]
		if r.bad || i == nil || i.extents != nil {
			return errItem
		}
		i.inside, i.unknown = method == 1, method > 1
		for range extents {
			r.u(index)
			at, size := r.u(place), r.u(length)
			if r.bad {
				return errItem
			}
			i.extents = append(i.extents, [2]uint64{from + at, size})
		}
	}
	return nil
}

// refer reads which items refer to which (section 8.11.12).
func (f *file) refer(b []byte) error {
	r := &fields{b: b}
	wide := r.version() > 0
	if r.bad {
		return errItem
	}
	return f.each(b[r.at:], func(name string, b []byte) error {
		r := &fields{b: b}
		from := r.id(wide)
		n := r.u(2)
		i := f.items[from]
		if r.bad || i == nil || n > maxItems {
			return errItem
		}
		for range n {
			i.refers[name] = append(i.refers[name], r.id(wide))
		}
		if r.bad {
			return errItem
		}
		return nil
	})
}

// describe gives items their properties (ISO/IEC 23008-12, section 9.3).
func (f *file) describe(r *fields) error {
	head := r.u(4)
	v, wide := head>>24, head&1 == 1
	n := r.u(4)
	if n > maxItems {
		return errItem
	}
	for range n {
		i := f.items[r.id(v > 0)]
		count := r.u(1)
		for range count {
			index := r.u(1)
			if wide {
				index = index<<8 | r.u(1)
				index &= 0x7fff
			} else {
				index &= 0x7f
			}
			if r.bad || i == nil || index > uint64(len(f.properties)) {
				return errItem
			}
			if index > 0 {
				i.has(f.properties[index-1])
			}
		}
	}
	if r.bad {
		return errItem
	}
	return nil
}

func (i *item) has(p property) {
	switch {
	case p.name == "ispe" && len(p.content) >= 12:
		i.width, i.height = int(binary.BigEndian.Uint32(p.content[4:])), int(binary.BigEndian.Uint32(p.content[8:]))
	case p.name == "hvcC":
		i.config = p.content
	case p.name == "auxC" && len(p.content) > 4:
		i.alpha = slices.Contains([]string{"urn:mpeg:hevc:2015:auxid:1\x00", "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00"}, string(p.content[4:]))
	}
}

// content returns the bytes of an item, which must lie within the file.
func (f *file) content(i *item) ([]byte, error) {
	if i.unknown {
		return nil, errUnknown
	}
	from := f.b
	if i.inside {
		from = f.idat
	}
	var out []byte
	for n, e := range i.extents {
		at, size := e[0], e[1]
		if at > uint64(len(from)) {
			return nil, errCut
		}
		if size == 0 && len(i.extents) == 1 { // all of it
			size = uint64(len(from)) - at
		}
		if size > uint64(len(from))-at {
			return nil, errCut
		}
		if n == 0 && len(i.extents) == 1 {
			return from[at : at+size], nil
		}
		if len(out)+int(size) > len(f.b) {
			return nil, errItem
		}
		out = append(out, from[at:at+size]...)
	}
	return out, nil
}

// fields reads the fields of a box. Behind its end it gives zeros and is bad.
type fields struct {
	b   []byte
	at  int
	bad bool
}

func (r *fields) bytes(n int) []byte {
	if n > len(r.b)-r.at {
		r.bad, r.at = true, len(r.b)
		return make([]byte, n)
	}
	r.at += n
	return r.b[r.at-n : r.at]
}

// u reads a number of so many bytes, at most 8.
func (r *fields) u(bytes int) (v uint64) {
	for _, c := range r.bytes(min(bytes, 8)) {
		v = v<<8 | uint64(c)
	}
	return v
}

// version reads the beginning of a full box.
func (r *fields) version() int { return int(r.u(4) >> 24) }

// id reads the number of an item.
func (r *fields) id(wide bool) uint32 {
	if wide {
		return uint32(r.u(4))
	}
	return uint32(r.u(2))
}
