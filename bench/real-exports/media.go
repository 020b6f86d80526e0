package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// media are the files that stand in for missing ones.
type media struct {
	pictures, videos [][]byte
	n                uint32 // how many were given out
}

// readMedia reads JPEGs (whatever their names end in) and MP4 videos below a folder.
func readMedia(folder string) (*media, error) {
	m := &media{}
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(b, []byte{0xff, 0xd8, 0xff}):
			m.pictures = append(m.pictures, b)
		case len(b) > 8 && string(b[4:8]) == "ftyp":
			m.videos = append(m.videos, b)
		}
		return nil
	})
	if err == nil && (len(m.pictures) == 0 || len(m.videos) == 0) {
		err = fmt.Errorf("%s: no JPEG or no MP4 in it", folder)
	}
	return m, err
}

// file makes a file for a name. No two are the same: a comment or an empty box with a number is in each.
func (m *media) file(name string) []byte {
	m.n++
	number := binary.BigEndian.AppendUint32(nil, m.n)
	switch strings.ToLower(filepath.Ext(name)) {
	case ".mp4", ".mov", ".m4a", ".aac", ".m4v":
		b := bytes.Clone(m.videos[int(m.n)%len(m.videos)])
		return append(append(b, 0, 0, 0, 12, 'f', 'r', 'e', 'e'), number...)
	case ".srt":
		return []byte("1\n00:00:00,000 --> 00:00:02,000\nwords\n")
	case ".png":
		var b bytes.Buffer
		if err := png.Encode(&b, m.drawn()); err != nil {
			panic(err) // a picture of ours
		}
		return b.Bytes()
	case ".gif":
		var b bytes.Buffer
		if err := gif.Encode(&b, m.drawn(), nil); err != nil {
			panic(err)
		}
		return b.Bytes()
	case ".json", ".html", ".txt":
		return nil
	}
	p := m.pictures[int(m.n)%len(m.pictures)]
	comment := append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, 6}, number...)
	return append(comment, p[2:]...)
}

// drawn is a picture like no other.
func (m *media) drawn() image.Image {
	p := image.NewNRGBA(image.Rect(0, 0, 320, 320))
	for y := range 320 {
		for x := range 320 {
			p.SetNRGBA(x, y, color.NRGBA{uint8(x) + uint8(m.n), uint8(y), uint8(x * y / 400), 255})
		}
	}
	return p
}
