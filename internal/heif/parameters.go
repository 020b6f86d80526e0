package heif

// sequence is what is needed of a sequence parameter set (ITU-T H.265, section 7.3.2.2).
type sequence struct {
	chroma                     int // ChromaArrayType: 0 grey, 1 half in both directions, 3 full
	width, height              int // of the coded picture, in luma samples
	shownWidth, shownHeight    int
	depth, chromaDepth         int // bits
	minCoding, coding          int // log2 of the smallest coding block and of a coding tree block
	minTransform, maxTransform int // log2
	transformDepth             int
	sao, pcm                   bool
	pcmDepth, pcmChromaDepth   int
	minPCM, maxPCM             int // log2
	unitsX, unitsY             int // coding tree blocks
	longTerm, temporal         bool
}

// picture is what is needed of a picture parameter set (section 7.3.2.3).
type picture struct {
	sequence                           int
	dependent, outputFlag, signHiding  bool
	extraBits                          int
	qp                                 int
	transformSkip, qpDelta             bool
	qpDeltaDepth                       int
	chromaOffsets, bypass, tiles, wave bool
	columns, rows                      []int // of tiles: where they begin, in coding tree blocks, and the end
	acrossSlices                       bool
	deblockingOverride, deblockingOff  bool
	headerExtension                    bool
	uniform                            bool
	columnCount, rowCount              int
	widths, heights                    []int
}

const maxPixels = 50_000_000

// readSequence reads an SPS without its NAL header. It returns errUnknown for what no HEIC picture was seen with.
func readSequence(b []byte) (id int, s *sequence, err error) {
	r := &bitReader{b: b}
	s = &sequence{}
	r.u(4)
	layers := int(r.u(3))
	r.u(1)
	profile(r, layers)
	id = r.small(15)
	switch r.small(3) {
	case 0:
	case 1:
		s.chroma = 1
	case 2:
		return id, nil, errUnknown
	case 3:
		s.chroma = 3
		if r.flag() { // each colour a picture of its own
			return id, nil, errUnknown
		}
	}
	s.width, s.height = r.small(1<<16), r.small(1<<16)
	s.shownWidth, s.shownHeight = s.width, s.height
	if r.flag() {
		unit := 1
		if s.chroma == 1 {
			unit = 2
		}
		s.shownWidth -= unit * (r.small(1<<16) + r.small(1<<16))
		s.shownHeight -= unit * (r.small(1<<16) + r.small(1<<16))
	}
	s.depth, s.chromaDepth = 8+r.small(8), 8+r.small(8)
	order := 4 + r.small(12)
	first := layers
	if r.flag() {
		first = 0
	}
	for range layers - first + 1 {
		r.ue()
		r.ue()
		r.ue()
	}
	s.minCoding = 3 + r.small(3)
	s.coding = s.minCoding + r.small(3)
	s.minTransform = 2 + r.small(3)
	s.maxTransform = s.minTransform + r.small(3)
	r.ue()
	s.transformDepth = r.small(4)
	if scaled := r.flag(); scaled {
		if given := r.flag(); given {
			scalingLists(r)
		}
	}
	r.flag() // asymmetric partitions
	s.sao = r.flag()
	if s.pcm = r.flag(); s.pcm {
		s.pcmDepth, s.pcmChromaDepth = 1+int(r.u(4)), 1+int(r.u(4))
		s.minPCM = 3 + r.small(2)
		s.maxPCM = s.minPCM + r.small(2)
		r.flag()
	}
	if !referenceSets(r) {
		return id, nil, errUnknown
	}
	if s.longTerm = r.flag(); s.longTerm {
		for range r.small(32) {
			r.u(order)
			r.flag()
		}
	}
	s.temporal = r.flag()
	r.flag() // strong smoothing
	if r.flag() {
		usability(r, layers)
	}
	if r.flag() && r.u(8) != 0 { // extensions of the format
		return id, nil, errUnknown
	}
	if r.ended() || s.width <= 0 || s.height <= 0 || s.shownWidth <= 0 || s.shownHeight <= 0 || s.coding > 6 || s.coding < 4 || s.maxTransform > min(5, s.coding) ||
		s.minTransform >= s.minCoding || s.width%(1<<s.minCoding) != 0 || s.height%(1<<s.minCoding) != 0 || s.pcm && s.maxPCM > min(5, s.coding) {
		return id, nil, errHeader
	}
	if s.width*s.height > maxPixels {
		return id, nil, errLarge
	}
	s.unitsX, s.unitsY = (s.width+1<<s.coding-1)>>s.coding, (s.height+1<<s.coding-1)>>s.coding
	return id, s, nil
}

// profile passes over profile, tier and level (section 7.3.3).
func profile(r *bitReader, layers int) {
	r.at += 88 + 8
	var present [8][2]bool
	for i := range layers {
		present[i] = [2]bool{r.flag(), r.flag()}
	}
	if layers > 0 {
		r.at += 2 * (8 - layers)
	}
	for i := range layers {
		if present[i][0] {
			r.at += 88
		}
		if present[i][1] {
			r.at += 8
		}
	}
}

