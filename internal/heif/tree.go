package heif

// block reads a coding tree block (ITU-T H.265, section 7.3.8.2).
func (d *coded) block(x, y int) error {
	if d.slice.luma || d.slice.color {
		if err := d.offsets(x, y); err != nil {
			return err
		}
	}
	return d.quad(x<<d.s.coding, y<<d.s.coding, d.s.coding, 0)
}

// offsets reads the sample adaptive offsets of a block (section 7.3.8.3).
func (d *coded) offsets(x, y int) error {
	s, size := d.s, 1<<d.s.coding
	if x > 0 && d.sees(x*size, y*size, x*size-1, y*size) && d.c.bin(ctxMerge) == 1 {
		return nil
	}
	if y > 0 && d.sees(x*size, y*size, x*size, y*size-1) && d.c.bin(ctxMerge) == 1 {
		return nil
	}
	colors := 3
	if s.chroma == 0 {
		colors = 1
	}
	kind := 0
	for color := range colors {
		depth := s.depth
		if color > 0 {
			depth = s.chromaDepth
		}
		if color == 0 && !d.slice.luma || color > 0 && !d.slice.color {
			continue
		}
		if color < 2 {
			if kind = d.c.bin(ctxSAOType); kind == 1 {
				kind += d.c.bypass()
			}
		}
		if kind == 0 {
			continue
		}
		most := 1<<(min(depth, 10)-5) - 1
		var values [4]int
		for i := range values {
			for values[i] < most && d.c.bypass() == 1 {
				values[i]++
			}
		}
		switch {
		case kind == 1: // bands
			for _, v := range values {
				if v != 0 {
					d.c.bypass()
				}
			}
			d.c.bypasses(5)
		case color < 2: // edges, whose direction is one for both colours
			d.c.bypasses(2)
		}
	}
	return nil
}

