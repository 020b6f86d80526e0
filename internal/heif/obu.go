package heif

// walkOBUs follows the units of an AV1 picture (AV1 bitstream specification, section 5.3), which must fill b and hold a
// picture. That its data are right is not proven.
func walkOBUs(b []byte) error {
	const (
		frameHeader = 3
		tiles       = 4
		frame       = 6
	)
	header, picture := false, false
	for len(b) > 0 {
		kind, extended, sized := b[0]>>3&15, b[0]&4 != 0, b[0]&2 != 0
		if b[0]&0x81 != 0 {
			return errData
		}
		b = b[1:]
		if extended {
			if len(b) == 0 {
				return errData
			}
			b = b[1:]
		}
		size := uint64(len(b))
		if sized {
			var n int
			if size, n = leb128(b); n == 0 || size > uint64(len(b)-n) {
				return errData
			}
			b = b[n:]
		}
		content := b[:size]
		b = b[size:]
		switch kind {
		case frameHeader:
			header = true
		case frame, tiles:
			picture = picture || kind == frame || header
			if blank(content) {
				return errBlank
			}
		}
	}
	if !picture {
		return errData
	}
	return nil
}

// blank reports whether b ends with many zeros, as data do that somebody has not written to their end.
func blank(b []byte) bool {
	n := 0
	for n < len(b) && b[len(b)-1-n] == 0 {
		n++
	}
	return n == len(b) || n > 64
}

// leb128 reads a number, and returns how many bytes it takes, 0 if it is none (section 4.10.5).
func leb128(b []byte) (v uint64, n int) {
	for n < min(8, len(b)) {
		c := b[n]
		v |= uint64(c&0x7f) << (7 * n)
		if n++; c&0x80 == 0 {
			return v, n
		}
	}
	return 0, 0
}
