package heif

// bitReader reads the fields of a parameter set or a slice header (ITU-T H.265, section 7.2). Behind its end
// it gives zeros, and remembers that.
type bitReader struct {
	b  []byte
	at int // the next bit
}

// unescape takes out the bytes that keep a NAL unit free of start codes (section 7.3.1.1).
func unescape(nal []byte) []byte {
	out := make([]byte, 0, len(nal))
	zeros := 0
	for _, c := range nal {
		if zeros >= 2 && c == 3 {
			zeros = 0
			continue
		}
		if zeros++; c != 0 {
			zeros = 0
		}
		out = append(out, c)
	}
	return out
}

func (r *bitReader) ended() bool { return r.at > len(r.b)*8 }

func (r *bitReader) flag() bool { return r.u(1) == 1 }

// u reads an unsigned number of n bits, at most 32.
func (r *bitReader) u(n int) (v uint32) {
	for range n {
		v <<= 1
		if r.at < len(r.b)*8 {
			v |= uint32(r.b[r.at>>3]>>(7-r.at&7)) & 1
		}
		r.at++
	}
	return v
}

// ue reads an unsigned Exp-Golomb code (section 9.2).
func (r *bitReader) ue() uint32 {
	zeros := 0
	for zeros < 32 && !r.ended() && r.u(1) == 0 {
		zeros++
	}
	return uint32(1<<zeros-1) + r.u(min(zeros, 31))
}

// se reads a signed one (section 9.2.2).
func (r *bitReader) se() int {
	v := r.ue()
	if v&1 == 1 {
		return int(v/2) + 1
	}
	return -int(v / 2)
}

// small reads an unsigned Exp-Golomb code that must be at most most.
func (r *bitReader) small(most uint32) int {
	v := r.ue()
	if v > most {
		r.at = len(r.b)*8 + 1 // as if it had ended
		return 0
	}
	return int(v)
}
