package inspect

import "math/bits"

// sequential reads all coefficients of one block (F.2.2).
func (r *jpegBits) sequential(dc, ac *jpegCodes) bool {
	if !r.difference(dc) {
		return false
	}
	at := r.at
	k := uint(1)
	for k < 64 {
		if at > r.end {
			return false
		}
		next := r.next(at)
		e := ac.step(next)
		if e == 0 {
			return false
		}
		at += e.bits()
		if e.end() {
			if e>>stepRun != 0 { // only progressive pictures have these
				return false
			}
			break
		}
		if k += e.far(); k > 64 {
			return false
		}
	}
	r.at = at
	if k > 1 {
		r.busy++
	}
	return at <= r.end
}

// difference reads the DC coefficient of one block (F.2.2.1).
func (r *jpegBits) difference(dc *jpegCodes) bool {
	if r.at > r.end {
		return false
	}
	e := dc.step(r.next(r.at))
	r.at += e.bits()
	return e != 0
}

// first reads a band of AC coefficients of some blocks for the first time (G.1.2.2), and notes in nonzero
// for each block which of them are not zero.
func (r *jpegBits) first(ac *jpegCodes, from, to uint, nonzero []uint64) bool {
	at, k := r.at, from
	for i := 0; i < len(nonzero); {
		if at > r.end {
			return false
		}
		next := r.next(at)
		e := ac.step(next)
		if e == 0 {
			return false
		}
		at += e.bits()
		if e.end() {
			if i += e.run(next); i > len(nonzero) {
				return false
			}
			k = from
			continue
		}
		if k += e.far(); k > to+1 {
			return false
		}
		if e&stepZero == 0 {
			nonzero[i] |= 1 << ((k - 1) & 63)
		}
		if k > to {
			i, k = i+1, from
		}
	}
	r.at = at
	return true
}

// refine reads one more bit of a band of AC coefficients of some blocks (G.1.2.3): a bit for each
// coefficient that is not zero, and between these bits codes that say which zeros become something.
func (r *jpegBits) refine(ac *jpegCodes, band uint64, nonzero []uint64) bool {
	at, rest := r.at, band // what is left of the band
	for i := 0; i < len(nonzero); {
		if at > r.end {
			return false
		}
		next := r.next(at)
		e := ac.step(next)
		if e == 0 {
			return false
		}
		at += e.bits()
		known := nonzero[i]
		if e.end() {
			run := e.run(next)
			if run > len(nonzero)-i {
				return false
			}
			at += uint(bits.OnesCount64(rest & known))
			for _, known := range nonzero[i+1 : i+run] {
				at += uint(bits.OnesCount64(band & known))
			}
			i, rest = i+run, band
			continue
		}
		// Zeros are passed over, as many as the code says; the one behind them is the next coefficient.
		zeros := rest &^ known
		for range e.far() - 1 {
			zeros &= zeros - 1
		}
		if zeros == 0 {
			return false
		}
		coefficient := zeros & -zeros
		passed := rest & (coefficient - 1)
		at += uint(bits.OnesCount64(passed & known))
		if e&stepZero == 0 {
			nonzero[i] |= coefficient
		}
		if rest &^= passed | coefficient; rest == 0 {
			i, rest = i+1, band
		}
	}
	r.at = at
	return true
}
