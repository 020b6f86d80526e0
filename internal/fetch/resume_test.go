package fetch

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	mrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// TestEachCheckpointIsTrue: at each moment the program may die. Then the first
// Offset bytes of the part are the file's, and the hash is theirs.
func TestEachCheckpointIsTrue(t *testing.T) {
	data := archive(1, 1<<20)
	s := serve(t, zipOf(data, etag1))
	f := fetcher(t, nil, []*server{s})
	dir := t.TempDir()
	var offsets []int64
	cps := &memory{save: func(cp Checkpoint) error {
		offsets = append(offsets, cp.Offset)
		sum := sha256.New()
		if err := sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(cp.Hash); err != nil {
			return err
		}
		disk, err := os.ReadFile(filepath.Join(dir, "."+short("export/0")+".part"))
		if err != nil || int64(len(disk)) < cp.Offset || !bytes.Equal(disk[:cp.Offset], data[:cp.Offset]) {
			return fmt.Errorf("at %d: %d bytes on disk, %w", cp.Offset, len(disk), err)
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != digest(data[:cp.Offset]) {
			return fmt.Errorf("at %d: the hash is %s", cp.Offset, got)
		}
		if cp.Total != int64(len(data)) || cp.Validator != etag1 || cp.Name == "" {
			return fmt.Errorf("%+v", cp)
		}
		return nil
	}}
	file, err := try(t, f, cps, dir, s.URL)
	want(t, file, err, data)
	if len(offsets) < 4 || offsets[len(offsets)-1] != int64(len(data)) {
		t.Errorf("checkpoints at %v", offsets)
	}
}

func TestCheckpointAlsoAfterAWhile(t *testing.T) {
	data := archive(1, 300_000)
	n := 0
	s := serve(t, zipOf(data, etag1))
	f := fetcher(t, nil, []*server{s})
	f.limits.syncBytes, f.limits.syncEvery = 1<<40, 0
	file, err := try(t, f, &memory{save: func(Checkpoint) error { n++; return nil }}, t.TempDir(), s.URL)
	want(t, file, err, data)
	if n < 2 {
		t.Errorf("%d checkpoints", n)
	}
}

// TestKilled lets a new Fetcher go on with what a killed one left: its last
// checkpoint, and a part file that may hold anything behind it.
func TestKilled(t *testing.T) {
	data := archive(1, 1<<20)
	for name, spoil := range map[string]func(part string) error{
		"nothing more": func(string) error { return nil },
		"garbage": func(part string) error {
			f, err := os.OpenFile(part, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString(strings.Repeat("garbage", 100_000))
			return errors.Join(err, f.Close())
		},
		"zeros, full length": func(part string) error { return os.Truncate(part, 1<<20) },
		"too short":          func(part string) error { return os.Truncate(part, 1000) },
		"gone":               os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			dir, cps := begun(t, data, etag1)
			if err := spoil(filepath.Join(dir, "."+short("export/0")+".part")); err != nil {
				t.Fatal(err)
			}
			s := serve(t, zipOf(data, etag1))
			file, err := try(t, fetcher(t, nil, []*server{s}), cps, dir, s.URL)
			want(t, file, err, data)
			lost := name == "too short" || name == "gone"
			if r := s.requests(); len(r) != 1 || (r[0].header.Get("Range") == "") != lost {
				t.Errorf("asked %+v", r)
			}
		})
	}
}

// Killed after another file was begun: the old checkpoint must not speak of the new bytes.
func TestKilledAfterAnotherFileWasBegun(t *testing.T) {
	dir, cps := begun(t, archive(1, 1<<20), etag1)
	killed := errors.New("killed")
	cps.save = func(Checkpoint) error { return killed }
	other := serve(t, zipOf(archive(2, 1<<20), etag2))
	f := fetcher(t, nil, []*server{other})
	f.limits.syncBytes = 1 << 40
	_, err := f.Get(t.Context(), Request{URL: other.URL, Key: "export/0", Dir: dir}, cps, nil)
	if !errors.Is(err, killed) {
		t.Fatal(err)
	}
	if cp, found, _ := cps.Load(t.Context(), "export/0"); found {
		t.Errorf("there is still a checkpoint at %d, for %s", cp.Offset, cp.Validator)
	}
}

