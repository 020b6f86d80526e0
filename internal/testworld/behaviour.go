package testworld

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// Behaviour is how the site answers; the zero value is Honest. "Requests" are counted per host
// since the behaviour was set.
type Behaviour struct {
	// Each of them either answers by itself and returns true, or changes the exchange and
	// returns false.
	link, bytes func(*exchange) bool
}

// Honest is a good server: ranges, If-Range, a strong ETag, the right length.
var Honest = Behaviour{}

// InTurn answers each request for bytes as the behaviour that next returns for it. next is called by one request at a
// time.
func InTurn(next func() Behaviour) Behaviour {
	var one sync.Mutex
	return Behaviour{bytes: func(x *exchange) bool {
		one.Lock()
		b := next()
		one.Unlock()
		return b.bytes != nil && b.bytes(x)
	}}
}

// And answers as b does, under what other changes: CutAfter(10, false).And(WrongRange()) cuts the wrong range.
func (b Behaviour) And(other Behaviour) Behaviour {
	return Behaviour{bytes: func(x *exchange) bool {
		return b.bytes != nil && b.bytes(x) || other.bytes != nil && other.bytes(x)
	}}
}

// Slow sends so many bytes of a zip in a second.
func Slow(bytesPerSecond int64) Behaviour {
	return Behaviour{bytes: func(x *exchange) bool { x.w.perSecond = bytesPerSecond; return false }}
}

// CutAfter closes the connection after n bytes of an answer, of the first one or of every one.
func CutAfter(n int64, once bool) Behaviour {
	return Behaviour{bytes: func(x *exchange) bool {
		if !once || x.before == 0 {
			x.w.cutAt = n
		}
		return false
	}}
}

// Stall sends n bytes of every answer and then nothing, with the connection open.
func Stall(n int64) Behaviour {
	return Behaviour{bytes: func(x *exchange) bool { x.w.stallAt = n; return false }}
}

// Hold sends n bytes of every answer, and the rest once until is closed.
func Hold(n int64, until <-chan struct{}) Behaviour {
	return Behaviour{bytes: func(x *exchange) bool { x.w.holdAt, x.w.until = n, until; return false }}
}

// NoLength sends zips whole and chunked: the length is known at the end only.
func NoLength() Behaviour {
	return Behaviour{bytes: func(x *exchange) bool {
		x.r.Header.Del("Range")
		x.w.noLength = true
		return false
	}}
}

// ChunkedCut sends n bytes, chunked, and closes the connection without the last chunk.
func ChunkedCut(n int64) Behaviour {
	return Behaviour{bytes: func(x *exchange) bool {
		x.r.Header.Del("Range")
		x.w.noLength, x.w.cutAt = true, n
		return false
	}}
}

// UntilClose sends the first n bytes without length or chunks, so that the connection's end
// is the body's end (RFC 9112, section 6.3): whether it is whole cannot be known.
func UntilClose(n int64) Behaviour {
	return Behaviour{bytes: func(x *exchange) bool {
		if x.path == "" {
			return false
		}
		f, info := x.open()
		if f == nil {
			return true
		}
		defer f.Close()
		conn, _, err := http.NewResponseController(x.w).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		defer conn.Close()
		n := min(n, info.Size())
		x.site.mu.Lock()
		x.w.request.Status, x.w.request.Bytes = http.StatusOK, n
		x.site.mu.Unlock()
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nConnection: close\r\n\r\n")
		_, _ = io.CopyN(conn, f, n)
		return true
	}}
}

// IgnoreRange answers every request with the whole file.
func IgnoreRange() Behaviour {
	return Behaviour{bytes: func(x *exchange) bool { x.r.Header.Del("Range"); return false }}
}

var openRange = regexp.MustCompile(`^bytes=(\d+)-`)

// WrongRange answers a request for a range with one that begins 64 KiB earlier, and says so,
// which RFC 9110, section 15.3.7, allows.
func WrongRange() Behaviour {
	return Behaviour{bytes: func(x *exchange) bool {
		m := openRange.FindStringSubmatch(x.r.Header.Get("Range"))
		if m == nil || x.path == "" {
			return false
		}
		start, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			return false
		}
		x.zipFrom(max(0, start-64<<10))
		return true
	}}
}

// ChangedFile serves another file from the second request on, under the old name.
func ChangedFile(path string) Behaviour {
	return Behaviour{bytes: func(x *exchange) bool {
		if x.before > 0 && x.path != "" {
			x.path = path
		}
		return false
	}}
}

// HTMLInsteadOfZip answers 200 with the login page.
func HTMLInsteadOfZip() Behaviour {
	return Behaviour{bytes: func(x *exchange) bool { x.page(http.StatusOK, loginPage); return true }}
}

// HTMLInTheMiddle answers requests for a range with the login page.
func HTMLInTheMiddle() Behaviour {
	return Behaviour{bytes: func(x *exchange) bool {
		if x.r.Header.Get("Range") == "" {
			return false
		}
		x.page(http.StatusOK, loginPage)
		return true
	}}
}

// Status answers the first times requests for bytes with code. A retryAfter above 0 goes into
// Retry-After, in whole seconds.
func Status(code int, retryAfter time.Duration, times int) Behaviour {
	return Behaviour{bytes: status(code, retryAfter, times)}
}

// LinkStatus is Status for the link host.
func LinkStatus(code int, retryAfter time.Duration, times int) Behaviour {
	return Behaviour{link: status(code, retryAfter, times)}
}

func status(code int, retryAfter time.Duration, times int) func(*exchange) bool {
	return func(x *exchange) bool {
		if x.before >= times {
			return false
		}
		if retryAfter > 0 {
			x.w.Header().Set("Retry-After", strconv.Itoa(int(retryAfter/time.Second)))
		}
		x.page(code, fmt.Sprintf("<html><body>%d %s</body></html>", code, http.StatusText(code)))
		return true
	}
}

// WrongLength announces delta bytes more than there are, or fewer: then the rest is not sent.
func WrongLength(delta int64) Behaviour {
	return Behaviour{bytes: func(x *exchange) bool { x.w.lengthen = delta; return false }}
}

// Gzip compresses the zip once more and says so, whatever the client accepts.
func Gzip() Behaviour {
	return Behaviour{bytes: func(x *exchange) bool {
		if x.path == "" {
			return false
		}
		f, _ := x.open()
		if f == nil {
			return true
		}
		defer f.Close()
		x.w.Header().Set("Content-Encoding", "gzip")
		x.w.WriteHeader(http.StatusOK)
		z := gzip.NewWriter(x.w)
		_, _ = io.Copy(z, f)
		_ = z.Close()
		return true
	}}
}

// Expired refuses every signed URL.
func Expired() Behaviour {
	return Behaviour{bytes: func(x *exchange) bool { x.forbidden(); return true }}
}

// RedirectTo makes the link host redirect every request to url. A url of its own makes a loop.
func RedirectTo(url string) Behaviour {
	return Behaviour{link: func(x *exchange) bool { http.Redirect(x.w, x.r, url, http.StatusFound); return true }}
}

// RedirectBytesTo makes the byte host redirect every request to url.
func RedirectBytesTo(url string) Behaviour {
	return Behaviour{bytes: func(x *exchange) bool { http.Redirect(x.w, x.r, url, http.StatusFound); return true }}
}
