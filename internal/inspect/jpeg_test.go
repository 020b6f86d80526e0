package inspect

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/jpeg"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// agrees fails if jpegScan accepts what image/jpeg does not.
func agrees(t *testing.T, s *jpegScan, b []byte) bool {
	t.Helper()
	accepted := s.scan(b) == nil
	if !accepted {
		return false
	}
	img, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		if c := s.components[0]; s.interval > 0 && len(s.components) > 1 && c.h*c.v != 1 {
			return true // image/jpeg counts the units between restart markers otherwise than T.81 (A.2.2) in scans of one component
		}
		if _, unknown := errors.AsType[jpeg.UnsupportedError](err); unknown {
			return true
		}
		t.Fatalf("accepted, but image/jpeg says %v: %x", err, b)
	}
	if size := img.Bounds().Size(); size.X != s.width || size.Y != s.height {
		t.Fatalf("%d × %d, image/jpeg says %v", s.width, s.height, size)
	}
	return true
}

// jpegs are one picture of each sort.
func jpegs(t testing.TB) map[string][]byte {
	all := map[string][]byte{"baseline": jpegOf(1), "grey": greyOf()}
	for name, text := range map[string]string{"progressive": progressiveJPEG, "restart": restartJPEG, "progressive, restart": progressiveRestartJPEG} {
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = b
	}
	return all
}

func TestJPEGScan(t *testing.T) {
	var s jpegScan
	if s.scan(jpegs(t)["progressive, restart"]) != nil || s.interval == 0 || !s.progressive {
		t.Error("a progressive picture with restart markers is not accepted")
	}
	for name, b := range jpegs(t) {
		if !agrees(t, &s, b) {
			t.Errorf("%s: not accepted", name)
		}
		if !agrees(t, &s, append(bytes.Clone(b), "more"...)) {
			t.Errorf("%s with bytes behind its end: not accepted", name)
		}
		for n := range b {
			if s.scan(b[:n]) == nil {
				t.Errorf("%s cut to %d of %d bytes is accepted", name, n, len(b))
			}
		}
	}
}

// TestUnrefined: a progressive picture that ends with one of its first scans shows something, and is not whole.
func TestUnrefined(t *testing.T) {
	for name, b := range jpegs(t) {
		var ends []int // of its scans
		for at := bytes.Index(b, []byte{0xff, 0xda}); at >= 0; {
			ends = append(ends, at)
			next := bytes.Index(b[at+2:], []byte{0xff, 0xda})
			if next < 0 {
				break
			}
			at += 2 + next
		}
		var s jpegScan
		for _, end := range ends[1:] {
			cut := append(bytes.Clone(b[:end]), 0xff, 0xd9)
			_, err := decodePicture(t.Context(), kindJPEG, cut, &s)
			if _, ierr := jpeg.Decode(bytes.NewReader(cut)); ierr != nil && s.interval == 0 { // which image/jpeg does not know well
				t.Errorf("%s up to byte %d does not even open: %v", name, end, ierr)
			}
			if !errors.Is(err, errUnrefined) {
				t.Errorf("%s up to byte %d: %v", name, end, err)
			}
		}
		if s.progressive != (len(ends) > 1) {
			t.Errorf("%s has %d scans", name, len(ends))
		}
	}
}

// blankJPEG is a right JPEG of one colour and nearly no bytes: every difference is 0 and every block ends at once.
func blankJPEG(width, height, components int, progressive bool) []byte {
	segment := func(marker byte, content ...byte) []byte {
		return append([]byte{0xff, marker, byte((len(content) + 2) >> 8), byte(len(content) + 2)}, content...)
	}
	// A table of one code, a single 0 bit.
	table := func(class, value byte) []byte {
		return segment(0xc4, append(append([]byte{class << 4, 1}, make([]byte, 15)...), value)...)
	}
	frame := []byte{8, byte(height >> 8), byte(height), byte(width >> 8), byte(width), byte(components)}
	scan := []byte{byte(components)}
	for c := range components {
		frame = append(frame, byte(c+1), 0x11, 0)
		scan = append(scan, byte(c+1), 0)
	}
	blocks := upTo(width, 8) * upTo(height, 8)
	sof, first := byte(0xc0), []byte{0, 63, 0}
	if progressive {
		sof, first = 0xc2, []byte{0, 0, 0}
	}
	b := slices.Concat([]byte{0xff, 0xd8}, segment(0xee, []byte("Adobe\x00\x64\x00\x00\x00\x00\x00")...), segment(0xdb, make([]byte, 65)...),
		segment(sof, frame...), table(0, 0), table(1, 0), segment(0xda, append(scan, first...)...))
	codes := blocks * components
	if !progressive {
		codes *= 2 // the difference, and the end
	}
	b = append(b, make([]byte, upTo(codes, 8))...)
	if progressive {
		run := min(14, bits.Len(uint(blocks))-1) // so many bits behind a 0 say how many more blocks than 2 to that power end
		b = append(b, table(1, byte(run)<<4)...)
		for c := range components {
			b = append(b, segment(0xda, 1, byte(c+1), 0, 1, 63, 0)...)
			var out []byte
			n := 0
			put := func(bit int) {
				if n%8 == 0 {
					out = append(out, 0)
				}
				out[n/8] |= byte(bit << (7 - n%8))
				n++
			}
			for rest := blocks; rest > 0; {
				ends := rest
				if rest >= 2<<run {
					ends = 1 << run
				}
				rest -= ends
				put(0)
				for i := run - 1; i >= 0; i-- {
					put((ends - 1<<run) >> i & 1)
				}
			}
			b = append(b, bytes.ReplaceAll(out, []byte{0xff}, []byte{0xff, 0})...)
		}
	}
	return append(b, 0xff, 0xd9)
}

