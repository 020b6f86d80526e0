package heif

import "math/bits"

// cabac is the arithmetic decoder (ITU-T H.265, section 9.3.4.3). The top of value is the offset of the
// specification, at bit 54 and up; behind it are bits that were read ahead.
type cabac struct {
	b      []byte
	at     int // the next byte to be read ahead
	value  uint64
	ahead  int // how many bits of value are read ahead
	width  uint32
	states [contexts]uint8 // twice the index of the state, and the more likely value
}

const offsetAt = 54

// begin starts at a byte of b (section 9.3.2.5).
func (c *cabac) begin(at int) {
	c.at, c.value, c.ahead, c.width = at, 0, -9, 510
	c.fill()
}

// fill reads ahead. Behind the end of the data it reads zeros; see position.
func (c *cabac) fill() {
	for c.ahead <= 40 {
		next := uint64(0)
		if c.at < len(c.b) {
			next = uint64(c.b[c.at])
		}
		c.at++
		c.value |= next << (offsetAt - c.ahead - 8)
		c.ahead += 8
	}
}

// position returns how many bits of b were used up.
func (c *cabac) position() int { return c.at*8 - c.ahead }

// beyond reports whether more was read than there is.
func (c *cabac) beyond() bool { return c.position() > len(c.b)*8 }

func (c *cabac) shift(n int) {
	c.value <<= n
	if c.ahead -= n; c.ahead < 0 {
		c.fill()
	}
}

// bin reads one value with a context.
func (c *cabac) bin(context int) int {
	s := c.states[context]
	least := uint32(leastRange[s>>1][c.width>>6&3])
	c.width -= least
	if scaled := uint64(c.width) << offsetAt; c.value < scaled {
		if s < 124 {
			c.states[context] = s + 2
		}
		if c.width < 256 {
			c.width <<= 1
			c.shift(1)
		}
		return int(s & 1)
	} else {
		c.value -= scaled
	}
	n := bits.LeadingZeros32(least) - 23
	c.width = least << n
	c.shift(n)
	v := s & 1
	if s>>1 == 0 {
		c.states[context] = v ^ 1
	} else {
		c.states[context] = afterLeast[s>>1]<<1 | v
	}
	return int(v ^ 1)
}

// bypass reads one value without a context.
func (c *cabac) bypass() int {
	c.shift(1)
	if scaled := uint64(c.width) << offsetAt; c.value >= scaled {
		c.value -= scaled
		return 1
	}
	return 0
}

func (c *cabac) bypasses(n int) (v int) {
	for range n {
		v = v<<1 | c.bypass()
	}
	return v
}

// terminates reads the value that says whether something ends.
func (c *cabac) terminates() bool {
	c.width -= 2
	if c.value >= uint64(c.width)<<offsetAt {
		return true
	}
	if c.width < 256 {
		c.width <<= 1
		c.shift(1)
	}
	return false
}

// stop is called behind what terminates: the last of the bits that were read is a one then, and zeros follow it up to
// the end of its byte. It returns the byte behind it.
func (c *cabac) stop() (at int, ok bool) {
	end := c.position()
	if end > len(c.b)*8 {
		return 0, false
	}
	last := end - 1
	at = last>>3 + 1
	return at, c.b[last>>3]<<(last&7) == 0x80
}

// reset gives the contexts the states that a slice of this quality begins with (section 9.3.2.2).
func (c *cabac) reset(qp int) {
	qp = min(max(qp, 0), 51)
	for i, v := range initial {
		slope, offset := int(v>>4)*5-45, int(v&15)<<3-16
		state := min(max(slope*qp>>4+offset, 1), 126)
		if state <= 63 {
			c.states[i] = uint8(63-state) << 1
		} else {
			c.states[i] = uint8(state-64)<<1 | 1
		}
	}
}

// Where the contexts of each syntax element begin.
const (
	ctxMerge            = 0
	ctxSAOType          = 1
	ctxSplit            = 2
	ctxBypass           = 5
	ctxPartMode         = 6
	ctxPrevIntra        = 7
	ctxChromaMode       = 8
	ctxSplitTransform   = 9
	ctxLuma             = 12
	ctxChroma           = 14
	ctxQPDelta          = 18
	ctxTransformSkip    = 20
	ctxLastX            = 22
	ctxLastY            = 40
	ctxSubBlock         = 58
	ctxSignificant      = 62
	ctxGreater1         = 104
	ctxGreater2         = 128
	contexts            = 134
	ctxSignificantColor = ctxSignificant + 27
)

