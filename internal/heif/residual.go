package heif

import "math/bits"

// place is where a coefficient lies in its sub-block, or a sub-block in its block.
type place struct{ x, y uint8 }

// The orders in which coefficients come (ITU-T H.265, section 6.5.3 to 6.5.5).
const (
	diagonal = iota
	horizontal
	vertical
)

// scans are the orders of blocks of 1, 2, 4 and 8 places in a row.
var scans = makeScans()

func makeScans() (all [4][3][]place) {
	for size := range all {
		n := 1 << size
		for sum := range 2*n - 1 {
			for x := range n {
				if y := sum - x; y >= 0 && y < n {
					all[size][diagonal] = append(all[size][diagonal], place{uint8(x), uint8(y)})
				}
			}
		}
		for i := range n {
			for j := range n {
				all[size][horizontal] = append(all[size][horizontal], place{uint8(j), uint8(i)})
				all[size][vertical] = append(all[size][vertical], place{uint8(i), uint8(j)})
			}
		}
	}
	return all
}

// smallContexts are the contexts of a 4 × 4 block, by place.
var smallContexts = [16]int{0, 1, 4, 5, 2, 3, 4, 5, 6, 6, 8, 8, 7, 7, 8, 8}

// nearContexts are those of a place in a sub-block, by which of its neighbours to the right and below have
// coefficients.
var nearContexts = makeNearContexts()

func makeNearContexts() (all [4][16]int) {
	for y := range 4 {
		for x := range 4 {
			at := y<<2 | x
			switch {
			case x+y == 0:
				all[0][at] = 2
			case x+y < 3:
				all[0][at] = 1
			}
			all[1][at] = max(0, 2-y)
			all[2][at] = max(0, 2-x)
			all[3][at] = 2
		}
	}
	return all
}

// residual reads the coefficients of a block (section 7.3.8.11). size is a log2, color is 0 for luma.
func (d *coded) residual(size, color int, mode uint8) error {
	c := &d.c
	colored := min(color, 1)
	if d.p.transformSkip && !d.cu.bypass && size == 2 {
		c.bin(ctxTransformSkip + colored)
	}
	order := diagonal
	if size == 2 || size == 3 && (color == 0 || d.s.chroma == 3) {
		switch {
		case mode >= 6 && mode <= 14:
			order = vertical
		case mode >= 22 && mode <= 30:
			order = horizontal
		}
	}
	prefixX, prefixY := d.lastPrefix(ctxLastX, size, color), d.lastPrefix(ctxLastY, size, color)
	lastX := d.lastSuffix(prefixX)
	lastY := d.lastSuffix(prefixY)
	if order == vertical {
		lastX, lastY = lastY, lastX
	}
	blocks, places := scans[size-2][order], scans[2][order]
	width := 1 << (size - 2)
	lastBlock, lastPlace := 0, 0
	for i, b := range blocks {
		if int(b.x) == lastX>>2 && int(b.y) == lastY>>2 {
			lastBlock = i
		}
	}
	for i, p := range places {
		if int(p.x) == lastX&3 && int(p.y) == lastY&3 {
			lastPlace = i
		}
	}
	var used uint64 // the sub-blocks with coefficients, by place
	level := levels{context: 1}
	for i := lastBlock; i >= 0; i-- {
		x, y := int(blocks[i].x), int(blocks[i].y)
		near := 0
		if x+1 < width && used>>(y*width+x+1)&1 == 1 {
			near = 1
		}
		if y+1 < width && used>>((y+1)*width+x)&1 == 1 {
			near |= 2
		}
		inferred := false // that there is one at least
		if i < lastBlock && i > 0 {
			if c.bin(ctxSubBlock+2*colored+min(near, 1)) == 0 {
				continue
			}
			inferred = true
		}
		used |= 1 << (y*width + x)
		base := d.significantBase(size, colored, order, x+y > 0)
		significant := uint32(0) // by the order of places
		from := 15
		if i == lastBlock {
			significant = 1 << lastPlace
			from = lastPlace - 1
		}
		for k := from; k >= 0; k-- {
			if k == 0 && inferred && significant == 0 {
				significant = 1
				break
			}
			p := places[k]
			at := int(p.y<<2 | p.x)
			ctx := base + nearContexts[near][at]
			switch {
			case size == 2:
				ctx = ctxSignificant + 27*colored + smallContexts[at]
			case k == 0 && i == 0:
				ctx = ctxSignificant + 27*colored
			}
			significant |= uint32(c.bin(ctx)) << k
		}
		if significant != 0 {
			if err := level.read(d, significant, i, colored, i == lastBlock); err != nil {
				return err
			}
		}
	}
	if c.beyond() {
		return errData
	}
	return nil
}

