package fetch

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

const (
	etag1 = `"v1"`
	etag2 = `"v2"`
	half  = 384 << 10 // what is there before a case begins
)

// begun puts the first part of data into dir, as an interrupted transfer does.
func begun(t *testing.T, data []byte, etag string) (dir string, cps *memory) {
	t.Helper()
	dir, cps = t.TempDir(), &memory{}
	s := serve(t, cutAt(half, zipOf(data, etag)))
	f := fetcher(t, nil, []*server{s})
	f.limits.tries = 1
	_, err := try(t, f, cps, dir, query(s.URL, "/a"))
	wantErr[*Truncated](t, err, fault.TemporaryKind)
	cp, found, _ := cps.Load(t.Context(), "export/0")
	if !found || cp.Offset != half || cp.Total != int64(len(data)) || cp.Validator != etag {
		t.Fatalf("found %v: %+v", found, cp)
	}
	return dir, cps
}

// TestHostileServers has one case per row of the table of what other
// downloaders take for a whole file, and more of the kind.
func TestHostileServers(t *testing.T) {
	v1, v2, v3 := archive(1, 1<<20), archive(2, 1<<20+4711), archive(3, 1<<20)
	honest := zipOf(v1, etag1)
	changed := zipOf(v2, etag2)
	type judge func(t *testing.T, file File, err error)
	is := func(data []byte) judge {
		return func(t *testing.T, file File, err error) { t.Helper(); want(t, file, err, data) }
	}
	login := func(t *testing.T, _ File, err error) { t.Helper(); wantErr[*LoginWall](t, err, fault.PermanentKind) }
	later := func(t *testing.T, _ File, err error) { t.Helper(); wantErr[*setback](t, err, fault.TemporaryKind) }
	truncated := func(t *testing.T, _ File, err error) {
		t.Helper()
		wantErr[*Truncated](t, err, fault.TemporaryKind)
	}
	none := func(t *testing.T, _ File, err error) { t.Helper(); wantErr[*NotArchive](t, err, fault.PermanentKind) }
	expired := func(t *testing.T, _ File, err error) { t.Helper(); wantErr[*Expired](t, err, fault.PermanentKind) }
	const kept = true // what was received before must still be there

	for name, c := range map[string]struct {
		fresh  bool // nothing was received before
		kept   bool
		ranges int // requests for a range: 0 any, -1 none
		serve  func(n int, w http.ResponseWriter, r *http.Request)
		judge  judge
	}{
		"plain resume": {ranges: 1, serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			if offsetOf(r) != half || r.Header.Get("If-Range") != etag1 {
				w.WriteHeader(http.StatusTeapot)
				return
			}
			honest(w, r)
		}, judge: is(v1)},
		"changed, If-Range honoured": {serve: func(_ int, w http.ResponseWriter, r *http.Request) { changed(w, r) }, judge: is(v2)},
		"changed, If-Range ignored": {serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			r.Header.Del("If-Range")
			changed(w, r)
		}, judge: is(v2)},
		"changed, same length, new ETag": {serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			r.Header.Del("If-Range")
			zipOf(v3, etag2)(w, r)
		}, judge: is(v3)},
		"changed, other length, same ETag": {serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			zipOf(v2, etag1)(w, r)
		}, judge: is(v2)},
		"206 without ETag": {serve: func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				part206(w, v2[:len(v1)], half, "")
				return
			}
			changed(w, r)
		}, judge: is(v2)},
		"206 with a weak ETag": {serve: func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				part206(w, v1, half, "W/"+etag1)
				return
			}
			honest(w, r)
		}, judge: is(v1)},
		"200 to a range": {serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Range")
			honest(w, r)
		}, judge: is(v1)},
		"206 begins earlier": {serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			if offsetOf(r) > 0 {
				part206(w, v1, half-64<<10, etag1)
				return
			}
			honest(w, r)
		}, judge: is(v1)},
		"206 begins later": {serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			if offsetOf(r) > 0 {
				part206(w, v1, half+1, etag1)
				return
			}
			honest(w, r)
		}, judge: is(v1)},
		"206 begins later, once": {serve: func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				part206(w, v1, half+1, etag1)
				return
			}
			honest(w, r)
		}, judge: is(v1)},
		"206 with more than its range, once": {serve: func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				w.Header().Set("ETag", etag1)
				w.Header().Set("Content-Range", "bytes 393216-393999/1048576")
				w.WriteHeader(http.StatusPartialContent)
				_, _ = w.Write(v2[393216:399999])
				return
			}
			honest(w, r)
		}, judge: is(v1)},
		"206 with more than its range, chunked, once": {serve: func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				w.Header().Set("ETag", etag1)
				w.Header().Set("Content-Range", "bytes 393216-393999/1048576")
				w.WriteHeader(http.StatusPartialContent)
				_ = http.NewResponseController(w).Flush()
				_, _ = w.Write(v2[393216:399999])
				return
			}
			honest(w, r)
		}, judge: is(v1)},
		"206 not asked for": {fresh: true, ranges: -1, serve: func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				part206(w, v1, 0, etag1)
				return
			}
			honest(w, r)
		}, judge: is(v1)},
		"206 as byteranges": {serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			if offsetOf(r) > 0 {
				w.Header().Set("ETag", etag1)
				w.Header().Set("Content-Type", "multipart/byteranges; boundary=x")
				w.WriteHeader(http.StatusPartialContent)
				_, _ = w.Write(v1[half:])
				return
			}
			honest(w, r)
		}, judge: is(v1)},
		"206 longer than it says": {serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			if offsetOf(r) > 0 {
				w.Header().Set("ETag", etag1)
				w.Header().Set("Content-Range", "bytes 393216-1048575/1048576")
				w.WriteHeader(http.StatusPartialContent)
				_ = http.NewResponseController(w).Flush()
				_, _ = w.Write(append(v1[half:len(v1):len(v1)], "more"...))
				return
			}
			honest(w, r)
		}, judge: is(v1)},
		"206 shorter than the rest": {serve: func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				w.Header().Set("ETag", etag1)
				w.Header().Set("Content-Range", "bytes 393216-393999/1048576")
				w.WriteHeader(http.StatusPartialContent)
				_, _ = w.Write(v1[393216:394000])
				return
			}
			honest(w, r)
		}, judge: is(v1)},
		"416 on a part": {serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			if offsetOf(r) > 0 {
				w.Header().Set("Content-Range", "bytes */393216") // as if it were whole
				page(w, http.StatusRequestedRangeNotSatisfiable)
				return
			}
			honest(w, r)
		}, judge: is(v1)},
		"login page on a part, 200": {kept: kept, serve: func(_ int, w http.ResponseWriter, _ *http.Request) { page(w, 200) }, judge: login},
		"login page on a part, 206": {kept: kept, serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", "bytes 393216-1048575/1048576")
			page(w, 206)
		}, judge: login},
		"login page, fresh": {fresh: true, serve: func(_ int, w http.ResponseWriter, _ *http.Request) { page(w, 200) }, judge: login},
		"login page called a zip": {kept: kept, serve: func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/zip")
			_, _ = io.WriteString(w, "\r\n<html>")
		}, judge: login},
		"login page, 401": {fresh: true, serve: func(_ int, w http.ResponseWriter, _ *http.Request) { page(w, 401) }, judge: login},
		"no archive": {kept: kept, serve: func(_ int, w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("%PDF-1.7 and so on"))
		}, judge: none},
		"short and no archive": {fresh: true, serve: func(_ int, w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("PK"))
		}, judge: none},
		"byte by byte": {fresh: true, serve: func(_ int, w http.ResponseWriter, _ *http.Request) {
			small := archive(9, 100)
			for i := range small {
				_, _ = w.Write(small[i : i+1])
				_ = http.NewResponseController(w).Flush()
			}
		}, judge: is(archive(9, 100))},
		"empty": {fresh: true, serve: func(int, http.ResponseWriter, *http.Request) {}, judge: truncated},
		"cut once": {serve: func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				cutAt(1000, honest)(w, r)
			}
			honest(w, r)
		}, judge: is(v1)},
		"cut always, fresh": {fresh: true, serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Range")
			cutAt(1000, honest)(w, r)
		}, judge: truncated},
		"cut in the first bytes": {fresh: true, serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			cutAt(3, honest)(w, r)
		}, judge: truncated},
		"no length, whole": {fresh: true, serve: func(_ int, w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(v1[:1000])
			_ = http.NewResponseController(w).Flush()
			_, _ = w.Write(v1[1000:])
		}, judge: is(v1)},
		"no length, cut chunks": {fresh: true, serve: func(_ int, w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(v1)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, judge: truncated},
		"no length, ends too early": {fresh: true, serve: func(_ int, w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(v1[:half])
			_ = http.NewResponseController(w).Flush()
		}, judge: truncated},
		"no length, until the connection's end, cut": {fresh: true, serve: func(_ int, w http.ResponseWriter, _ *http.Request) {
			untilClose(w, v1[:half], "")
		}, judge: truncated},
		"no length, until the connection's end, whole": {fresh: true, serve: func(_ int, w http.ResponseWriter, _ *http.Request) {
			untilClose(w, v1, "")
		}, judge: is(v1)},
		"no length, cut, then ranges": {fresh: true, serve: func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				untilClose(w, v1[:half], "ETag: "+etag1+"\r\n")
				return
			}
			honest(w, r)
		}, ranges: 1, judge: is(v1)},
		"503 with Retry-After": {serve: func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				w.Header().Set("Retry-After", "1")
				page(w, 503)
				return
			}
			honest(w, r)
		}, judge: is(v1)},
		"500 always": {kept: kept, serve: func(_ int, w http.ResponseWriter, _ *http.Request) { page(w, 500) }, judge: later},
		"429 always": {kept: kept, serve: func(_ int, w http.ResponseWriter, _ *http.Request) { page(w, 429) }, judge: later},
		"204":        {fresh: true, serve: func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, judge: later},
		"403":        {kept: kept, serve: func(_ int, w http.ResponseWriter, _ *http.Request) { page(w, 403) }, judge: expired},
		"404":        {kept: kept, serve: func(_ int, w http.ResponseWriter, _ *http.Request) { page(w, 404) }, judge: expired},
		"410":        {fresh: true, serve: func(_ int, w http.ResponseWriter, _ *http.Request) { page(w, 410) }, judge: expired},
		"encoded": {kept: kept, serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			honest(w, r)
		}, judge: later},
		"weak ETag, no resume": {fresh: true, ranges: -1, serve: func(n int, w http.ResponseWriter, r *http.Request) {
			h := zipOf(v1, "W/"+etag1)
			if n == 0 {
				h = cutAt(half, h)
			}
			h(w, r)
		}, judge: is(v1)},
		"header without end": {fresh: true, serve: func(_ int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("x", 80<<10))
			honest(w, r)
		}, judge: later},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, cps := t.TempDir(), &memory{}
			if !c.fresh {
				dir, cps = begun(t, v1, etag1)
			}
			n := 0
			s := serve(t, func(w http.ResponseWriter, r *http.Request) { n++; c.serve(n-1, w, r) }) // one request at a time
			f := fetcher(t, nil, []*server{s})
			file, err := try(t, f, cps, dir, query(s.URL, "/SECRETPATH"))
			c.judge(t, file, err)
			ranges := 0
			for _, r := range s.requests() {
				if r.header.Get("Range") != "" {
					ranges++
				}
			}
			if c.ranges > 0 && ranges != c.ranges || c.ranges < 0 && ranges > 0 {
				t.Errorf("%d requests for a range, want %d", ranges, c.ranges)
			}
			if c.kept { // and once the server is good again, it goes on there
				good := serve(t, honest)
				file, err := try(t, fetcher(t, nil, []*server{good}), cps, dir, query(good.URL, "/a"))
				want(t, file, err, v1)
				if r := good.requests(); len(r) != 1 || r[0].header.Get("Range") != "bytes=393216-" {
					t.Errorf("asked %+v", r)
				}
			}
			if entries, _ := os.ReadDir(dir); err == nil && len(entries) != 1 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}