// A checkpoint that makes no sense is none, and leads nowhere else.
func TestOddCheckpoints(t *testing.T) {
	data := archive(1, 1<<20)
	for name, change := range map[string]func(*Checkpoint){
		"hash":      func(cp *Checkpoint) { cp.Hash = cp.Hash[:5] },
		"no hash":   func(cp *Checkpoint) { cp.Hash = nil },
		"negative":  func(cp *Checkpoint) { cp.Offset = -1 },
		"beyond":    func(cp *Checkpoint) { cp.Total = cp.Offset - 1 },
		"elsewhere": func(cp *Checkpoint) { cp.Name = "../../evil.zip" },
		"no name":   func(cp *Checkpoint) { cp.Name = "" },
	} {
		t.Run(name, func(t *testing.T) {
			dir, cps := begun(t, data, etag1)
			cp, _, _ := cps.Load(t.Context(), "export/0")
			change(&cp)
			if err := cps.Save(t.Context(), "export/0", cp); err != nil {
				t.Fatal(err)
			}
			s := serve(t, zipOf(data, etag1))
			file, err := try(t, fetcher(t, nil, []*server{s}), cps, dir, s.URL)
			want(t, file, err, data)
		})
	}
}

// After the file has its name, the same Get finds it and asks nobody.
func TestKilledAfterCommit(t *testing.T) {
	data := archive(1, 1<<20)
	s := serve(t, zipOf(data, etag1))
	dir, cps := t.TempDir(), &memory{}
	first, err := try(t, fetcher(t, nil, []*server{s}), cps, dir, s.URL)
	want(t, first, err, data)
	again, err := try(t, fetcher(t, nil, []*server{s}), cps, dir, s.URL)
	want(t, again, err, data)
	if again.Path != first.Path || fmt.Sprint(again.Hops) != fmt.Sprint(first.Hops) || !again.Started.Equal(first.Started) || len(s.requests()) != 1 {
		t.Errorf("%+v, then %+v; %d requests", first, again, len(s.requests()))
	}
	// A damaged one is not taken for it: it is fetched anew, under another name.
	if err := os.Chmod(first.Path, 0o600); err != nil {
		t.Fatal(err)
	}
	spoilt := bytes.Clone(data)
	spoilt[500_000] ^= 1
	if err := os.WriteFile(first.Path, spoilt, 0o600); err != nil {
		t.Fatal(err)
	}
	third, err := try(t, fetcher(t, nil, []*server{s}), cps, dir, s.URL)
	want(t, third, err, data)
	if third.Path == first.Path {
		t.Error("the damaged file was overwritten")
	}
}

// Killed between the last checkpoint and the name: no byte is asked for again.
func TestKilledBeforeCommit(t *testing.T) {
	data := archive(1, 1<<20)
	s := serve(t, zipOf(data, etag1))
	dir, cps := t.TempDir(), &memory{}
	first, err := try(t, fetcher(t, nil, []*server{s}), cps, dir, s.URL)
	want(t, first, err, data)
	if err := os.Rename(first.Path, filepath.Join(dir, "."+short("export/0")+".part")); err != nil {
		t.Fatal(err)
	}
	second, err := try(t, fetcher(t, nil, []*server{s}), cps, dir, s.URL)
	want(t, second, err, data)
	if len(s.requests()) != 1 {
		t.Errorf("%d requests", len(s.requests()))
	}
}

// Two parts of one export may bear the same name. None replaces the other.
func TestSameNameTwice(t *testing.T) {
	a, b := archive(1, 1000), archive(2, 1000)
	dir, cps := t.TempDir(), &memory{}
	var files []File
	for i, data := range [][]byte{a, b} {
		s := serve(t, zipOf(data, etag1))
		file, err := fetcher(t, nil, []*server{s}).Get(t.Context(), Request{URL: s.URL, Key: fmt.Sprint(i), Dir: dir}, cps, nil)
		want(t, file, err, data)
		files = append(files, file)
	}
	for i, data := range [][]byte{a, b} {
		if got, err := os.ReadFile(files[i].Path); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %v", files[i].Path, err)
		}
	}
}