// quad reads a coding quadtree (section 7.3.8.4).
func (d *coded) quad(x, y, size, depth int) error {
	s := d.s
	n := 1 << size
	split := size > s.minCoding
	if split && x+n <= s.width && y+n <= s.height {
		ctx := ctxSplit
		if d.sees(x, y, x-1, y) && int(d.depths[(y>>3)*(s.width>>3)+(x-1)>>3]) > depth {
			ctx++
		}
		if d.sees(x, y, x, y-1) && int(d.depths[((y-1)>>3)*(s.width>>3)+x>>3]) > depth {
			ctx++
		}
		split = d.c.bin(ctx) == 1
	}
	if d.p.qpDelta && size >= s.coding-d.p.qpDeltaDepth {
		d.slice.deltaIsKnown = false
	}
	if !split {
		return d.unit(x, y, size, depth)
	}
	half := n / 2
	for i := range 4 {
		if cx, cy := x+i&1*half, y+i>>1*half; cx < s.width && cy < s.height {
			if err := d.quad(cx, cy, size-1, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// unit reads a coding unit (section 7.3.8.5).
func (d *coded) unit(x, y, size, depth int) error {
	s, c := d.s, &d.c
	d.cu = unit{x: x, y: y, size: size}
	for j := y >> 3; j < (y+1<<size)>>3; j++ {
		for i := x >> 3; i < (x+1<<size)>>3; i++ {
			d.depths[j*(s.width>>3)+i] = uint8(depth)
		}
	}
	d.cu.bypass = d.p.bypass && c.bin(ctxBypass) == 1
	if size == s.minCoding {
		d.cu.parts = c.bin(ctxPartMode) == 0
	}
	if !d.cu.parts && s.pcm && size >= s.minPCM && size <= s.maxPCM && c.terminates() {
		return d.raw(x, y, size)
	}
	d.predictions()
	return d.transform(x, y, x, y, size, 0, 0, [2]bool{true, true})
}

// raw passes over samples that are not compressed (section 7.3.8.7).
func (d *coded) raw(x, y, size int) error {
	at, ok := d.c.stop()
	if !ok {
		return errData
	}
	const flat = 1 // what neighbours take its mode for
	d.mark(x, y, 1<<size, flat)
	bits := d.s.pcmDepth << (2 * size)
	switch d.s.chroma {
	case 1:
		bits += d.s.pcmChromaDepth << (2*size - 1)
	case 3:
		bits += d.s.pcmChromaDepth << (2*size + 1)
	}
	if at += (bits + 7) / 8; at > len(d.c.b) {
		return errData
	}
	d.c.begin(at)
	return nil
}

func (d *coded) mark(x, y, n int, mode uint8) {
	across := d.s.width >> 2
	for j := y >> 2; j < (y+n)>>2; j++ {
		for i := x >> 2; i < (x+n)>>2; i++ {
			d.modes[j*across+i] = mode
		}
	}
}

// predictions reads the modes of prediction of a coding unit, and tells what they are: the order of coefficients
// depends on it (section 8.4.2).
func (d *coded) predictions() {
	s, c, u := d.s, &d.c, &d.cu
	parts, n := 1, 1<<u.size
	if u.parts {
		parts, n = 4, n/2
	}
	var known [4]bool
	for i := range parts {
		known[i] = c.bin(ctxPrevIntra) == 1
	}
	var luma [4]uint8
	for i := range parts {
		x, y := u.x+i&1*n, u.y+i>>1*n
		likely := d.likely(x, y)
		if known[i] {
			which := 0
			if c.bypass() == 1 {
				which = 1 + c.bypass()
			}
			luma[i] = likely[which]
		} else {
			mode := uint8(c.bypasses(5))
			if likely[0] > likely[1] {
				likely[0], likely[1] = likely[1], likely[0]
			}
			if likely[0] > likely[2] {
				likely[0], likely[2] = likely[2], likely[0]
			}
			if likely[1] > likely[2] {
				likely[1], likely[2] = likely[2], likely[1]
			}
			for _, l := range likely {
				if mode >= l {
					mode++
				}
			}
			luma[i] = mode
		}
		d.mark(x, y, n, luma[i])
	}
	switch s.chroma {
	case 0:
		return
	case 1:
		parts = 1
	}
	for i := range parts {
		u.color[i] = luma[i]
		if c.bin(ctxChromaMode) == 1 {
			mode := [4]uint8{0, 26, 10, 1}[c.bypasses(2)]
			if mode == luma[i] {
				mode = 34
			}
			u.color[i] = mode
		}
	}
}

// likely returns the three modes that the neighbours make likely.
func (d *coded) likely(x, y int) [3]uint8 {
	across := d.s.width >> 2
	a, b := uint8(1), uint8(1)
	if d.sees(x, y, x-1, y) {
		a = d.modes[(y>>2)*across+(x-1)>>2]
	}
	if y&(1<<d.s.coding-1) != 0 { // not from the row of blocks above
		b = d.modes[((y-1)>>2)*across+x>>2]
	}
	switch {
	case a == b && a < 2:
		return [3]uint8{0, 1, 26}
	case a == b:
		return [3]uint8{a, 2 + (a+29)%32, 2 + (a-2+1)%32}
	case a != 0 && b != 0:
		return [3]uint8{a, b, 0}
	case a != 1 && b != 1:
		return [3]uint8{a, b, 1}
	}
	return [3]uint8{a, b, 26}
}

// transform reads a transform tree (section 7.3.8.8). color says which of the two colours have coefficients in the
// tree above.
func (d *coded) transform(x, y, baseX, baseY, size, depth, index int, color [2]bool) error {
	s, c, u := d.s, &d.c, &d.cu
	deepest := s.transformDepth
	if u.parts {
		deepest++
	}
	split := size > s.maxTransform || u.parts && depth == 0
	if size <= s.maxTransform && size > s.minTransform && depth < deepest && !(u.parts && depth == 0) {
		split = c.bin(ctxSplitTransform+5-size) == 1
	}
	above := color
	if size > 2 && s.chroma != 0 || s.chroma == 3 {
		for i := range color {
			color[i] = above[i] && c.bin(ctxChroma+depth) == 1
		}
	}
	if s.chroma == 0 {
		color = [2]bool{}
	}
	if split {
		if size <= s.minTransform {
			return errData
		}
		half := 1 << (size - 1)
		for i := range 4 {
			if err := d.transform(x+i&1*half, y+i>>1*half, x, y, size-1, depth+1, i, color); err != nil {
				return err
			}
		}
		return nil
	}
	ctx := ctxLuma
	if depth == 0 {
		ctx++
	}
	luma := c.bin(ctx) == 1
	return d.leaf(x, y, size, index, luma, color)
}

// leaf reads a transform unit (section 7.3.8.10).
func (d *coded) leaf(x, y, size, index int, luma bool, color [2]bool) error {
	s, u := d.s, &d.cu
	if !luma && !color[0] && !color[1] {
		return nil
	}
	if d.p.qpDelta && !d.slice.deltaIsKnown {
		if err := d.delta(); err != nil {
			return err
		}
	}
	if luma {
		if err := d.residual(size, 0, d.modes[(y>>2)*(s.width>>2)+x>>2]); err != nil {
			return err
		}
	}
	mode, chromaSize := u.color[0], size
	switch {
	case s.chroma == 0:
		return nil
	case s.chroma == 3 && u.parts:
		half := 1 << (u.size - 1)
		mode = u.color[(y-u.y)/half*2+(x-u.x)/half]
	case s.chroma == 3:
	case size > 2:
		chromaSize--
	case index != 3: // the colours of four small blocks come with the last
		return nil
	}
	for i := range color {
		if color[i] {
			if err := d.residual(chromaSize, 1+i, mode); err != nil {
				return err
			}
		}
	}
	return nil
}

// delta reads a change of the quantiser (section 7.3.8.14).
func (d *coded) delta() error {
	d.slice.deltaIsKnown = true
	c := &d.c
	v := 0
	for v < 5 && c.bin(ctxQPDelta+min(v, 1)) == 1 {
		v++
	}
	if v == 5 {
		k := 0
		for c.bypass() == 1 {
			v += 1 << k
			if k++; k > 6 {
				return errData
			}
		}
		v += c.bypasses(k)
	}
	if v > 26+6*(d.s.depth-8)/2 {
		return errData
	}
	if v > 0 {
		c.bypass()
	}
	return nil
}