// untilClose sends a body whose end is the connection's end.
func untilClose(w http.ResponseWriter, body []byte, header string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\n"+header+"Connection: close\r\n\r\n")
	_, _ = conn.Write(body)
}

func TestRetryAfterIsHeeded(t *testing.T) {
	data := archive(1, 1000)
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		s, f := serveInMemory(t, func(w http.ResponseWriter, r *http.Request) {
			if at = append(at, time.Now()); len(at) == 1 {
				w.Header().Set("Retry-After", "2")
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			zipOf(data, etag1)(w, r)
		})
		file, err := try(t, f, &memory{}, t.TempDir(), s.URL)
		want(t, file, err, data)
		if len(at) != 2 || at[1].Sub(at[0]) < 2*time.Second || at[1].Sub(at[0]) > 3*time.Second {
			t.Errorf("asked at %v", at)
		}
	})
}

func TestStallEndsATry(t *testing.T) {
	data := archive(1, 300_000)
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s, f := serveInMemory(t, func(w http.ResponseWriter, r *http.Request) {
			if n++; n == 1 {
				w.Header().Set("ETag", etag1)
				w.Header().Set("Content-Length", "300000")
				_, _ = w.Write(data[:100_000])
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done() // the connection stays open
				return
			}
			zipOf(data, etag1)(w, r)
		})
		began := time.Now()
		file, err := try(t, f, &memory{}, t.TempDir(), s.URL)
		want(t, file, err, data)
		if r := s.requests(); len(r) != 2 || r[1].header.Get("Range") != "bytes=100000-" {
			t.Errorf("asked %+v", r)
		}
		if took := time.Since(began); took < patient.stall || took > patient.stall+time.Second {
			t.Errorf("after %v", took)
		}
	})
}

