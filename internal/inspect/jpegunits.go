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
	s.from, s.to, s.refine, s.run = int(b[0]), int(b[1]), b[2]>>4 != 0, 0
	if !s.progressive {
		s.from, s.to, s.refine = 0, 63, false
		return true
	}
	high, low := b[2]>>4, b[2]&15
	if s.from == 0 && s.to != 0 || s.from > s.to || s.to > 63 || s.from > 0 && len(s.inScan) > 1 || high != 0 && high != low+1 || low > 13 {
		return false
	}
	for _, c := range s.inScan {
		if n := s.mcusX * s.mcusY * c.h * c.v; len(c.nonzero) == 0 && s.from > 0 {
			c.nonzero = slices.Grow(c.nonzero, n)[:n]
			clear(c.nonzero)
		}
	}
	return true
}

// units reads all minimum coded units of a scan (A.2), and the restart markers between them.
func (s *jpegScan) units() bool {
	first := s.inScan[0]
	single := len(s.inScan) == 1
	if single && s.interval > 0 && first.h*first.v != 1 {
		return false // image/jpeg counts these differently
	}
	wide, high := s.mcusX, s.mcusY
	if single { // one block is a unit, and none lies beyond the picture's edge
		wide, high = min(wide*first.h, (s.width+7)/8), min(high*first.v, (s.height+7)/8)
	}
	total := wide * high
	restart := byte(0)
	done := 0
	for y := range high {
		for x := 0; x < wide; x++ {
			if s.run > 0 && s.interval == 0 {
				// Most blocks of most scans end before they begin, in long runs.
				n := min(s.run, wide-x)
				if s.refine {
					s.refineRun(first.nonzero[y*s.mcusX*first.h+x:][:n])
				}
				s.run -= n
				done += n
				if x += n; x == wide {
					break
				}
			}
			switch {
			case s.progressive && single:
				if !s.later(first, y*s.mcusX*first.h+x) {
					return false
				}
			case s.progressive:
				if !s.firstOfAll() {
					return false
				}
			case single:
				if !s.block(first) {
					return false
				}
			default:
				for _, c := range s.inScan {
					for range c.h * c.v {
						if !s.block(c) {
							return false
						}
					}
				}
			}
			if done++; s.interval > 0 && done%s.interval == 0 && done < total {
				if s.run != 0 || !s.bits.ended() || s.bits.b[s.bits.at+1] != 0xd0+restart {
					return false
				}
				s.bits.at += 2
				restart = (restart + 1) & 7
			}
		}
	}
	return s.run == 0 && s.bits.ended()
}

// block reads one block of a sequential picture (F.2.2).
func (s *jpegScan) block(c *jpegComponent) bool {
	if !c.dc.set || !c.ac.set {
		return false
	}
	r := &s.bits
	size, ok := c.dc.value(r)
	if !ok || size > 15 {
		return false
	}
	r.bits <<= size
	r.left -= int(size)
	for k := 1; k < 64; {
		if r.left < 32 {
			r.fill()
		}
		e := c.ac.steps[r.bits>>(64-lookBits)]
		if e == 0 {
			v, length := c.ac.long(r.bits)
			if length == 0 {
				return false
			}
			e = step(v, length)
		}
		n := e & stepBits
		r.bits <<= n
		r.left -= int(n)
		if e&(stepEnd|stepBad) != 0 {
			if e&stepBad != 0 {
				return false
			}
			break
		}
		if k += int(e >> stepFar & 31); k > 64 {
			return false
		}
	}
	return r.left >= 0
}

// firstOfAll reads the DC coefficients of one unit of several components.
func (s *jpegScan) firstOfAll() bool {
	for _, c := range s.inScan {
		for range c.h * c.v {
			if !s.later(c, 0) {
				return false
			}
		}
	}
	return true
}

// later reads what one scan of a progressive picture says about one block (G.1.2).
func (s *jpegScan) later(c *jpegComponent, block int) bool {
	r := &s.bits
	switch {
	case s.from == 0 && s.refine:
		r.take(1)
	case s.from == 0:
		size, ok := c.dc.value(r)
		if !c.dc.set || !ok || size > 15 {
			return false
		}
		r.take(uint(size))
	case s.refine:
		return c.ac.set && s.refineBlock(c.ac, &c.nonzero[block]) && r.left >= 0
	default:
		return c.ac.set && s.firstBlock(c.ac, &c.nonzero[block]) && r.left >= 0
	}
	return r.left >= 0
}