// scalingLists passes over the lists of factors (section 7.3.4).
func scalingLists(r *bitReader) {
	for size := range 4 {
		step := 1
		if size == 3 {
			step = 3
		}
		for m := 0; m < 6; m += step {
			if !r.flag() {
				r.ue()
				continue
			}
			if size > 1 {
				r.se()
			}
			for range min(64, 1<<(4+size<<1)) {
				r.se()
			}
		}
	}
}

// referenceSets passes over the short-term sets (section 7.3.7), and reports whether there is nothing in
// them that a picture alone does not need.
func referenceSets(r *bitReader) bool {
	n := r.small(64)
	for i := range n {
		if i > 0 && r.flag() {
			return false // predicted from others: only films have these
		}
		for range r.small(16) + r.small(16) {
			r.ue()
			r.flag()
		}
	}
	return true
}

// usability passes over the usability information (section E.2.1).
func usability(r *bitReader, layers int) {
	if r.flag() && r.u(8) == 255 {
		r.u(32)
	}
	if r.flag() {
		r.flag()
	}
	if r.flag() {
		r.u(4)
		if r.flag() {
			r.u(24)
		}
	}
	if r.flag() {
		r.ue()
		r.ue()
	}
	r.u(3)
	if r.flag() {
		for range 4 {
			r.ue()
		}
	}
	if r.flag() { // timing
		r.u(32)
		r.u(32)
		if r.flag() {
			r.ue()
		}
		if r.flag() {
			decoderModel(r, layers)
		}
	}
	if r.flag() {
		r.u(3)
		for range 5 {
			r.ue()
		}
	}
}

// decoderModel passes over the parameters of the hypothetical decoder (section E.2.2).
func decoderModel(r *bitReader, layers int) {
	nal, vcl := r.flag(), r.flag()
	sub := false
	if nal || vcl {
		if sub = r.flag(); sub {
			r.u(19)
		}
		r.u(8)
		if sub {
			r.u(4)
		}
		r.u(15)
	}
	for range layers + 1 {
		fixed := r.flag()
		if !fixed {
			fixed = r.flag()
		}
		low := false
		if fixed {
			r.ue()
		} else {
			low = r.flag()
		}
		count := 1
		if !low {
			count += r.small(31)
		}
		for _, present := range [2]bool{nal, vcl} {
			for range count {
				if !present {
					break
				}
				r.ue()
				r.ue()
				if sub {
					r.ue()
					r.ue()
				}
				r.flag()
			}
		}
	}
}

// readPicture reads a PPS without its NAL header.
func readPicture(b []byte) (id int, p *picture, err error) {
	r := &bitReader{b: b}
	p = &picture{}
	id = r.small(63)
	p.sequence = r.small(15)
	p.dependent, p.outputFlag = r.flag(), r.flag()
	p.extraBits = int(r.u(3))
	p.signHiding = r.flag()
	r.flag()
	r.ue()
	r.ue()
	p.qp = 26 + r.se()
	r.flag()
	p.transformSkip = r.flag()
	if p.qpDelta = r.flag(); p.qpDelta {
		p.qpDeltaDepth = r.small(3)
	}
	r.se()
	r.se()
	p.chromaOffsets = r.flag()
	r.u(2)
	p.bypass, p.tiles, p.wave = r.flag(), r.flag(), r.flag()
	p.columnCount, p.rowCount, p.uniform = 1, 1, true
	if p.tiles {
		p.columnCount, p.rowCount = 1+r.small(99), 1+r.small(99)
		if p.uniform = r.flag(); !p.uniform {
			for range p.columnCount - 1 {
				p.widths = append(p.widths, 1+r.small(1<<14))
			}
			for range p.rowCount - 1 {
				p.heights = append(p.heights, 1+r.small(1<<14))
			}
		}
		r.flag()
	}
	p.acrossSlices = r.flag()
	if r.flag() {
		p.deblockingOverride, p.deblockingOff = r.flag(), r.flag()
		if !p.deblockingOff {
			r.se()
			r.se()
		}
	}
	if r.flag() {
		scalingLists(r)
	}
	r.flag()
	r.ue()
	p.headerExtension = r.flag()
	if r.flag() && r.u(8) != 0 {
		return id, nil, errUnknown
	}
	if r.ended() {
		return id, nil, errHeader
	}
	return id, p, nil
}

// lay divides the picture into tiles (section 6.5.1).
func (p *picture) lay(s *sequence) error {
	var ok1, ok2 bool
	p.columns, ok1 = borders(s.unitsX, p.columnCount, p.widths, p.uniform)
	p.rows, ok2 = borders(s.unitsY, p.rowCount, p.heights, p.uniform)
	if !ok1 || !ok2 {
		return errHeader
	}
	return nil
}

func borders(units, n int, sizes []int, uniform bool) (at []int, ok bool) {
	if n > units {
		return nil, false
	}
	at = []int{0}
	for i := range n - 1 {
		next := (i + 1) * units / n
		if !uniform {
			next = at[i] + sizes[i]
		}
		if next <= at[i] || next >= units {
			return nil, false
		}
		at = append(at, next)
	}
	return append(at, units), true
}
