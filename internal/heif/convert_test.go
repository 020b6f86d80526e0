package heif

import (
	"bytes"
	"errors"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// converter skips the test where libheif's program is not installed.
func converter(t *testing.T) {
	t.Helper()
	for _, name := range programs {
		if _, err := exec.LookPath(name); err == nil {
			return
		}
	}
	t.Skip("heif-convert is not installed: apt install libheif-examples")
}

func TestConvert(t *testing.T) {
	converter(t)
	t.Setenv("TMPDIR", t.TempDir())
	all := samples(t, ".heic")
	for name, b := range samples(t, ".avif") {
		if name != "grid.avif" { // which libheif 1.15 reads with dav1d only
			all[name] = b
		}
	}
	for name, b := range all {
		w, h, _ := Prove(b)
		picture, err := Convert(t.Context(), b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		c, err := jpeg.DecodeConfig(bytes.NewReader(picture))
		if err != nil || c.Width != w || c.Height != h {
			t.Errorf("%s: %d × %d, %v", name, c.Width, c.Height, err)
		}
	}
	good := samples(t, ".avif")["plain.avif"]
	for at := media(good) + 60; at < len(good)-8; at += 97 {
		b := bytes.Clone(good)
		for i := at; i < len(b); i++ {
			b[i] = byte(i*i*7 + at)
		}
		if _, err := Convert(t.Context(), b); err == nil {
			t.Errorf("an AVIF with noise from byte %d of %d on is shown", at, len(good))
		}
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestConvertWithoutProgram(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Convert(t.Context(), samples(t, ".heic")["plain.heic"]); !errors.Is(err, ErrNoProgram) {
		t.Error(err)
	}
}

// TestConvertIsBounded: a program that does not end, or fills memory, is ended. It stands in for one that a picture
// has taken over.
func TestConvertIsBounded(t *testing.T) {
	for name, script := range map[string]string{
		"more memory than allowed": "#!/bin/sh\nx=x; while :; do x=$x$x; done\n",
		"more output than allowed": "#!/bin/sh\nfor out; do :; done; while :; do cat \"$0\" \"$0\" \"$0\" \"$0\"; done > \"$out\"\n",
		"nothing made":             "#!/bin/sh\nexit 0\n",
		"failed":                   "#!/bin/sh\necho broken >&2; exit 1\n",
	} {
		dir := t.TempDir()
		body := []byte(script)
		if name == "more output than allowed" {
			body = append(body, bytes.Repeat([]byte("#"), 4<<20)...)
		}
		if err := os.WriteFile(filepath.Join(dir, programs[0]), body, 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", dir+":/usr/bin:/bin")
		if b, err := Convert(t.Context(), samples(t, ".heic")["plain.heic"]); err == nil {
			t.Errorf("%s: %d bytes", name, len(b))
		}
	}
}
