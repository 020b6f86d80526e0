package deflate64

import "math/bits"

const maxLength = 15 // bits of a code

// decoder is a table of all codes, by the bits that come next.
type decoder struct {
	width uint // of the longest code, in bits
	table [1 << maxLength]uint16
}

// set makes the table for codes of these lengths, where 0 is none (RFC 1951, 3.2.2). The codes must fill it, but
// for a single one.
func (d *decoder) set(lengths []uint8) error {
	var count [maxLength + 1]int
	for _, l := range lengths {
		count[l]++
	}
	count[0] = 0
	codes, space := 0, 1<<maxLength
	d.width = 0
	for l, n := range count {
		codes += n
		space -= n << (maxLength - l)
		if n > 0 {
			d.width = uint(l)
		}
	}
	if space < 0 || space > 0 && codes > 1 {
		return ErrCorrupt
	}
	clear(d.table[:1<<d.width])
	var next [maxLength + 2]int
	for l, n := range count {
		next[l+1] = (next[l] + n) << 1
	}
	for symbol, l := range lengths {
		if l == 0 {
			continue
		}
		code := int(bits.Reverse16(uint16(next[l])) >> (16 - l))
		next[l]++
		for ; code < 1<<d.width; code += 1 << l {
			d.table[code] = uint16(symbol)<<4 | uint16(l)
		}
	}
	return nil
}

// decode reads the next code, and no byte that it does not need.
func (r *Reader) decode(d *decoder) (symbol int, err error) {
	for {
		entry := d.table[r.bits&(1<<d.width-1)]
		if l := uint(entry & 0xf); l > 0 && l <= r.n {
			r.bits >>= l
			r.n -= l
			return int(entry >> 4), nil
		}
		if r.n >= maxLength {
			return 0, ErrCorrupt
		}
		if err := r.more(); err != nil {
			return 0, err
		}
	}
}

// fixedCodes sets the codes of RFC 1951, 3.2.6.
func (r *Reader) fixedCodes() error {
	var all [288 + 32]uint8
	for i := range all {
		switch {
		case i < 144, i >= 280 && i < 288:
			all[i] = 8
		case i < 256:
			all[i] = 9
		case i < 280:
			all[i] = 7
		default:
			all[i] = 5
		}
	}
	if err := r.literal.set(all[:288]); err != nil {
		return err
	}
	return r.dist.set(all[288:])
}

// order is that in which the lengths of the codes for lengths come.
var order = [19]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamicCodes reads the codes of a block (RFC 1951, 3.2.7).
func (r *Reader) dynamicCodes() error {
	head, err := r.take(14)
	if err != nil {
		return err
	}
	literals, dists, n := int(head&31)+257, int(head>>5&31)+1, int(head>>10)+4
	if literals > 286 {
		return ErrCorrupt
	}
	var short [19]uint8
	for _, i := range order[:n] {
		l, err := r.take(3)
		if err != nil {
			return err
		}
		short[i] = uint8(l)
	}
	if err := r.literal.set(short[:]); err != nil {
		return err
	}
	var all [286 + 32]uint8
	for i := 0; i < literals+dists; {
		symbol, err := r.decode(&r.literal)
		if err != nil {
			return err
		}
		if symbol < 16 {
			all[i] = uint8(symbol)
			i++
			continue
		}
		again := [3]struct {
			bits  uint
			least int
		}{{2, 3}, {3, 3}, {7, 11}}[symbol-16]
		extra, err := r.take(again.bits)
		if err != nil {
			return err
		}
		length := uint8(0)
		if symbol == 16 {
			if i == 0 {
				return ErrCorrupt
			}
			length = all[i-1]
		}
		times := again.least + int(extra)
		if i+times > literals+dists {
			return ErrCorrupt
		}
		for range times {
			all[i] = length
			i++
		}
	}
	if all[256] == 0 { // a block without an end
		return ErrCorrupt
	}
	if err := r.literal.set(all[:literals]); err != nil {
		return err
	}
	return r.dist.set(all[literals : literals+dists])
}