// TestJPEGScanIsNoLaxerThanADecoder changes pictures in every way that comes to mind.
func TestJPEGScanIsNoLaxerThanADecoder(t *testing.T) {
	var s jpegScan
	rng := rand.New(rand.NewPCG(1, 2))
	changed, accepted := 0, 0
	for name, good := range jpegs(t) {
		if name == "progressive, restart" { // image/jpeg does not know these well
			continue
		}
		for range 4000 {
			b := bytes.Clone(good)
			for range 1 + rng.IntN(3) {
				at := rng.IntN(len(b))
				switch rng.IntN(5) {
				case 0:
					b[at] ^= 1 << rng.IntN(8)
				case 1:
					b[at] = byte(rng.Uint32())
				case 2:
					b = append(b[:at], b[min(len(b), at+1+rng.IntN(8)):]...)
				case 3:
					clear(b[at:min(len(b), at+1+rng.IntN(64))])
				case 4:
					b = append(b[:at:at], append([]byte{0xff, byte(rng.Uint32())}, b[at:]...)...)
				}
				if len(b) == 0 {
					b = []byte{0}
				}
			}
			changed++
			if agrees(t, &s, b) {
				accepted++
			}
		}
	}
	// Some changes only make another picture; were all accepted, nothing would be checked.
	if accepted > changed/2 {
		t.Errorf("%d of %d changed pictures were accepted", accepted, changed)
	}
}

// TestManyScans: a few bytes for each scan must not cost a look at all of a large picture each time.
func TestManyScans(t *testing.T) {
	b, err := base64.StdEncoding.DecodeString(progressiveJPEG)
	if err != nil {
		t.Fatal(err)
	}
	frame := bytes.Index(b, []byte{0xff, 0xc2})
	copy(b[frame+5:], []byte{0x10, 0x00, 0x10, 0x00}) // 4096 × 4096 pixels
	last := bytes.LastIndex(b, []byte{0xff, 0xda})
	b = append(b[:last:last], bytes.Repeat(b[last:len(b)-2], 3000)...)
	var scan jpegScan
	if _, err := decodePicture(t.Context(), kindJPEG, append(b, 0xff, 0xd9), &scan); !errors.Is(err, errScans) || scan.scans > maxScans+1 {
		t.Errorf("%v after %d scans", err, scan.scans)
	}
}

func FuzzJPEGScan(f *testing.F) {
	for _, b := range jpegs(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 1<<16 {
			agrees(t, new(jpegScan), b)
		}
	})
}