func TestStopped(t *testing.T) {
	data := archive(1, 1<<20)
	synctest.Test(t, func(t *testing.T) {
		s, f := serveInMemory(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", etag1)
			w.Header().Set("Content-Length", fmt.Sprint(len(data)))
			_, _ = w.Write(data[:half])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
		dir, cps := t.TempDir(), &memory{}
		ctx, cancel := context.WithCancel(t.Context())
		_, err := f.Get(ctx, Request{URL: s.URL, Key: "export/0", Dir: dir}, cps, func(done, total int64) {
			if total != int64(len(data)) {
				t.Errorf("total %d", total)
			}
			if done == half {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) || fault.KindOf(err) != fault.TemporaryKind {
			t.Errorf("got %v", err)
		}
		if cp, _, _ := cps.Load(t.Context(), "export/0"); cp.Offset != half {
			t.Errorf("checkpoint at %d", cp.Offset)
		}
		good, f := serveInMemory(t, zipOf(data, etag1))
		file, err := try(t, f, cps, dir, good.URL)
		want(t, file, err, data)
		if r := good.requests(); len(r) != 1 || r[0].header.Get("Range") != "bytes=393216-" {
			t.Errorf("asked %+v", r)
		}
	})
}

// A journal that fails ends the transfer: without checkpoints it would be for nothing.
func TestFailingCheckpoints(t *testing.T) {
	data := archive(1, 1<<20)
	broken := errors.New("journal is broken")
	s := serve(t, zipOf(data, etag1))
	f := fetcher(t, nil, []*server{s})
	n := 0
	cps := &memory{save: func(Checkpoint) error {
		if n++; n > 2 {
			return broken
		}
		return nil
	}}
	dir := t.TempDir()
	_, err := f.Get(t.Context(), Request{URL: s.URL, Key: "export/0", Dir: dir}, cps, nil)
	if !errors.Is(err, broken) || len(s.requests()) != 1 || len(zips(t, dir)) != 0 {
		t.Errorf("got %v, %d requests", err, len(s.requests()))
	}
}

func TestOneWriterForEachFile(t *testing.T) {
	data := archive(1, 1000)
	inside, leave := make(chan bool), make(chan bool)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		inside <- true
		<-leave
		zipOf(data, etag1)(w, r)
	})
	f := fetcher(t, nil, []*server{s})
	dir, cps := t.TempDir(), &memory{}
	var wg sync.WaitGroup
	wg.Go(func() {
		file, err := f.Get(t.Context(), Request{URL: s.URL, Key: "k", Dir: dir}, cps, nil)
		if err != nil || file.SHA256 != digest(data) {
			t.Errorf("%+v, %v", file, err)
		}
	})
	<-inside
	_, err := f.Get(t.Context(), Request{URL: s.URL, Key: "k", Dir: dir}, cps, nil)
	if fault.KindOf(err) != fault.TemporaryKind {
		t.Errorf("the second: %v", err)
	}
	close(leave)
	wg.Wait()
}

// TestThreeHundredRandomFaults puts three hundred faults into one download, kills the
// program now and then, and lets the disk be full. It must end in the very bytes.
func TestThreeHundredRandomFaults(t *testing.T) {
	var seed [32]byte
	if _, err := rand.Read(seed[:]); err != nil {
		t.Fatal(err)
	}
	t.Logf("seed %x", seed)
	synctest.Test(t, func(t *testing.T) { threeHundredRandomFaults(t, mrand.New(mrand.NewChaCha8(seed))) })
}

func threeHundredRandomFaults(t *testing.T, rng *mrand.Rand) {
	t.Helper()
	data, other, third := archive(1, 4<<20), archive(2, 4<<20), archive(3, 4<<20)
	honest := zipOf(data, etag1)
	const faults = 300
	kinds := map[int]int{}
	n := 0
	s, first := serveInMemory(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n > faults {
			honest(w, r)
			return
		}
		kind, at := rng.IntN(13), offsetOf(r)
		kinds[kind]++
		some := rng.IntN(100_000)
		switch kind {
		case 0:
			cutAt(some+1, honest)(w, r)
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		case 3: // a reset before any answer
			panic(http.ErrAbortHandler)
		case 4: // the range begins elsewhere
			part206(&cutter{w, some + 1}, data, rng.IntN(len(data)-1), etag1)
		case 5: // a third file, that says so; never the rest of what fault 6 began, which would be whole
			part206(w, third, at, `"v3"`)
		case 6: // another file as a whole, cut
			cutAt(some+1, zipOf(other, etag2))(w, &http.Request{Method: "GET", Header: http.Header{}})
		case 7: // a range where the length has changed
			w.Header().Set("ETag", etag1)
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", at, len(data), len(data)+1))
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(append(data[at:len(data):len(data)], 0))
		case 8:
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		case 9:
			w.Header().Set("Content-Encoding", "br")
			honest(w, r)
		case 10: // silence in the middle
			w.Header().Set("ETag", etag1)
			if at > 0 {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", at, len(data)-1, len(data)))
				w.Header().Set("Content-Length", fmt.Sprint(len(data)-at))
				w.WriteHeader(http.StatusPartialContent)
			} else {
				w.Header().Set("Content-Length", fmt.Sprint(len(data)))
			}
			_, _ = w.Write(data[at:min(at+some, len(data)-1)])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		case 11: // chunks of another file without a length, cut at a chunk's end
			_, _ = w.Write(other[:some+10])
			_ = http.NewResponseController(w).Flush()
		case 12: // a page in the middle, as when the session has ended
			page(w, http.StatusOK)
		}
	})
	dir, cps := t.TempDir(), &memory{}
	kills, full, walls := 0, 0, 0
	for {
		f := fetcher(t, nil, []*server{s})
		f.transport.DialContext = first.transport.DialContext
		f.log = slog.New(slog.DiscardHandler)
		f.limits.tries = 1000
		ctx, kill := context.WithCancel(t.Context())
		left := int64(rng.IntN(30))
		if n < faults && (kills+full+walls)%8 == 1 { // none, so that it shows before any byte is asked for
			f.free = func(string) (uint64, error) { return 0, nil }
		}
		file, err := f.Get(ctx, Request{URL: query(s.URL, "/SECRET"), Key: "export/0", Dir: dir}, cps, func(int64, int64) {
			if left--; left == 0 && n < faults {
				kill()
			}
		})
		kill()
		if err == nil {
			want(t, file, err, data)
			if got, err := os.ReadFile(file.Path); err != nil || !bytes.Equal(got, data) {
				t.Errorf("the file on disk differs: %v", err)
			}
			break
		}
		// Honest states: stopped, no room, a page where the person must log in. Then on.
		_, wall := errors.AsType[*LoginWall](err)
		_, noRoom := errors.AsType[*NoSpace](err)
		switch {
		case strings.Contains(err.Error(), "SECRET"):
			t.Fatal(err)
		case wall:
			walls++
		case noRoom:
			full++
		case errors.Is(err, context.Canceled):
			kills++
		default:
			t.Fatal(err)
		}
	}
	t.Logf("%d requests, %d kills, %d times no room, %d pages, faults %v", n, kills, full, walls, kinds)
	if n <= faults || len(kinds) != 13 || full == 0 || walls == 0 || kills == 0 {
		t.Errorf("%d requests, %d kills, %d times no room, %d pages, faults %v", n, kills, full, walls, kinds)
	}
}

