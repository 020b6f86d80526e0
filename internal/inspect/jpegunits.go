package inspect

import (
	"slices"
)

// begin reads a scan header (B.2.3).
func (s *jpegScan) begin(b []byte) bool {
	if s.components == nil || len(b) < 6 || int(b[0])*2+4 != len(b) || int(b[0]) > len(s.components) {
		return false
	}
	s.inScan = s.scanComponents[:0]
	for i := range int(b[0]) {
		id, tables := b[1+2*i], b[2+2*i]
		j := slices.IndexFunc(s.components, func(c jpegComponent) bool { return c.id == id })
		most := byte(1) // the number of tables of baseline pictures, less one
		if s.progressive {
			most = 3
		}
		if j < 0 || tables>>4 > most || tables&15 > most || slices.Contains(s.inScan, &s.components[j]) {
			return false
		}
		c := &s.components[j]
		if !s.quantised[c.table] {
			return false
		}
		c.dc, c.ac = &s.codes[0][tables>>4], &s.codes[1][tables&15]
		s.inScan = append(s.inScan, c)
	}
	b = b[1+2*len(s.inScan):]
	s.from, s.to, s.refines, s.bit = uint(b[0]), uint(b[1]), b[2]>>4 != 0, b[2]&15
	if !s.progressive {
		s.from, s.to, s.refines, s.bit = 0, 63, false, 0
	} else {
		high, low := b[2]>>4, b[2]&15
		if s.from == 0 && s.to != 0 || s.from > s.to || s.to > 63 || s.from > 0 && len(s.inScan) > 1 || high != 0 && high != low+1 || low > 13 {
			return false
		}
	}
	return s.inOrder() && s.ready()
}

// inOrder reports whether the scan gives just what is to come next of its coefficients: those that are new from
// their highest bit on, and of others the next one.
func (s *jpegScan) inOrder() bool {
	for _, c := range s.inScan {
		for k := s.from; k <= s.to; k++ {
			if s.progressive && s.refines && c.known[k] != s.bit+1 || (!s.progressive || !s.refines) && c.known[k] != unknown {
				return false
			}
			c.known[k] = s.bit
		}
	}
	return true
}

// ready reports whether the scan's Huffman tables are there and fit.
func (s *jpegScan) ready() bool {
	for _, c := range s.inScan {
		if s.from == 0 && !s.refines && !(c.dc.set && c.dc.dc) || s.to > 0 && !c.ac.set || s.from > 0 && s.refines && !c.ac.bit {
			return false
		}
	}
	return true
}

// units reads all minimum coded units of a scan (A.2), segment by segment (B.2.1). It returns
// how many bytes of b they take.
func (s *jpegScan) units(b []byte) (length int, ok bool) {
	first := s.inScan[0]
	total, each := s.mcusX*s.mcusY, 0
	for _, c := range s.inScan {
		each += c.h * c.v
	}
	if len(s.inScan) == 1 { // one block is a unit, and none lies beyond the picture's edge
		total = upTo(upTo(s.width*first.h, s.maxH), 8) * upTo(upTo(s.height*first.v, s.maxV), 8)
		each = 1
	}
	if s.blocks += total * each; s.blocks > maxBlocks {
		return 0, false
	}
	if s.from > 0 && len(first.nonzero) == 0 {
		first.nonzero = slices.Grow(first.nonzero, total)[:total]
		clear(first.nonzero)
	}
	restart := byte(0)
	for done := 0; ; {
		n := total - done
		if s.interval > 0 {
			n = min(n, s.interval)
		}
		size, ok := s.bits.load(b[length:])
		if !ok || !s.segment(done, n, each) || !s.bits.ended() {
			return 0, false
		}
		length += size
		if done += n; done == total {
			return length, true
		}
		if b[length+1] != 0xd0+restart {
			return 0, false
		}
		length += 2
		restart = (restart + 1) & 7
	}
}

// segment reads n units, each of so many blocks, behind those that are done.
func (s *jpegScan) segment(done, n, each int) bool {
	r, first := &s.bits, s.inScan[0]
	switch {
	case s.from > 0 && s.refines:
		return r.refine(first.ac, ^uint64(0)<<s.from&(^uint64(0)>>(63-s.to)), first.nonzero[done:done+n])
	case s.from > 0:
		return r.first(first.ac, s.from, s.to, first.nonzero[done:done+n])
	case s.refines: // one bit for each block
		r.at += uint(n * each)
		return true
	}
	for range n {
		for _, c := range s.inScan {
			blocks := c.h * c.v
			if each == 1 {
				blocks = 1
			}
			for range blocks {
				if ok := s.to == 0 && r.difference(c.dc) || s.to > 0 && r.sequential(c.dc, c.ac); !ok {
					return false
				}
			}
		}
	}
	return true
}