// significantBase returns the context, but for the neighbours, of coefficients in a sub-block (section 9.3.4.2.5).
func (d *coded) significantBase(size, colored, order int, inner bool) int {
	if colored == 1 {
		if size == 3 {
			return ctxSignificantColor + 9
		}
		return ctxSignificantColor + 12
	}
	ctx := ctxSignificant
	if inner {
		ctx += 3
	}
	switch {
	case size == 3 && order == diagonal:
		return ctx + 9
	case size == 3:
		return ctx + 15
	}
	return ctx + 21
}

// lastPrefix reads the beginning of the place of the last coefficient (section 9.3.4.2.3).
func (d *coded) lastPrefix(ctx, size, color int) int {
	offset, shift := 3*(size-2)+(size-1)>>2, (size+1)>>2
	if color > 0 {
		offset, shift = 15, size-2
	}
	v := 0
	for v < size<<1-1 && d.c.bin(ctx+offset+v>>shift) == 1 {
		v++
	}
	return v
}

func (d *coded) lastSuffix(prefix int) int {
	if prefix <= 3 {
		return prefix
	}
	n := prefix>>1 - 1
	return (2+prefix&1)<<n + d.c.bypasses(n)
}

// levels reads the values of coefficients, sub-block by sub-block (section 9.3.4.2.6).
type levels struct {
	context int // of the next value above one; zero behind one that was
}

// read reads the values in one sub-block; significant has a bit for each coefficient.
func (l *levels) read(d *coded, significant uint32, block, colored int, last bool) error {
	c := &d.c
	set := 0
	if block > 0 && colored == 0 {
		set = 2
	}
	if !last && l.context == 0 {
		set++
	}
	l.context = 1
	n := bits.OnesCount32(significant)
	var above [16]int // by how much, in the order of reading
	first := -1       // the first above one
	for i := range min(n, 8) {
		above[i] = c.bin(ctxGreater1 + 16*colored + 4*set + l.context)
		switch {
		case above[i] == 1:
			l.context = 0
			if first < 0 {
				first = i
			}
		case l.context > 0 && l.context < 3:
			l.context++
		}
	}
	if first >= 0 {
		above[first] += c.bin(ctxGreater2 + 4*colored + set)
	}
	signs := n
	highest, lowest := bits.Len32(significant)-1, bits.TrailingZeros32(significant)
	if d.p.signHiding && !d.cu.bypass && highest-lowest > 3 {
		signs--
	}
	c.bypasses(signs)
	rice := 0
	for i := range n {
		told := 1
		if i < 8 {
			told = 2
			if i == first {
				told = 3
			}
		}
		base := 1 + above[i]
		if base != told {
			continue
		}
		rest, err := c.remaining(rice)
		if err != nil {
			return err
		}
		if base+rest > 3<<rice {
			rice = min(rice+1, 4)
		}
	}
	return nil
}

// remaining reads what a value has beyond what was told of it (section 9.3.3.11).
func (c *cabac) remaining(rice int) (int, error) {
	prefix := 0
	for c.bypass() == 1 {
		if prefix++; prefix > 31 {
			return 0, errData
		}
	}
	if prefix <= 3 {
		return prefix<<rice + c.bypasses(rice), nil
	}
	return (1<<(prefix-3)+3-1)<<rice + c.bypasses(prefix-3+rice), nil
}
