package inspect

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// benchFile writes a zip of about size bytes, unpacked, of one kind of content, and returns its path.
func benchFile(b *testing.B, kind string, size int64) string {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), partName))
	if err != nil {
		b.Fatal(err)
	}
	out := bufio.NewWriterSize(f, 1<<20)
	z := zip.NewWriter(out)
	put := func(name string, method uint16, content ...[]byte) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: modified})
		for _, c := range content {
			if err == nil {
				_, err = w.Write(c)
			}
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	noise := make([]byte, 16<<20)
	var seed [32]byte
	if _, err := io.ReadFull(rand.NewChaCha8(seed), noise); err != nil {
		b.Fatal(err)
	}
	film := mp4Of(1)
	head := append(binary.BigEndian.AppendUint32(nil, uint32(len(noise)+8)), "free"...)
	picture := benchPicture(b)
	var text strings.Builder
	rng := rand.New(rand.NewPCG(1, 2))
	text.WriteString(`{"participants":[{"name":"jane"}],"messages":[`)
	for text.Len() < 16<<20 {
		fmt.Fprintf(&text, `{"sender_name":"bob","timestamp_ms":%d,"content":"caf\u00c3\u00a9 %x and some words more","is_geoblocked_for_viewer":false},`, 1729774142791+rng.Int64N(1e9), rng.Uint64())
	}
	text.WriteString(`{}],"title":"bob"}`)
	var films, pictures int64
	for i := int64(0); films+pictures < size; i++ {
		switch {
		case kind == "text":
			put(fmt.Sprintf("your_instagram_activity/messages/inbox/bob_1/message_%d.json", i+1), zip.Deflate, []byte(text.String()))
			films += int64(text.Len())
		case kind == "films" || films*2 <= pictures*3: // three fifths
			put(fmt.Sprintf("media/posts/202401/%d.mp4", i), zip.Store, film, head, noise)
			films += int64(len(noise))
		default:
			put(fmt.Sprintf("media/posts/202401/%d.jpg", i), zip.Store, picture)
			pictures += int64(len(picture))
		}
	}
	for _, end := range []func() error{z.Close, out.Flush, f.Sync, f.Close} {
		if err := end(); err != nil {
			b.Fatal(err)
		}
	}
	return f.Name()
}

// BenchmarkAgainstUnzip holds the inspection of files of as many GB as IGWATCHD_BENCH_GB lists,
// without it of a tenth, against unzip -t on the same file. The ratio is of times: less is
// better. It is run by scripts/bench-inspect.
func BenchmarkAgainstUnzip(b *testing.B) {
	sizes := strings.Fields(os.Getenv("IGWATCHD_BENCH_GB"))
	if sizes == nil {
		sizes = []string{"0.1"}
	}
	unzip, err := exec.LookPath("unzip")
	if err != nil {
		b.Log("there is no unzip: nothing to compare with")
		return
	}
	for _, size := range sizes {
		gb, err := strconv.ParseFloat(size, 64)
		if err != nil {
			b.Fatal(err)
		}
		for _, kind := range []string{"films", "mixed", "text"} {
			b.Run(kind+"/"+size+"GB", func(b *testing.B) {
				name := benchFile(b, kind, int64(gb*1e9))
				b.SetBytes(int64(gb * 1e9))
				timed := func(f func()) float64 {
					begin := time.Now()
					f()
					return time.Since(begin).Seconds()
				}
				inspect := func(digest string) func() {
					return func() {
						f, err := os.Open(name)
						if err != nil {
							b.Fatal(err)
						}
						defer f.Close()
						info, err := f.Stat()
						if err != nil {
							b.Fatal(err)
						}
						if r := examine(b, Part{Name: partName, Size: info.Size(), SHA256: digest, R: f}); len(r.Checks) < 4 {
							b.Fatalf("%+v", r.Problems)
						}
					}
				}
				var theirs, ours, known float64
				for b.Loop() {
					theirs += timed(func() {
						if out, err := exec.Command(unzip, "-tqq", name).CombinedOutput(); err != nil {
							b.Fatalf("%v: %s", err, out)
						}
					})
					ours += timed(inspect(""))
					known += timed(inspect(strings.Repeat("0", 64)))
				}
				b.ReportMetric(ours/theirs, "of-unzip")
				b.ReportMetric(known/theirs, "of-unzip-digest-known")
			})
		}
	}
}
