package fetch

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// TestFullDisk fills a real disk under a transfer. It runs itself again in a name
// space of its own, where it may mount one.
func TestFullDisk(t *testing.T) {
	if os.Getenv("FETCH_OWN_DISK") == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
		cmd.Env = append(os.Environ(), "FETCH_OWN_DISK=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		}
		out, err := cmd.CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("--- PASS: TestFullDisk")) {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	const disk = 4 << 20
	dir := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
	filler := filepath.Join(dir, "filler")
	data := archive(1, 3<<20)
	length := true
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !length {
			w = struct{ http.ResponseWriter }{w} // hides ReaderFrom
			r.Header.Del("Range")
			w.Header().Set("ETag", etag1)
			_, _ = w.Write(data[:10])
			_ = http.NewResponseController(w).Flush()
			_, _ = w.Write(data[10:])
			return
		}
		zipOf(data, etag1)(w, r)
	})
	f := fetcher(t, nil, []*server{s})

	// With a length, room is made sure of before; a wrong answer about it is found when reserving.
	write(t, filler, make([]byte, 2<<20))
	for _, lie := range []bool{false, true} {
		f.free = durable.Free
		if lie {
			f.free = func(string) (uint64, error) { return 1 << 60, nil }
		}
		cps := &memory{}
		_, err := try(t, f, cps, dir, s.URL)
		wantErr[*NoSpace](t, err, fault.TemporaryKind)
		if free, err := durable.Free(dir); err != nil || free < 2<<20-64<<10 {
			t.Errorf("lie %v: a failed reservation left %d bytes free, %v", lie, free, err)
		}
	}

	// Without a length it is met in the middle of a write. What came is kept, and true.
	length = false
	cps := &memory{}
	_, err := try(t, f, cps, dir, s.URL)
	wantErr[*NoSpace](t, err, fault.TemporaryKind)
	cp, found, _ := cps.Load(t.Context(), "export/0")
	if !found || cp.Offset < 1<<20 {
		t.Fatalf("%v, checkpoint at %d", found, cp.Offset)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	length = true
	file, err := try(t, f, cps, dir, s.URL)
	want(t, file, err, data)
	if r := s.requests(); r[len(r)-1].header.Get("Range") == "" {
		t.Error("it began anew")
	}
	if got, err := os.ReadFile(file.Path); err != nil || !bytes.Equal(got, data) {
		t.Errorf("the file on disk differs: %v", err)
	}

	// A file that tells no length must leave room for others.
	if err := os.Remove(file.Path); err != nil {
		t.Fatal(err)
	}
	f.free, f.limits.leave, length = durable.Free, 2<<20, false
	_, err = try(t, f, &memory{}, dir, s.URL)
	wantErr[*NoSpace](t, err, fault.TemporaryKind)
	if free, err := durable.Free(dir); err != nil || free > disk-1<<20 || free < 1<<20 {
		t.Errorf("%d bytes free, %v", free, err)
	}
}

// Opening a pipe would wait for a writer, for ever.
func TestCopyOfAPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe.zip")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Copy(t.Context(), pipe, t.TempDir(), nil); fault.KindOf(err) != fault.PermanentKind {
		t.Errorf("got %v", err)
	}
}
