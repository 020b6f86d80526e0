package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// uploadFlag is how large the archive of TestALargeFileThroughThePage is.
var uploadFlag = flag.Int64("upload", 0, "size of the upload, in MB (without it 200, with IGWATCHD_LONG 1000)")

// mostMemory is what the daemon may take, in KiB, whatever the size of what it is given, which is much larger.
const mostMemory = 64 << 10

// TestALargeFileThroughThePage hands over hundreds of megabytes by the page's file chooser, to the program as it ships, and looks
// how much memory it took until the verdict: for the upload, the inspection, the storing and the reading back.
func TestALargeFileThroughThePage(t *testing.T) {
	size := *uploadFlag
	switch {
	case size > 0:
	case os.Getenv("IGWATCHD_LONG") != "":
		size = 1000
	default:
		size = 200
	}
	w := surround(t, size*1e6)
	program := filepath.Join(t.TempDir(), "igwatchd")
	build := exec.Command("go", "build", "-o", program, "./cmd/igwatchd")
	build.Dir, build.Env = filepath.Join("..", "..", ".."), append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var log bytes.Buffer
	daemon := exec.Command(program, "run", "--config", w.config)
	daemon.Stderr = &log
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	var address string
	for end := time.Now().Add(waitAtMost); address == ""; time.Sleep(100 * time.Millisecond) {
		out, err := exec.Command(program, "open", "--print", "--config", w.config).Output()
		if lines := strings.Fields(string(out)); err == nil && len(lines) > 0 {
			address = lines[len(lines)-1]
		}
		if time.Now().After(end) {
			t.Fatalf("the page never opened: %s", log.String())
		}
	}
	v := visiting(t, func(string) string { return address })
	v.open("/handover")
	began := time.Now()
	v.do(chromedp.SetUploadFiles(chromedp.CSS(`#files`), []string{w.zip}))
	v.press("Hand over")
	v.patiently("taken; see how it goes on")
	uploaded := time.Since(began)
	v.press("taken; see how it goes on")
	v.patiently("What only you can answer")
	peak := memory(t, daemon.Process.Pid)
	t.Logf("%d MB: handed over in %v, judged after %v, %d KiB of memory at most", size, uploaded.Round(time.Second), time.Since(began).Round(time.Second), peak)
	if peak > mostMemory {
		t.Errorf("the daemon took %d KiB of memory, %d are meant to be enough", peak, mostMemory)
	}
	v.quiet(v.origin + "/")
}

// patiently is says for what takes minutes. The page may be loaded anew meanwhile.
func (v *visit) patiently(words string) {
	v.t.Helper()
	condition := fmt.Sprintf(`String(!!document.body && document.body.innerText.includes(%q))`, words)
	for end := time.Now().Add(15 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		if said, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](condition)); err == nil && said == "true" {
			return
		}
		if time.Now().After(end) {
			v.t.Fatalf("not within a quarter of an hour: %q; the page says:\n%s", words, v.text())
		}
	}
}

// memory is the most that a process ever had in memory, in KiB.
func memory(t *testing.T, pid int) (kib int64) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal(err)
	}
	return kib
}
