// Command real-exports shows how igwatchd judges exports that igwatchd did not make. It is given folders
// of archives of real data and prints a table of them without anything personal: an archive is a number there.
//
//	go run ./real-exports -igwatchd OLD,NEW -fill PICTURES FOLDER…
//
// Each zip in a FOLDER is an archive, as is each folder in it: one that holds zips and nothing else is an
// export in parts, any other is an unpacked export and is packed again. A file about.tsv in FOLDER may say the
// language of an archive and what is known of it: NAME, a tab, LANGUAGE, a tab, NOTE.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "real-exports:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	programs := flag.String("igwatchd", "igwatchd", "the `PROGRAMS` to compare, separated by commas; files that are missing are those that the last one misses")
	fill := flag.String("fill", "", "a `FOLDER` of pictures, videos and subtitles that stand in for media which an archive names and lacks")
	damage := flag.Bool("damage", false, "take something away from each archive, and list what no program finds")
	owner := flag.Bool("owner", false, "with -fill: put in the list that says whose export it is, where a publisher took it out")
	keep := flag.String("keep", "", "a `FOLDER` that keeps the archives as they were judged, and those whose damage was not found")
	flag.Parse()
	if flag.NArg() == 0 {
		return fmt.Errorf("name the folders of the archives")
	}
	dir := *keep
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "real-exports-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	} else if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	b := &bench{programs: strings.Split(*programs, ","), dir: dir, keep: *keep != "", owner: *owner}
	if *fill != "" {
		var err error
		if b.media, err = readMedia(*fill); err != nil {
			return err
		}
	}
	archives, err := find(flag.Args())
	if err != nil {
		return err
	}
	for i, a := range archives {
		a.number = i + 1
		if err := b.prepare(ctx, a); err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		if *damage {
			err = b.damage(ctx, a)
		} else {
			err = b.judge(ctx, a)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
	}
	return nil
}
