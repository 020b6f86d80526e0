package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image/png"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"time"

	"github.com/chromedp/chromedp"
)

// shots are the screens in the documentation.
var shots = []struct {
	name, path    string
	width, height int64
	dark          bool
}{
	{"now", "/", 1200, 900, false},
	{"gallery", "/gallery/years", 1200, 900, false},
	{"gallery-month", "/gallery/years/list?kind=post&year=2020", 1000, 760, false},
	{"gallery-entry", "/gallery/demo/entry/3?kind=post", 1000, 760, false},
	{"gallery-phone", "/gallery/years", 390, 760, false},
	{"gallery-dark", "/gallery/demo", 1000, 760, true},
	{"messages", "/gallery/demo/messages/0", 1000, 760, false},
	{"search", "/gallery/demo/list?q=cafe", 1000, 760, false},
	{"export", "/export/years", 1000, 900, false},
	{"questions", "/export/demo", 1000, 760, false},
	{"handover", "/handover", 1000, 900, false},
	{"wall", "/export/wall", 1000, 760, false},
	{"downloads", "/downloads", 1000, 760, false},
	{"evidence", "", 900, 1500, false},
}

func main() {
	dir := flag.String("dir", "docs/screenshots", "the folder to write to")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to be tidied
	}
}

func run(ctx context.Context, dir string) error {
	temp, err := os.MkdirTemp("", "igwatchd-screenshots-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp) //nolint:errcheck // a folder for temporary files
	w, err := newWorld(temp)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	address, err := w.serve(ctx, temp, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	browser, stop, err := startBrowser(ctx)
	if err != nil {
		return err
	}
	defer stop()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	evidence, err := w.writeEvidence(ctx, temp)
	if err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	for _, s := range shots {
		way := enter(address(s.path))
		if s.path == "" { // it is no page of the server's: it lies beside the archive
			way = []action{chromedp.Navigate("file://" + evidence)}
		}
		steps := slices.Concat(size(s.width, s.height, s.dark), way, []action{shown(), chromedp.Sleep(300 * time.Millisecond)})
		if err := chromedp.Do(browser, steps...); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		body, err := chromedp.Run(browser, chromedp.CaptureScreenshot())
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if body, err = smaller(body); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, s.name+".png"), body, 0o644); err != nil {
			return err
		}
		fmt.Printf("%s.png, %d kB\n", s.name, len(body)/1000)
	}
	return nil
}

// smaller packs a picture as tightly as PNG allows.
func smaller(body []byte) ([]byte, error) {
	picture, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, paletted(picture)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
