package inspect

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strings"
	"testing"
)

// BenchmarkInspect is the whole of inspecting: stored films, stored pictures, packed lists.
// scripts/bench-inspect holds files of gigabytes against unzip -t.
func BenchmarkInspect(b *testing.B) {
	jpegs := jpegs(b)
	film := mp4Of(1)
	film = append(film, box("free", bytes.Repeat([]byte("noise"), 400_000))...)
	message := []byte(`{"participants":[{"name":"jane"}],"messages":[` + strings.Repeat(`{"sender_name":"bob","timestamp_ms":1729774142791,"content":"caf\u00c3\u00a9, and then some more words","is_geoblocked_for_viewer":false},`, 20_000) + `{}],"title":"bob"}`)
	for _, c := range []struct {
		name, file string
		content    []byte
		n          int
	}{
		{"films", "media/posts/202401/%d.mp4", film, 20},
		{"progressive", "media/posts/202401/%d.jpg", jpegs["progressive"], 5000},
		{"baseline", "media/posts/202401/%d.jpg", jpegs["baseline"], 5000},
		{"messages", "your_instagram_activity/messages/inbox/bob_1/message_%d.json", message, 5},
	} {
		f := contents{}
		var total int64
		for i := range c.n {
			f[fmt.Sprintf(c.file, i+1)] = c.content
			total += int64(len(c.content))
		}
		raw := zipOf(f)
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(total)
			for b.Loop() {
				examine(b, part(partName, raw))
			}
		})
	}
}

// manyEntries is a zip of n films of size bytes each, made up as it is read: its films are one
// and the same, and neither they nor its directory are in memory.
type manyEntries struct {
	n      int
	local  int64 // bytes of one local header with its body
	record int64
	film   []byte
	crc    uint32
}

func newManyEntries(n int, film []byte) *manyEntries {
	const name = len("media/posts/202401/00000000.mp4")
	return &manyEntries{n, int64(lenLocal + name + len(film)), int64(lenCentral + name + 12), film, crc32.ChecksumIEEE(film)}
}

func (m *manyEntries) size() int64 {
	return int64(m.n)*(m.local+m.record) + lenEnd64 + lenLocator64 + lenEnd
}

// piece returns the record of the zip that begins at the largest offset not behind off, and that offset.
func (m *manyEntries) piece(off int64) ([]byte, int64) {
	dir := int64(m.n) * m.local
	size := uint32(len(m.film))
	le := func(b []byte, v ...uint32) []byte {
		for _, v := range v {
			b = append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
		}
		return b
	}
	name := func(i int64) string { return fmt.Sprintf("media/posts/202401/%08d.mp4", i) }
	switch {
	case off < dir:
		i := off / m.local
		b := append([]byte("PK\x03\x04\x2d\x00\x00\x00\x00\x00\x00\x00\x21\x58"), le(nil, m.crc, size, size)...)
		b = append(b, byte(len(name(i))), 0, 0, 0)
		head := append(b, name(i)...)
		if at := off - i*m.local; at >= int64(len(head)) {
			return m.film, i*m.local + int64(len(head))
		}
		return head, i * m.local
	case off < dir+int64(m.n)*m.record:
		i := (off - dir) / m.record
		b := append([]byte("PK\x01\x02\x2d\x00\x2d\x00\x00\x00\x00\x00\x00\x00\x21\x58"), le(nil, m.crc, size, size)...)
		b = append(b, byte(len(name(i))), 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255)
		b = append(b, name(i)...)
		at := uint64(i * m.local)
		return append(b, append([]byte{1, 0, 8, 0}, le(nil, uint32(at), uint32(at>>32))...)...), dir + i*m.record
	}
	wide := func(b []byte, v int64) []byte { return le(b, uint32(v), uint32(v>>32)) }
	at := dir + int64(m.n)*m.record
	b := wide([]byte("PK\x06\x06"), 44)
	b = append(b, 45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	b = wide(wide(wide(wide(b, int64(m.n)), int64(m.n)), int64(m.n)*m.record), dir)
	b = append(b, "PK\x06\x07\x00\x00\x00\x00"...)
	b = append(wide(b, at), 1, 0, 0, 0)
	b = append(b, "PK\x05\x06\x00\x00\x00\x00"...)
	return append(b, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00"...), at
}

func (m *manyEntries) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		if off >= m.size() {
			return n, io.EOF
		}
		b, at := m.piece(off)
		k := copy(p[n:], b[off-at:])
		n, off = n+k, off+int64(k)
	}
	return n, nil
}

// TestManyEntries reads an archive of many entries without a table of them. What it takes is
// in BenchmarkManyEntries.
func TestManyEntries(t *testing.T) {
	m := newManyEntries(70_000, mp4Of(1)) // more than a zip without zip64 can hold
	r := examine(t, Part{Name: partName, Size: m.size(), R: m, SHA256: strings.Repeat("0", 64)})
	if r.Counts.Media != m.n || r.Parts[0].Entries != m.n {
		t.Errorf("%+v %+v", r.Counts, r.Problems)
	}
	// archive/zip agrees that this is a zip.
	if z, err := zip.NewReader(m, m.size()); err != nil || len(z.File) != m.n {
		t.Error(err)
	}
}

// BenchmarkManyEntries tells the most memory a process takes for a million entries in 100 GB.
func BenchmarkManyEntries(b *testing.B) {
	film := append(mp4Of(1), box("free", make([]byte, 98_000))...)
	m := newManyEntries(1_000_000, film)
	b.SetBytes(m.size())
	for b.Loop() {
		r := examine(b, Part{Name: partName, Size: m.size(), R: m, SHA256: strings.Repeat("0", 64)})
		if r.Counts.Media != m.n {
			b.Fatalf("%+v", r.Counts)
		}
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return // not Linux
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	var kB float64
	if _, err := fmt.Sscan(peak, &kB); err == nil {
		b.ReportMetric(kB/1024, "peak-MB")
	}
}
