package fetch

import (
	"bytes"
	"encoding/binary"
	"io"
)

// maxEnd is the longest end of a zip: its record and a comment (APPNOTE, section 4.3.16).
const (
	endRecord = 22
	maxEnd    = endRecord + 1<<16 - 1
)

// beginsAsZip looks for the mark of a zip's first entry (APPNOTE, section 4.3.7).
func beginsAsZip(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) }

// beginsAsPage knows pages whose sender did not call them so.
func beginsAsPage(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	return bytes.HasPrefix(head, []byte("<"))
}

// endsAsZip tells whether the end-of-directory record, with its comment, is the
// very end of the size bytes of r.
func endsAsZip(r io.ReaderAt, size int64) (bool, error) {
	if size < endRecord {
		return false, nil
	}
	tail := make([]byte, min(size, maxEnd))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil {
		return false, err
	}
	for i := len(tail) - endRecord; i >= 0; i-- {
		comment := len(tail) - i - endRecord
		if bytes.HasPrefix(tail[i:], []byte("PK\x05\x06")) && int(binary.LittleEndian.Uint16(tail[i+20:])) == comment {
			return true, nil
		}
	}
	return false, nil
}
