package main

import (
	"archive/zip"
	"compress/flate"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// archive is one export to be judged.
type archive struct {
	number         int
	name           string // of its file or folder; never printed
	language, note string
	path           string
	unpacked       bool
	zips           []string
	filled         int  // media that were put in
	owner          bool // the list that says whose export it is was put in
}

// find lists the archives of some folders.
func find(folders []string) (all []*archive, err error) {
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, err
		}
		about := readAbout(filepath.Join(folder, "about.tsv"))
		for _, e := range entries {
			a := &archive{name: e.Name(), path: filepath.Join(folder, e.Name())}
			switch {
			case e.IsDir():
				inside, err := os.ReadDir(a.path)
				if err != nil {
					return nil, err
				}
				a.unpacked = slices.ContainsFunc(inside, func(e fs.DirEntry) bool { return !isZip(e.Name()) })
				for _, e := range inside {
					if !a.unpacked {
						a.zips = append(a.zips, filepath.Join(a.path, e.Name()))
					}
				}
			case isZip(e.Name()):
				a.zips = []string{a.path}
			default:
				continue
			}
			a.language, a.note = about[a.name][0], about[a.name][1]
			all = append(all, a)
		}
	}
	return all, nil
}

func isZip(name string) bool { return strings.EqualFold(filepath.Ext(name), ".zip") }

// readAbout reads what is noted about archives; there may be nothing.
func readAbout(file string) map[string][2]string {
	about := make(map[string][2]string)
	b, _ := os.ReadFile(file)
	for line := range strings.Lines(string(b)) {
		f := strings.SplitN(strings.TrimSpace(line)+"\t\t", "\t", 3)
		about[f[0]] = [2]string{f[1], strings.TrimSpace(f[2])}
	}
	return about
}

// pack makes a zip of an unpacked export.
func pack(folder, to string) error {
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	defer f.Close()
	w := newWriter(f)
	err = filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return add(w, filepath.ToSlash(name), info.ModTime(), b)
	})
	if err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return f.Close()
}

// repack copies a zip without the entries that change says nil for, and with further files.
func repack(from, to string, change func(name string, b []byte) ([]byte, bool), more map[string][]byte) error {
	r, err := zip.OpenReader(from)
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	defer f.Close()
	w := newWriter(f)
	var newest time.Time
	for _, e := range r.File {
		if e.Modified.After(newest) {
			newest = e.Modified
		}
		if strings.HasSuffix(e.Name, "/") {
			continue
		}
		if change != nil && !strings.HasSuffix(e.Name, ".json") && !strings.HasSuffix(e.Name, ".html") {
			if _, kept := change(e.Name, nil); !kept {
				continue
			}
			if err := w.Copy(e); err != nil {
				return err
			}
			continue
		}
		rc, err := e.Open()
		if err != nil {
			return err
		}
		b, err := io.ReadAll(rc)
		rc.Close()
		if err != nil {
			return err
		}
		if change != nil {
			var kept bool
			if b, kept = change(e.Name, b); !kept {
				continue
			}
		}
		if err := add(w, e.Name, e.Modified, b); err != nil {
			return err
		}
	}
	if err := addAll(w, newest, more); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return f.Close()
}

func newWriter(w io.Writer) *zip.Writer {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	return z
}

func add(w *zip.Writer, name string, when time.Time, b []byte) error {
	method := zip.Deflate
	if !isText(name) {
		method = zip.Store
	}
	e, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: when.UTC()})
	if err != nil {
		return err
	}
	_, err = e.Write(b)
	return err
}

func addAll(w *zip.Writer, when time.Time, files map[string][]byte) error {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := add(w, name, when, files[name]); err != nil {
			return err
		}
	}
	return nil
}

func isText(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".json", ".html", ".txt", ".srt":
		return true
	}
	return false
}
