package main

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// writeArchive writes an export of stored videos and little else, which is what large
// exports consist of.
func writeArchive(path string, size int64) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := zip.NewWriter(f)
	const video = 20 << 20
	var posts []string
	for i := int64(0); i*video < size; i++ {
		uri := fmt.Sprintf("media/posts/202605/%d.mp4", 17900000000000000+i)
		posts = append(posts, fmt.Sprintf(`{"media":[{"uri":%q,"creation_timestamp":%d,"title":"%d"}]}`, uri, 1577836800+i*86400, i))
		out, err := w.CreateHeader(&zip.FileHeader{Name: uri, Method: zip.Store, Modified: time.Unix(1778230000, 0)})
		if err != nil {
			return err
		}
		head := videoHead(video)
		if _, err := io.Copy(out, io.MultiReader(bytes.NewReader(head), io.LimitReader(rand.Reader, video-int64(len(head))))); err != nil {
			return err
		}
	}
	text := func(name, body string) {
		out, werr := w.Create(name)
		if werr == nil {
			_, werr = io.WriteString(out, body)
		}
		err = errors.Join(err, werr)
	}
	list := "["
	for i, p := range posts {
		if i > 0 {
			list += ","
		}
		list += p
	}
	text("your_instagram_activity/media/posts_1.json", list+"]")
	text("personal_information/personal_information/personal_information.json",
		`{"profile_user":[{"title":"User Information","string_map_data":{"Username":{"value":"jane.doe"}}}]}`)
	return errors.Join(err, w.Close(), f.Close())
}

// videoHead is all of an MP4 of so many bytes (ISO/IEC 14496-12) but its samples.
func videoHead(size uint32) []byte {
	full := func(name string, numbers ...uint32) []byte {
		b := make([]byte, 4) // version and flags
		for _, n := range numbers {
			b = binary.BigEndian.AppendUint32(b, n)
		}
		return box(name, b)
	}
	index := func(at uint32) []byte {
		stbl := box("stbl", full("stts", 1, 1, 1000), full("stsc", 1, 1, 1, 1), full("stsz", 0, 1, size-at), full("stco", 1, at))
		hdlr := box("hdlr", make([]byte, 8), []byte("vide"), make([]byte, 13))
		return box("moov", box("mvhd", make([]byte, 100)), box("trak", box("mdia", hdlr, box("minf", stbl))))
	}
	ftyp := box("ftyp", []byte("isom\x00\x00\x02\x00isommp42"))
	at := uint32(len(ftyp)+len(index(0))) + 8
	return slices.Concat(ftyp, index(at), binary.BigEndian.AppendUint32(nil, size-at+8), []byte("mdat"))
}

func box(kind string, body ...[]byte) []byte {
	content := slices.Concat(body...)
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(content)+8)), []byte(kind), content)
}
