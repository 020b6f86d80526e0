package main

import (
	"archive/zip"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// rooted puts files below the folder that all entries of a zip lie in, if there is one.
func rooted(file string, more map[string][]byte) map[string][]byte {
	root := ""
	if r, err := zip.OpenReader(file); err == nil {
		defer r.Close()
		for i, e := range r.File {
			top, _, below := strings.Cut(e.Name, "/")
			if !below || i > 0 && top+"/" != root {
				root = ""
				break
			}
			root = top + "/"
		}
	}
	if root == "" || !strings.HasPrefix(root, "instagram-") && !strings.HasPrefix(root, "meta-") {
		return more
	}
	in := make(map[string][]byte, len(more))
	for name, b := range more {
		in[root+name] = b
	}
	return in
}

// newestFile is when the newest file below a folder was written.
func newestFile(folder string) (newest time.Time) {
	filepath.WalkDir(folder, func(_ string, e fs.DirEntry, err error) error { //nolint:errcheck // none is as good as an old one
		if err != nil || e.IsDir() {
			return nil
		}
		if info, err := e.Info(); err == nil && info.ModTime().After(newest) {
			newest = info.ModTime()
		}
		return nil
	})
	if newest.IsZero() {
		newest = time.Now()
	}
	return newest
}