// A stall says that it was one, when patience ends with it.
func TestStallIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := serveInMemory(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "300000")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
		f.limits.tries = 1
		dir := t.TempDir()
		_, err := try(t, f, &memory{}, dir, s.URL)
		wantErr[*Truncated](t, err, fault.TemporaryKind)
		if !strings.Contains(err.Error(), errStalled.Error()) {
			t.Errorf("got %v", err)
		}
		if _, err := os.Stat(filepath.Join(dir, "."+short("export/0")+".part")); err != nil {
			t.Error(err)
		}
	})
}

// A byte now and then is no progress either.
func TestACrawlEndsATry(t *testing.T) {
	data := archive(1, 300_000)
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s, f := serveInMemory(t, func(w http.ResponseWriter, r *http.Request) {
			if n++; n > 1 {
				zipOf(data, etag1)(w, r)
				return
			}
			w.Header().Set("ETag", etag1)
			w.Header().Set("Content-Length", "300000")
			for i := 0; i < len(data); i += 100 { // 100 bytes in a second, each long before a stall
				if _, err := w.Write(data[i : i+100]); err != nil {
					return
				}
				_ = http.NewResponseController(w).Flush()
				time.Sleep(time.Second)
			}
		})
		file, err := try(t, f, &memory{}, t.TempDir(), s.URL)
		want(t, file, err, data)
		if r := s.requests(); len(r) != 2 || !strings.HasPrefix(r[1].header.Get("Range"), "bytes=") {
			t.Errorf("asked %+v", r)
		}
	})
}

// A wish for hours is no reason to sit and wait: the caller hears of it.
func TestALongRetryAfterIsHandedOn(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, err := try(t, fetcher(t, nil, []*server{s}), &memory{}, t.TempDir(), s.URL)
	if got := fault.DelayOf(err); got != 2*time.Hour || fault.KindOf(err) != fault.TemporaryKind {
		t.Errorf("%v: delay %v", err, got)
	}
	if r := s.requests(); len(r) != 1 {
		t.Errorf("asked %d times", len(r))
	}
}
