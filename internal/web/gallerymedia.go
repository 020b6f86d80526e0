package web

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/album"
	"github.com/igwatchd/igwatchd/internal/heif"
)

// shown are the kinds of content that browsers show, with the ending of a file's name. Everything
// else is handed out as a file to be saved.
var shown = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "image/avif": ".avif",
	"image/heic": ".heic", "video/mp4": ".mp4", "audio/mp4": ".m4a",
}

// mediaName is what a medium is called when it is saved: nothing that a stranger wrote.
func mediaName(f album.File) string {
	end := strings.ToLower(path.Ext(f.Name))
	for _, known := range shown {
		if end == known {
			return fmt.Sprintf("instagram-%d%s", f.Index, end)
		}
	}
	return fmt.Sprintf("instagram-%d", f.Index)
}

// fileOf finds the file that an address names.
func fileOf(r *http.Request, l *library) (album.File, error) {
	n, err := strconv.Atoi(r.PathValue("file"))
	f, ok := l.At(n)
	if err != nil || !ok {
		return f, errNoPage
	}
	return f, nil
}

// galleryMedia gives out a picture or video from the middle of a zip. What lies there unpacked can be
// asked for in pieces (Range, RFC 9110 section 14), as players do.
func (s *Server) galleryMedia(w http.ResponseWriter, r *http.Request, l *library) error {
	f, err := fileOf(r, l)
	if err != nil || r.PathValue("name") != mediaName(f) {
		return errNoPage
	}
	kind, err := f.Kind()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	manner := "inline"
	if _, ok := shown[kind]; !ok {
		manner = "attachment"
	}
	h.Set("Content-Disposition", mime.FormatMediaType(manner, map[string]string{"filename": mediaName(f)}))
	if stored, ok := f.Stored(); ok {
		http.ServeContent(w, r, "", time.Time{}, stored)
		return nil
	}
	packed, err := f.Open()
	if err != nil {
		h.Del("Content-Disposition")
		return err
	}
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	if r.Method != http.MethodHead {
		_, err = io.CopyN(w, packed, f.Size)
		if err == nil {
			_, err = packed.Read(make([]byte, 1)) // here the checksum is compared
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err = errors.Join(err, packed.Close()); err != nil && r.Context().Err() == nil {
		s.log.Warn("a file of the archive could not be shown", "name", f.Name, "error", err)
		panic(http.ErrAbortHandler) // so that the browser does not take a part for the whole
	}
	return nil
}

// galleryThumb gives out a small picture, or a calm one in its place.
func (s *Server) galleryThumb(w http.ResponseWriter, r *http.Request, l *library) error {
	f, err := fileOf(r, l)
	if err != nil {
		return err
	}
	body, err := s.thumbs.get(r.Context(), f)
	kind := "image/jpeg"
	if err != nil {
		if r.Context().Err() != nil {
			return err
		}
		name := "static/gallery-picture.svg"
		if filming(f) {
			name = "static/gallery-video.svg"
		}
		if !errors.Is(err, errNoThumb) && !errors.Is(err, heif.ErrNoProgram) {
			s.log.Warn("a small picture could not be made", "name", f.Name, "error", err)
		}
		kind = "image/svg+xml"
		if body, err = files.ReadFile(name); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(body) // the browser went away
	return nil
}

// filming tells whether a file is called a video.
func filming(f album.File) bool {
	switch strings.ToLower(path.Ext(f.Name)) {
	case ".mp4", ".mov", ".m4v", ".webm":
		return true
	}
	return false
}