// TestNoSecretIsTold goes through faults and looks at all that is written anywhere.
func TestNoSecretIsTold(t *testing.T) {
	data := archive(1, 1<<20)
	var all bytes.Buffer
	var n int
	bytesHost := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch n++; n {
		case 1:
			cutAt(half, zipOf(data, etag1))(w, r)
		case 2:
			w.Header().Set("Location", "https://SECRET:SECRET@"+r.Host+"/SECRET%zz?SECRET")
			w.WriteHeader(http.StatusFound)
		case 3:
			panic(http.ErrAbortHandler)
		case 4:
			w.Header().Set("Content-Encoding", "SECRET")
		case 5:
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 503 SECRET\r\nContent-Length: 0\r\n\r\n")
			conn.Close()
		case 6:
			w.Header().Set("Location", "https://evil.example/SECRET?SECRET#SECRET")
			w.WriteHeader(http.StatusFound)
		case 7:
			page(w, http.StatusForbidden)
		default:
			zipOf(data, etag1)(w, r)
		}
	})
	link := serve(t, redirect(func() string { return query(bytesHost.URL, "/p/SECRETPATH/file.php") }))
	f := fetcher(t, []*server{link}, []*server{bytesHost})
	f.log = slog.New(slog.NewTextHandler(&all, &slog.HandlerOptions{Level: slog.LevelDebug}))
	dir, cps := t.TempDir(), &memory{}
	cps.save = func(cp Checkpoint) error {
		fmt.Fprintf(&all, "%+v\n", cp)
		return nil
	}
	for range 10 {
		file, err := f.Get(t.Context(), Request{URL: query(link.URL, "/SECRETPATH"), Key: "export/0", Dir: dir}, cps, nil)
		fmt.Fprintf(&all, "%+v %v %+v %s\n", file, err, err, fault.HintOf(err))
		if err == nil {
			break
		}
	}
	text := all.String()
	if strings.Contains(text, "SECRET") {
		t.Errorf("secret in:\n%s", text)
	}
	for _, must := range []string{"503", "evil.example", "403", "interrupted", "cut after"} {
		if !strings.Contains(text, must) {
			t.Errorf("%q did not happen:\n%s", must, text)
		}
	}
	if n < 8 {
		t.Errorf("%d requests", n)
	}
}
