package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/igwatchd/igwatchd/internal/album"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// writeEvidence inspects the archive "years" and writes the page that would lie beside it, as a file.
func (w *world) writeEvidence(ctx context.Context, dir string) (path string, err error) {
	zip := w.zips["years"][0]
	f, err := os.Open(zip)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	const sum = "b2213295d564916f89a6a42455567c87c3f480fcd7a1c15e220f17d7169a790b" // as on the other screens
	report, err := inspect.Inspect(ctx, []inspect.Part{{Name: filepath.Base(zip), Size: info.Size(), SHA256: sum, R: f}}, func(int64, int64) {})
	if err != nil {
		return "", err
	}
	pictures, err := yearly(ctx, f, info.Size())
	if err != nil {
		return "", err
	}
	now := time.Now()
	facts := verdict.Facts{
		Account: "jane.doe", Report: report, Announced: 1, Parts: []verdict.Part{{Name: filepath.Base(zip), Size: info.Size(), SHA256: sum}},
		Offered: &verdict.Offered{Seen: now.Add(-2 * time.Hour), Files: 1, Requested: now.AddDate(0, 0, -2), Quality: "high", Format: "JSON"},
		Copies:  []verdict.Copy{{Place: "/var/lib/igwatchd/archive", Proven: true, At: now}, {Place: "/mnt/usb/instagram", Proven: true, At: now}},
		Answers: map[string]bool{},
	}
	for _, question := range verdict.Judge(facts).Open(inspect.Question) { // the person has answered them all
		facts.Answers[question.Code] = true
	}
	path = filepath.Join(dir, "evidence.html")
	page, err := os.Create(path)
	if err != nil {
		return "", err
	}
	if err := verdict.Page(page, "20261124-d5ac2c4a", facts, verdict.Judge(facts), pictures, verdict.Made{At: now, Program: "igwatchd 1.0", Folder: "/var/lib/igwatchd/archive/jane.doe/20261124-d5ac2c4a"}); err != nil {
		_ = page.Close()
		return "", err
	}
	return path, page.Close()
}

// yearly takes one picture of each year, as it is in the archive.
func yearly(ctx context.Context, f *os.File, size int64) (list []verdict.Picture, err error) {
	a, err := album.Open(ctx, []album.Part{{Name: "a.zip", Size: size, R: f}})
	if err != nil {
		return nil, err
	}
	had := map[int]bool{}
	for _, e := range a.Entries {
		if year := e.Time.Year(); e.Kind == album.Post && len(e.Media) > 0 && !had[year] {
			had[year] = true
			r, err := e.Media[0].File().Open()
			if err != nil {
				return nil, err
			}
			body, err := io.ReadAll(r)
			if err != nil {
				return nil, err
			}
			list = append(list, verdict.Picture{Year: year, Caption: e.Caption, JPEG: body})
		}
	}
	return list, nil
}
