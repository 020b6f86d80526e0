package inspect

import (
	"context"
	"image/jpeg"
	"image"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestMeasure(t *testing.T) {
	if os.Getenv("TINY") != "" {
		f, _ := os.Create("/tmp/insp/tiny.jpg")
		jpeg.Encode(f, image.NewGray(image.Rect(0, 0, 16, 16)), nil)
		f.Close()
		return
	}
	path := os.Getenv("MEASURE")
	if path == "" {
		return
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	st, _ := f.Stat()
	var peak uint64
	go func() {
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
			time.Sleep(50 * time.Millisecond)
		}
	}()
	p := Part{Name: partName, Size: st.Size(), R: f}
	if os.Getenv("KNOWN") != "" {
		p.SHA256 = "x"
	}
	start := time.Now()
	r, err := Inspect(context.Background(), []Part{p}, nil)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	st2, _ := os.ReadFile("/proc/self/status")
	for _, l := range strings.Split(string(st2), "\n") {
		if strings.HasPrefix(l, "VmHWM") {
			t.Log(l)
		}
	}
	t.Logf("%s %d MB in %v, heap peak %d MB, %+v refs %d/%d", path, st.Size()>>20, took, peak>>20, r.Counts, r.References.Resolved, r.References.Total)
	for _, q := range r.Problems {
		t.Log(q)
	}
}
