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
	"regexp"
	"slices"
	"strconv"
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
	pictureTries = 12 // in a year; of a video little is read
	pictureTime  = time.Minute
	captionRunes = 80
)

// pictures opens one picture of each year from the stored copy. It is a service to
// the person and no proof: what cannot be shown is left out, and the page says of which years.
func (d *Daemon) pictures(ctx context.Context, e journal.Export, parts []journal.Part) []verdict.Picture {
	ctx, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	open, closeAll, err := d.openParts(e, parts)
	defer closeAll()
	if err != nil {
		return nil
	}
	var zips []album.Part
	for _, p := range open {
		zips = append(zips, album.Part{Name: p.Name, Size: p.Size, R: p.R})
	}
	a, err := album.Open(ctx, zips)
	if err != nil {
		d.log.Info("no pictures for the evidence page", "export", e.ID, "error", err)
		return nil
	}
	var list []verdict.Picture
	for year, files := range candidates(a) {
		if p, ok := d.pictureOf(ctx, year, files); ok {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b verdict.Picture) int { return a.Year - b.Year })
	return list
}

// candidate is a file that may be the picture of a year.
type candidate struct {
	kind, caption string
	file          album.File
}

// candidates finds the files of each year.
func candidates(a *album.Album) map[int][]candidate {
	byYear := map[int][]candidate{}
	for _, x := range a.Entries {
		if !x.Time.IsZero() && len(x.Media) > 0 && slices.Contains(pictured, x.Kind) {
			byYear[x.Time.Year()] = append(byYear[x.Time.Year()], candidate{x.Kind, x.Caption, x.Media[0].File()})
		}
	}
	if len(byYear) == 0 { // an export of web pages has no lists; its folders tell the month
		for f := range a.Files() {
			if kind, year, ok := dated(f.Name); ok {
				byYear[year] = append(byYear[year], candidate{kind, "", f})
			}
		}
	}
	return byYear
}

// pictured are the kinds of entries that a picture is taken from, the best first.
var pictured = []string{album.Post, album.Story, album.Reel}

var monthFolder = regexp.MustCompile(`(?:^|/)(posts|photos|stories|reels|videos)/(20\d\d)(?:0[1-9]|1[0-2])/[^/]+$`)

// dated tells from a file's folders what it is of, as media/posts/201811/ does.
func dated(name string) (kind string, year int, ok bool) {
	m := monthFolder.FindStringSubmatch(name)
	if m == nil {
		return "", 0, false
	}
	kind = map[string]string{"posts": album.Post, "photos": album.Post, "stories": album.Story}[m[1]]
	if kind == "" {
		kind = album.Reel
	}
	year, err := strconv.Atoi(m[2])
	return kind, year, err == nil
}

// pictureOf takes the first that can be shown, beginning in the middle of the year: posts before
// anything else.
func (d *Daemon) pictureOf(ctx context.Context, year int, files []candidate) (verdict.Picture, bool) {
	slices.SortStableFunc(files, func(a, b candidate) int { return slices.Index(pictured, a.kind) - slices.Index(pictured, b.kind) })
	posts := 0
	for posts < len(files) && files[posts].kind == album.Post {
		posts++
	}
	from := posts / 2
	for i := range min(pictureTries, len(files)) {
		x := files[(from+i)%len(files)]
		body, err := small(ctx, x.file)
		if err == nil {
			return verdict.Picture{Year: year, Caption: cutText(x.caption, captionRunes), JPEG: body}, true
		}
		d.log.Debug("a picture for the evidence page could not be shown", "year", year, "error", err)
	}
	return verdict.Picture{}, false
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
