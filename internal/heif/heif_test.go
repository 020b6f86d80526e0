package heif

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// samples reads the pictures of testdata with an ending; its README says how they were made.
func samples(t testing.TB, ending string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/*" + ending)
	if err != nil || len(names) == 0 {
		t.Fatal(err, names)
	}
	all := make(map[string][]byte)
	for _, name := range names {
		if all[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestWhole(t *testing.T) {
	for name, b := range samples(t, ".heic") {
		wide, high := 136, 104
		if name == "lossless.heic" {
			wide, high = 56, 40
		}
		if w, h, err := Prove(b); err != nil || w != wide || h != high {
			t.Errorf("%s: %d × %d, %v", name, w, h, err)
		}
	}
	for name, b := range samples(t, ".avif") {
		if w, h, err := Prove(b); !errors.Is(err, errAVIF) || !errors.Is(err, ErrNotProven) || w != 136 || h != 104 {
			t.Errorf("%s: %d × %d, %v", name, w, h, err)
		}
	}
}

// media returns where the data of a file begin.
func media(b []byte) int { return bytes.Index(b, []byte("mdat")) + 4 }

// TestDamage: what has happened to media in exports and on disks, none of which a decoder like libheif's tells of.
func TestDamage(t *testing.T) {
	for name, good := range samples(t, ".heic") {
		rng := rand.New(rand.NewPCG(1, 2))
		from := media(good)
		if name == "thumb.heic" || name == "alpha.heic" { // in which not all data are the picture's
			continue
		}
		wrong := func(what string, at int, b []byte) {
			if _, _, err := Prove(b); err == nil {
				t.Errorf("%s, %s %d of %d: accepted", name, what, at, len(good))
			}
		}
		for at := range good {
			wrong("cut at", at, good[:at])
		}
		for at := from; at < len(good)-2; at += 1 + rng.IntN(len(good)/100) {
			blank, noise := bytes.Clone(good), bytes.Clone(good)
			clear(blank[at:])
			wrong("blank from", at, blank)
			for i := at; i < len(noise); i++ {
				noise[i] = byte(rng.Uint32())
			}
			if len(noise)-at > 16 { // a few bytes may be right by chance
				wrong("noise from", at, noise)
			}
		}
		accepted, tried := 0, 0
		for at := from + 4; at < len(good); at += 1 + len(good)/2000 {
			b := bytes.Clone(good)
			b[at] ^= 1 << rng.IntN(8)
			tried++
			if _, _, err := Prove(b); err == nil {
				accepted++
			}
		}
		// A flipped sign is another picture, and whole.
		if accepted > tried/50 {
			t.Errorf("%s: %d of %d flipped bits are accepted", name, accepted, tried)
		}
	}
	for name, good := range samples(t, ".avif") {
		for what, b := range map[string][]byte{
			"blank":            append(bytes.Clone(good[:media(good)]), make([]byte, len(good)-media(good))...),
			"blank at its end": append(bytes.Clone(good[:len(good)-200]), make([]byte, 200)...),
			"cut":              good[:len(good)-1],
		} {
			if _, _, err := Prove(b); err == nil || errors.Is(err, ErrNotProven) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
}

// box makes a box, full if it has a version.
func box(name string, version int, content ...[]byte) []byte {
	b := slices.Concat(content...)
	if version >= 0 {
		b = append(binary.BigEndian.AppendUint32(nil, uint32(version)<<24), b...)
	}
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(b)+8)), []byte(name), b)
}

func u16(numbers ...uint16) (b []byte) {
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return b
}

// gridOf puts a picture together from two tiles side by side, as cameras do (ISO/IEC 23008-12, section 6.6.2.3). Both
// are the data of a picture that was read.
func gridOf(t *testing.T, plain []byte, columns byte, tiles ...uint16) []byte {
	t.Helper()
	f, err := read(plain)
	if err != nil {
		t.Fatal(err)
	}
	one := f.items[f.primary]
	data, err := f.content(one)
	if err != nil {
		t.Fatal(err)
	}
	info := func(id uint16, kind string) []byte { return box("infe", 2, u16(id, 0), []byte(kind+"\x00")) }
	size := func(w, h uint16) []byte { return box("ispe", 0, u16(0, w, 0, h)) }
	grid := []byte{0, 0, 0, columns - 1, 1, 16, 0, 104} // 272 × 104
	make1 := func(at uint32) []byte {
		place := func(id uint16, method uint16, at, size uint32) []byte {
			return slices.Concat(u16(id, method, 0, 1), binary.BigEndian.AppendUint32(nil, at), binary.BigEndian.AppendUint32(nil, size))
		}
		return slices.Concat(box("ftyp", -1, []byte("heic\x00\x00\x00\x00mif1heic")), box("meta", 0,
			box("hdlr", 0, make([]byte, 4), []byte("pict"), make([]byte, 13)), box("pitm", 0, u16(1)),
			box("iinf", 0, u16(3), info(1, "grid"), info(2, "hvc1"), info(3, "hvc1")),
			box("iloc", 1, []byte{0x44, 0x00}, u16(3), place(1, 1, 0, 8), place(2, 0, at, uint32(len(data))), place(3, 0, at, uint32(len(data)))),
			box("iref", 0, box("dimg", -1, u16(1, uint16(len(tiles))), u16(tiles...))),
			box("iprp", -1, box("ipco", -1, size(272, 104), size(136, 104), box("hvcC", -1, one.config)),
				box("ipma", 0, []byte{0, 0, 0, 3, 0, 1, 1, 1, 0, 2, 2, 2, 3, 0, 3, 2, 2, 3})),
			box("idat", -1, grid)))
	}
	head := make1(0)
	return append(make1(uint32(len(head)+8)), box("mdat", -1, data)...)
}

func TestGrid(t *testing.T) {
	plain := samples(t, ".heic")["plain.heic"]
	good := gridOf(t, plain, 2, 2, 3)
	if w, h, err := Prove(good); err != nil || w != 272 || h != 104 {
		t.Errorf("%d × %d, %v", w, h, err)
	}
	half := bytes.Clone(good)
	clear(half[len(half)-300:])
	for name, b := range map[string][]byte{
		"a tile too few": gridOf(t, plain, 2, 2), "a tile that is not there": gridOf(t, plain, 2, 2, 9),
		"made of itself": gridOf(t, plain, 2, 1, 1), "blank at its end": half, "cut": good[:len(good)-1],
	} {
		if _, _, err := Prove(b); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	meta := func(content ...[]byte) []byte {
		return slices.Concat(box("ftyp", -1, []byte("heic\x00\x00\x00\x00mif1heic")), box("meta", 0, content...), box("mdat", -1, []byte{1}))
	}
	for name, b := range map[string][]byte{
		"without a list": slices.Concat(box("ftyp", -1, []byte("heic\x00\x00\x00\x00")), box("mdat", -1, []byte{1})),
		"an empty list":  meta(), "a list of nothing": meta(box("pitm", 0, u16(1)), box("iinf", 0, u16(0))),
	} {
		if _, _, err := Prove(b); !errors.Is(err, errMeta) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEncoders has larger pictures made by libheif's encoder, if it is installed (Debian's libheif-examples): every
// size of block, quality and pattern must be read to its end.
func TestEncoders(t *testing.T) {
	encoder, err := exec.LookPath("heif-enc")
	if err != nil {
		t.Skip("heif-enc is not installed: apt install libheif-examples")
	}
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range 6 {
		img := image.NewRGBA(image.Rect(0, 0, 200+rng.IntN(200), 200+rng.IntN(200)))
		for y := range img.Rect.Max.Y {
			for x := range img.Rect.Max.X {
				v := uint8(x*y/50 + rng.IntN(1+i*20))
				img.SetRGBA(x, y, color.RGBA{v, uint8(x), v ^ uint8(y), 255})
			}
		}
		from, to := filepath.Join(dir, "x.png"), filepath.Join(dir, "x.heic")
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(from, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"-q", strconv.Itoa(5 + 18*i), "-p", "chroma=" + []string{"420", "444"}[i%2], "-p", "x265:ctu=" + []string{"64", "32", "16"}[i%3], from, "-o", to}
		if out, err := exec.CommandContext(t.Context(), encoder, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		picture, err := os.ReadFile(to)
		if err != nil {
			t.Fatal(err)
		}
		if w, h, err := Prove(picture); err != nil || w != img.Rect.Max.X || h != img.Rect.Max.Y {
			t.Errorf("%v: %d × %d, %v", args, w, h, err)
		}
		clear(picture[len(picture)-len(picture)/4:])
		if _, _, err := Prove(picture); err == nil {
			t.Errorf("%v, its last quarter blank: accepted", args)
		}
	}
}

func FuzzProve(f *testing.F) {
	for _, ending := range []string{".heic", ".avif"} {
		for _, b := range samples(f, ending) {
			f.Add(b)
		}
	}
	f.Fuzz(func(_ *testing.T, b []byte) {
		if len(b) < 1<<15 {
			_, _, _ = Prove(b)
		}
	})
}

func BenchmarkProve(b *testing.B) {
	picture := samples(b, ".heic")["plain.heic"]
	b.SetBytes(int64(len(picture)))
	for b.Loop() {
		if _, _, err := Prove(picture); err != nil {
			b.Fatal(err)
		}
	}
}