func greyOf() []byte {
	img := image.NewGray(image.Rect(0, 0, 41, 27))
	for i := range img.Pix {
		img.Pix[i] = byte(i * i)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// All were made by jpegtran from a picture of 41 × 27 pixels, colour at half the resolution.
const progressiveJPEG = `/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7Pj4+JS5ESUM8SDc9Pjv/2wBDAQoLCw4NDhwQEBw7KCIoOzs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozv/wgARCAAbACkDASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAwQCBv/EABcBAQEBAQAAAAAAAAAAAAAAAAMFAQb/2gAMAwEAAhADEAAAAeYatsORbFGnLq7Y0ZloUeEBnUKY7p0FL//EABkQAQEBAQEBAAAAAAAAAAAAAAABAhMQEv/aAAgBAQABBQKYTCYTCYc0wmEwmEw5phMJhMJh8oiInn//xAAZEQEBAQEBAQAAAAAAAAAAAAADAAECESH/2gAIAQMBAT8BJomuG+RJsSbcJvl//8QAGBEAAwEBAAAAAAAAAAAAAAAAAAECAxH/2gAIAQIBAT8BehWiHr0q2Vo0Vs0f/8QAFBABAAAAAAAAAAAAAAAAAAAAQP/aAAgBAQAGPwJH/8QAGhAAAgMBAQAAAAAAAAAAAAAAAAEQIGERgf/aAAgBAQABPyGFxhwOIcap8aAYRRCoVCIQ8R//2gAMAwEAAgADAAAAEAFEnv3v/8QAFxEAAwEAAAAAAAAAAAAAAAAAACBhUf/aAAgBAwEBPxCpU0IkH//EABoRAQEBAQADAAAAAAAAAAAAAAEAIRExkfD/2gAIAQIBAT8Q7ti6z6AbEFqXhX73f//EAB4QAAICAwEAAwAAAAAAAAAAAAABESExQWFREJHh/9oACAEBAAE/EIKSkg0/JJsaD21SKeDixy1RqTpkzTgX4zhZDv0TNppOR9Vo2xYuqpEbw+EZUhpJwsjUytHi0Kl1ghfgj//Z`

const progressiveRestartJPEG = `/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7Pj4+JS5ESUM8SDc9Pjv/2wBDAQoLCw4NDhwQEBw7KCIoOzs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozv/wgARCAAbACkDASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAwQCBv/EABYBAQEBAAAAAAAAAAAAAAAAAAUDAf/dAAQAA//aAAwDAQACEAMQAAAB5hq2yci2LFOXV24o/wD/0CWhTBAZ1gmO6dQS/8QAGRABAQEBAQEAAAAAAAAAAAAAAAECExAS/9oACAEBAAEFAphMJh//0JhMOb//0ZhMJh//0phMOb//05hMJh//1JhMPl//1YiP/9aJ5//EABkRAQEBAQEBAAAAAAAAAAAAAAMAAQIRIf/aAAgBAwEBPwEmia4b5f/QJNiTbhN8v//EABgRAAMBAQAAAAAAAAAAAAAAAAABAgMR/9oACAECAQE/AXoVoh69P//Qq2Vo0Vs0f//EABQQAQAAAAAAAAAAAAAAAAAAABD/2gAIAQEABj8Cf//Qf//Rf//Sf//Tf//Uf//Vf//Wf//EABkQAAMBAQEAAAAAAAAAAAAAAAABEGERgf/aAAgBAQABPyGLif/QHA4P/9EcY//Sp//Txof/1Awn/9VEKhUf/9ZEIeI//9oADAMBAAIAAwAAABABRL//0Hv3v//EABcRAQEBAQAAAAAAAAAAAAAAAABhEFH/2gAIAQMBAT8Qqq6H/9DUg//EABoRAQEBAQADAAAAAAAAAAAAAAEAIRExkfD/2gAIAQIBAT8Q7ti6z6Ab/9DEFqXhX73f/8QAHhAAAgIDAQADAAAAAAAAAAAAAAERITFBYVEQkeH/2gAIAQEAAT8QgpKSDT8kmxof/9B7apFPBxZ//9Fy1RqTpkzTg//SX4zhZDv0f//TmbTScj6rRtiz/9RdVSI3h8P/1YypDSThZGplaP/W8WhUusEL8Ef/2Q==`

const restartJPEG = `/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7Pj4+JS5ESUM8SDc9Pjv/2wBDAQoLCw4NDhwQEBw7KCIoOzs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozv/wAARCAAbACkDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/90ABAAB/9oADAMBAAIRAxEAPwDzGOxxwBmrkdjjsfTNa0ViR24q5FY9ghBqZ4m7OfC43zP/0OJisc9F7VbisCSOBWvFY5IOKtxWQ9DXDUxMdLs97C43zP/RwY7Lj7vSpf7PT0NbcNj7c1N/Zo9/yrxp4ty1STP0CjjPd3P/0qsVjkkFRnrVuKyPHHatCJFwOBVqFFIBwOtfNVK8tEj4nC4mR//Tux2XfHNXIrIcccCr0KKc5HarUaL6dq+MqYmUdTgwuJkf/9TpIrLB+6Kn+y1pRKMnjpUmB/dX8hX59UxsobP+vvPUo4iXKf/Z`
