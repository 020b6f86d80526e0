package testworld

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// exchange is one request and its answer.
type exchange struct {
	site      *Site
	w         *writer
	r         *http.Request
	behaviour Behaviour
	before    int    // how many requests this host had since the behaviour was set
	path      string // of the zip that was asked for; "" if the URL is no good
	name      string // of the zip as it is announced; a path, of which only the base counts
}

func (x *exchange) page(status int, html string) {
	x.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	x.w.WriteHeader(status)
	// A client that has left does not need the page.
	_, _ = io.WriteString(x.w, html)
}

func (x *exchange) forbidden() {
	x.page(http.StatusForbidden, "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>URL signature expired</h1></body></html>")
}

// open opens the zip and sets the header that describes it; without a file it answers 404.
func (x *exchange) open() (*os.File, os.FileInfo) {
	f, err := os.Open(x.path)
	if err != nil {
		x.page(http.StatusNotFound, "<html><body>File not found</body></html>")
		return nil, nil
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		x.page(http.StatusInternalServerError, "<html><body>Error</body></html>")
		return nil, nil
	}
	h := x.w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", "attachment; filename="+filepath.Base(x.name))
	h.Set("Etag", fmt.Sprintf(`"%x-%x"`, info.Size(), info.ModTime().UnixNano()))
	h.Set("Last-Modified", info.ModTime().UTC().Format(http.TimeFormat))
	return f, info
}

// zip serves the file as RFC 9110 says, with ranges and If-Range.
func (x *exchange) zip() {
	f, info := x.open()
	if f == nil {
		return
	}
	defer f.Close()
	http.ServeContent(x.w, x.r, "", info.ModTime(), f)
}

// zipFrom serves the file from an offset as a 206, whatever was asked for.
func (x *exchange) zipFrom(start int64) {
	f, info := x.open()
	if f == nil {
		return
	}
	defer f.Close()
	x.w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, info.Size()-1, info.Size()))
	x.w.Header().Set("Content-Length", strconv.FormatInt(info.Size()-start, 10))
	x.w.WriteHeader(http.StatusPartialContent)
	_, _ = io.Copy(x.w, io.NewSectionReader(f, start, info.Size()-start))
}

// writer counts what is sent, and spoils it.
type writer struct {
	http.ResponseWriter
	site    *Site
	request *Request
	r       *http.Request

	sent      int64 // of the body
	perSecond int64 // 0: as fast as it goes
	cutAt     int64 // close the connection after so many bytes; -1: never
	stallAt   int64 // send nothing more after so many bytes; -1: never
	holdAt    int64 // wait for until after so many bytes; -1: never
	until     <-chan struct{}
	noLength  bool
	lengthen  int64 // lie about the length by so much
	announced int64 // the length that was told instead
}

// Unwrap lets http.ResponseController take the connection over.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *writer) WriteHeader(status int) {
	w.site.mu.Lock()
	w.request.Status = status
	w.site.mu.Unlock()
	if w.noLength {
		w.Header().Del("Content-Length")
	}
	if length, err := strconv.ParseInt(w.Header().Get("Content-Length"), 10, 64); err == nil && w.lengthen != 0 {
		w.announced = max(0, length+w.lengthen)
		w.Header().Set("Content-Length", strconv.FormatInt(w.announced, 10))
	}
	w.ResponseWriter.WriteHeader(status)
	if w.noLength {
		w.flush() // or the server would count short bodies itself
	}
}

func (w *writer) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		some := b
		if w.perSecond > 0 {
			some = some[:min(int64(len(some)), max(1, w.perSecond/20))]
		}
		if w.lengthen < 0 {
			some = some[:min(int64(len(some)), w.announced-w.sent)]
			if len(some) == 0 {
				return n + len(b), nil // net/http would refuse all of it
			}
		}
		for _, limit := range []int64{w.cutAt, w.stallAt, w.holdAt} {
			if limit >= 0 {
				some = some[:min(int64(len(some)), limit-w.sent)]
			}
		}
		// The count comes first: a client that has the bytes must find them counted.
		w.sent += int64(len(some))
		w.site.mu.Lock()
		w.request.Bytes = w.sent
		w.site.mu.Unlock()
		m, err := w.ResponseWriter.Write(some)
		n += m
		if err != nil {
			return n, err
		}
		switch {
		case w.sent == w.cutAt:
			w.flush()
			panic(http.ErrAbortHandler) // net/http's way to end a connection in the middle
		case w.sent == w.stallAt:
			w.flush()
			w.wait(nil)
			panic(http.ErrAbortHandler)
		case w.sent == w.holdAt:
			w.flush()
			w.holdAt = -1
			select {
			case <-w.until:
			case <-w.r.Context().Done():
			case <-w.site.done:
			}
		case w.perSecond > 0:
			w.flush()
			timer := time.NewTimer(time.Duration(len(some)) * time.Second / time.Duration(w.perSecond))
			w.wait(timer.C)
			timer.Stop()
		}
		b = b[len(some):]
	}
	return n, nil
}

// wait ends with the timer, the client or the site.
func (w *writer) wait(timer <-chan time.Time) {
	select {
	case <-timer:
	case <-w.r.Context().Done():
	case <-w.site.done:
	}
}

func (w *writer) flush() {
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}
