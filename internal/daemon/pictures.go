package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // a decoder
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // a decoder

	"github.com/igwatchd/igwatchd/internal/album"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// Bounds of the pictures on the evidence page.
const (
	pictureSide  = 320        // pixels
	picturePixel = 20_000_000 // of one that is decoded for it; 30 MB in memory
	pictureBytes = 16 << 20
	pictureTries = 5 // in a year
	pictureTime  = time.Minute
	captionRunes = 80
)

// pictures opens one picture of each year from the stored copy. It is a service to
// the person and no proof: what cannot be shown is left out, and said in the log.
func (d *Daemon) pictures(ctx context.Context, e journal.Export, parts []journal.Part) []verdict.Picture {
	ctx, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	var zips []album.Part
	for _, p := range parts {
		path, err := d.vault.Locate(e.Account, e.ID, p.Name)
		if err != nil {
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return nil
		}
		defer f.Close() //nolint:errcheck // opened for reading only
		zips = append(zips, album.Part{Name: p.Name, Size: p.Size, R: f})
	}
	a, err := album.Open(ctx, zips)
	if err != nil {
		d.log.Info("no pictures for the evidence page", "export", e.ID, "error", err)
		return nil
	}
	byYear := map[int][]album.Entry{}
	for _, x := range a.Entries {
		if !x.Time.IsZero() && len(x.Media) > 0 && (x.Kind == album.Post || x.Kind == album.Reel || x.Kind == album.Story) {
			byYear[x.Time.Year()] = append(byYear[x.Time.Year()], x)
		}
	}
	var list []verdict.Picture
	for year, entries := range byYear {
		if p, ok := d.pictureOf(ctx, year, entries); ok {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b verdict.Picture) int { return a.Year - b.Year })
	return list
}

// pictureOf takes the first that can be shown, beginning in the middle of the year: posts before
// anything else.
func (d *Daemon) pictureOf(ctx context.Context, year int, entries []album.Entry) (verdict.Picture, bool) {
	slices.SortStableFunc(entries, func(a, b album.Entry) int { return rank(a) - rank(b) })
	posts := 0
	for posts < len(entries) && entries[posts].Kind == album.Post {
		posts++
	}
	from := posts / 2
	for i := range min(pictureTries, len(entries)) {
		x := entries[(from+i)%len(entries)]
		body, err := small(ctx, x.Media[0].File())
		if err == nil {
			return verdict.Picture{Year: year, Caption: cutText(x.Caption, captionRunes), JPEG: body}, true
		}
	}
	return verdict.Picture{}, false
}

func rank(e album.Entry) int {
	return slices.Index([]string{album.Post, album.Story, album.Reel}, e.Kind)
}

// small decodes a picture and makes it small. It reads the file to its end, so that the archive's
// checksum is compared.
func small(ctx context.Context, f album.File) (body []byte, err error) {
	if f.Size > pictureBytes || ctx.Err() != nil {
		return nil, errors.Join(errors.New("too large"), ctx.Err())
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	raw, err := readPicture(r, f.Size)
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	about, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	if about.Width <= 0 || about.Height <= 0 || about.Width > picturePixel/about.Height {
		return nil, fmt.Errorf("%d × %d pixels", about.Width, about.Height)
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	size := img.Bounds().Size()
	w, h := pictureSide, pictureSide
	if size.X > size.Y {
		h = max(1, size.Y*pictureSide/size.X)
	} else {
		w = max(1, size.X*pictureSide/size.Y)
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(to, to.Bounds(), img, img.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	err = jpeg.Encode(&b, to, &jpeg.Options{Quality: 75})
	return b.Bytes(), err
}

// readPicture reads size bytes, unless the first of them are no picture's: videos are large.
func readPicture(r io.Reader, size int64) ([]byte, error) {
	raw := make([]byte, min(size, 512))
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, err
	}
	if kind := http.DetectContentType(raw); !strings.HasPrefix(kind, "image/") {
		return nil, errors.New("no picture: " + kind)
	}
	raw = append(make([]byte, 0, size), raw...)
	n, err := io.ReadFull(r, raw[len(raw):size])
	if err == nil { // to its end, where the checksum is compared
		_, err = io.Copy(io.Discard, r)
	}
	return raw[:len(raw)+n], err
}

func cutText(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