// initial are the values that the contexts of intra pictures begin with (section 9.3.2.2, initType 0).
var initial = [contexts]uint8{
	153,           // merge
	200,           // type of the sample offset
	139, 141, 157, // split
	154,           // bypass
	184,           // part mode
	184,           // previous intra
	63,            // chroma mode
	153, 138, 138, // split of a transform
	111, 141, // luma
	94, 138, 182, 154, // chroma
	154, 154, // change of the quantiser
	139, 139, // transform skipped
	110, 110, 124, 125, 140, 153, 125, 127, 140, 109, 111, 143, 127, 111, 79, 108, 123, 63, // last x
	110, 110, 124, 125, 140, 153, 125, 127, 140, 109, 111, 143, 127, 111, 79, 108, 123, 63, // last y
	91, 171, 134, 141, // sub-block
	111, 111, 125, 110, 110, 94, 124, 108, 124, 107, 125, 141, 179, 153, 125, 107, 125, 141, 179, 153, 125, // significant
	107, 125, 141, 179, 153, 125, 140, 139, 182, 182, 152, 136, 152, 136, 153, 136, 139, 111, 136, 139, 111,
	140, 92, 137, 138, 140, 152, 138, 139, 153, 74, 149, 92, 139, 107, 122, 152, 140, 179, 166, 182, 140, 227, 122, 197, // more than 1
	138, 153, 136, 167, 152, 152, // more than 2
}

// afterLeast is the state that follows the less likely value (table 9-53).
var afterLeast = [64]uint8{
	0, 0, 1, 2, 2, 4, 4, 5, 6, 7, 8, 9, 9, 11, 11, 12,
	13, 13, 15, 15, 16, 16, 18, 18, 19, 19, 21, 21, 22, 22, 23, 24,
	24, 25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 30, 31, 32, 32, 33,
	33, 33, 34, 34, 35, 35, 35, 36, 36, 36, 37, 37, 37, 38, 38, 63,
}

// leastRange is the share of the less likely value (table 9-52).
var leastRange = [64][4]uint8{
	{128, 176, 208, 240},
	{128, 167, 197, 227},
	{128, 158, 187, 216},
	{123, 150, 178, 205},
	{116, 142, 169, 195},
	{111, 135, 160, 185},
	{105, 128, 152, 175},
	{100, 122, 144, 166},
	{95, 116, 137, 158},
	{90, 110, 130, 150},
	{85, 104, 123, 142},
	{81, 99, 117, 135},
	{77, 94, 111, 128},
	{73, 89, 105, 122},
	{69, 85, 100, 116},
	{66, 80, 95, 110},
	{62, 76, 90, 104},
	{59, 72, 86, 99},
	{56, 69, 81, 94},
	{53, 65, 77, 89},
	{51, 62, 73, 85},
	{48, 59, 69, 80},
	{46, 56, 66, 76},
	{43, 53, 63, 72},
	{41, 50, 59, 69},
	{39, 48, 56, 65},
	{37, 45, 54, 62},
	{35, 43, 51, 59},
	{33, 41, 48, 56},
	{32, 39, 46, 53},
	{30, 37, 43, 50},
	{29, 35, 41, 48},
	{27, 33, 39, 45},
	{26, 31, 37, 43},
	{24, 30, 35, 41},
	{23, 28, 33, 39},
	{22, 27, 32, 37},
	{21, 26, 30, 35},
	{20, 24, 29, 33},
	{19, 23, 27, 31},
	{18, 22, 26, 30},
	{17, 21, 25, 28},
	{16, 20, 23, 27},
	{15, 19, 22, 25},
	{14, 18, 21, 24},
	{14, 17, 20, 23},
	{13, 16, 19, 22},
	{12, 15, 18, 21},
	{12, 14, 17, 20},
	{11, 14, 16, 19},
	{11, 13, 15, 18},
	{10, 12, 15, 17},
	{10, 12, 14, 16},
	{9, 11, 13, 15},
	{9, 11, 12, 14},
	{8, 10, 12, 14},
	{8, 9, 11, 13},
	{7, 9, 11, 12},
	{7, 9, 10, 12},
	{7, 8, 10, 11},
	{6, 8, 9, 11},
	{6, 7, 9, 10},
	{6, 7, 8, 9},
	{2, 2, 2, 2},
}
