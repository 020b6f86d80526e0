package inspect

import (
	"math/bits"
)

// firstBlock reads a band of AC coefficients for the first time (G.1.2.2).
func (s *jpegScan) firstBlock(h *jpegCodes, nonzero *uint64) bool {
	if s.run > 0 {
		s.run--
		return true
	}
	r := &s.bits
	found := *nonzero
	for k := s.from; k <= s.to; {
		if r.left < 32 {
			r.fill()
		}
		if e := h.steps[r.bits>>(64-lookBits)]; e != 0 && e&(stepEnd|stepBad|stepZero) == 0 {
			n := e & stepBits
			r.bits <<= n
			r.left -= int(n)
			if k += int(e >> stepFar & 31); k > s.to+1 {
				return false
			}
			found |= 1 << (k - 1)
			continue
		}
		v, ok := h.value(r)
		if !ok {
			return false
		}
		run, size := int(v>>4), uint(v&15)
		switch {
		case size > 0:
			if k += run; k > s.to {
				return false
			}
			r.take(size)
			found |= 1 << k
			k++
		case run == 15:
			k += 16
		default:
			s.run = 1<<run + r.take(uint(run)) - 1
			*nonzero = found
			return true
		}
	}
	*nonzero = found
	return true
}

// refineBlock reads one more bit of a band of AC coefficients (G.1.2.3): a bit for each
// coefficient that is not zero, and between these bits codes that say which zeros become something.
func (s *jpegScan) refineBlock(h *jpegCodes, nonzero *uint64) bool {
	known, rest := *nonzero, s.band() // what is left of the band
	for s.run == 0 && rest != 0 {
		v, ok := h.value(&s.bits)
		if !ok || v&15 > 1 {
			return false
		}
		run := int(v >> 4)
		if v&15 == 1 {
			s.bits.take(1)
		} else if run != 15 {
			s.run = 1<<run + s.bits.take(uint(run))
			break
		}
		// Zeros are passed over, as many as the code says; the one behind them is the next coefficient.
		zeros := rest &^ known
		for range run {
			zeros &= zeros - 1
		}
		if zeros == 0 {
			return false
		}
		at := bits.TrailingZeros64(zeros)
		passed := rest & (1<<at - 1)
		s.bits.skip(bits.OnesCount64(passed & known))
		rest &^= passed | 1<<at
		if v&15 == 1 {
			*nonzero |= 1 << at
		}
	}
	if s.run > 0 {
		s.run--
		s.bits.skip(bits.OnesCount64(rest & known))
	}
	return true
}

// refineRun reads one more bit of each coefficient of blocks in which no further one appears.
func (s *jpegScan) refineRun(blocks []uint64) {
	band := s.band()
	n := 0
	for _, known := range blocks {
		if known &= band; known != 0 {
			n += bits.OnesCount64(known)
		}
	}
	s.bits.skip(n)
}

// band is the set of coefficients that a scan is about.
func (s *jpegScan) band() uint64 { return ^uint64(0) << s.from & (^uint64(0) >> (63 - s.to)) }
