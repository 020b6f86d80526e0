package inspect

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"
)

// benchPicture is a progressive JPEG as large as Instagram's, about 300 KB: 1440 × 1440, colour at half the
// resolution, ten scans. IGWATCHD_BENCH_JPEG can name a real one instead.
func benchPicture(b *testing.B) []byte {
	b.Helper()
	if name := os.Getenv("IGWATCHD_BENCH_JPEG"); name != "" {
		picture, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		return picture
	}
	const side = 1440
	img := image.NewYCbCr(image.Rect(0, 0, side, side), image.YCbCrSubsampleRatio420)
	rng := rand.New(rand.NewPCG(1, 2))
	walk := func(pix []byte, stride, most int) { // smooth from pixel to pixel, with edges now and then
		for i := range pix {
			before := 128
			if i%stride > 0 && i >= stride {
				before = (int(pix[i-1]) + int(pix[i-stride])) / 2
			}
			step := rng.IntN(2*most+1) - most
			if rng.IntN(300) == 0 {
				step *= 8
			}
			pix[i] = byte(min(max(before+step, 0), 255))
		}
	}
	walk(img.Y, img.YStride, 14)
	walk(img.Cb, img.CStride, 5)
	walk(img.Cr, img.CStride, 5)
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, img, &jpeg.Options{Quality: 80}); err != nil {
		b.Fatal(err)
	}
	transform := exec.Command("jpegtran", "-progressive", "-optimize")
	transform.Stdin = &plain
	picture, err := transform.Output()
	if err != nil {
		b.Skip("there is no jpegtran (Debian's libjpeg-turbo-progs) to make a progressive picture:", err)
	}
	return picture
}

// BenchmarkAgainstDjpeg holds the proof of one picture against djpeg, which is libjpeg-turbo's decoder,
// told to compute next to no pixels: what it takes beyond its start is reading the coefficients.
func BenchmarkAgainstDjpeg(b *testing.B) {
	picture := benchPicture(b)
	var scan jpegScan
	timed := func(f func()) float64 {
		begin := time.Now()
		f()
		return time.Since(begin).Seconds()
	}
	djpeg := func(picture []byte) func() {
		return func() {
			c := exec.Command("djpeg", "-scale", "1/8", "-grayscale", "-dct", "fast", "-outfile", "/dev/null")
			c.Stdin = bytes.NewReader(picture)
			if out, err := c.CombinedOutput(); err != nil {
				b.Fatalf("%v: %s", err, out)
			}
		}
	}
	start := djpeg(jpegs(b)["progressive"])
	b.SetBytes(int64(len(picture)))
	var theirs, ours float64
	for b.Loop() {
		theirs += timed(djpeg(picture)) - timed(start)
		ours += timed(func() {
			if err := scan.scan(picture); err != nil {
				b.Fatal(err)
			}
		})
	}
	b.ReportMetric(ours/theirs, "of-djpeg")
	b.ReportMetric(float64(len(picture))*float64(b.N)/ours/1e6, "ours-MB/s")
}
