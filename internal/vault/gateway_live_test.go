package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/vault/bucket"
)

func TestObjectsCarryTheirChecksums(t *testing.T) {
	g := startGateway(t)
	b := g.open(t)
	for name, size := range map[string]int{"small": 1000, "exactly one part": 5 << 20, "parts": 17<<20 + 1, "empty": 0} {
		data := make([]byte, size)
		_, _ = rand.Read(data)
		if err := b.Put(t.Context(), name, bytes.NewReader(data), int64(size), digest(data)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out, err := g.client(t).HeadObject(t.Context(), &s3.HeadObjectInput{
			Bucket: aws.String("pictures"), Key: aws.String(g.key + name), ChecksumMode: "ENABLED",
		})
		if err != nil {
			t.Fatal(err)
		}
		if aws.ToString(out.ChecksumCRC64NVME) == "" || out.ChecksumType != "FULL_OBJECT" || out.Metadata["sha256"] != digest(data) {
			t.Errorf("%s: %q %q %v", name, aws.ToString(out.ChecksumCRC64NVME), out.ChecksumType, out.Metadata)
		}
		sum, n, what, err := readSum(t.Context(), b, name)
		if err != nil || what != "" || n != int64(size) || sum != digest(data) {
			t.Errorf("%s: %s %d %q %v", name, sum, n, what, err)
		}
	}
	files, err := b.List(t.Context(), "")
	if err != nil || len(files) != 4 || files["parts"].Size != 17<<20+1 {
		t.Errorf("%v, %v", files, err)
	}
	if err := b.Remove(t.Context(), "small"); err != nil {
		t.Error(err)
	}
	if _, err := b.Get(t.Context(), "small"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed, and there: %v", err)
	}
}

// failing ends in the middle of what it should yield.
type failing struct {
	io.Reader
	err error
}

func (f failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = f.err
	}
	return n, err
}

func TestBrokenSourceLeavesNoObject(t *testing.T) {
	g := startGateway(t)
	b := g.open(t)
	for _, size := range []int{100, 12 << 20} {
		if err := b.Put(t.Context(), "x", strings.NewReader("before"), 6, ""); err != nil {
			t.Fatal(err)
		}
		err := b.Put(t.Context(), "x", failing{bytes.NewReader(make([]byte, size)), ErrUnproven}, int64(size), "")
		if !errors.Is(err, ErrUnproven) {
			t.Errorf("%d bytes: %v", size, err)
		}
		if sum, _, _, _ := readSum(t.Context(), b, "x"); sum != digest([]byte("before")) {
			t.Errorf("%d bytes: what was there is gone", size)
		}
		out, err := g.client(t).ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: aws.String("pictures")})
		if err != nil || len(out.Uploads) != 0 {
			t.Errorf("parts are left: %+v, %v", out, err)
		}
	}
	// And what a killed run left goes when the object is sent again.
	key := aws.String(g.key + "x")
	if _, err := g.client(t).CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: aws.String("pictures"), Key: key}); err != nil {
		t.Fatal(err)
	}
	if err := b.Put(t.Context(), "x", bytes.NewReader(make([]byte, 6<<20)), 6<<20, ""); err != nil {
		t.Fatal(err)
	}
	out, err := g.client(t).ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: aws.String("pictures")})
	if err != nil || len(out.Uploads) != 0 {
		t.Errorf("parts are left: %+v, %v", out, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Put(ctx, "x", bytes.NewReader(make([]byte, 6<<20)), 6<<20, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// meddling lets somebody else write before it yields its last bytes.
type meddling struct {
	io.Reader
	meddle func()
}

func (m *meddling) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if errors.Is(err, io.EOF) && m.meddle != nil {
		m.meddle()
		m.meddle = nil
	}
	return n, err
}

func TestAnotherWritersObjectIsNotOverwritten(t *testing.T) {
	g := startGateway(t)
	b := g.open(t)
	theirs := func() {
		_, err := g.client(t).PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: aws.String("pictures"), Key: aws.String(g.key + "x"), Body: strings.NewReader("theirs"),
		})
		if err != nil {
			t.Error(err)
		}
	}
	const size = 12 << 20
	err := b.Put(t.Context(), "x", &meddling{&zeros{size}, theirs}, size, "")
	if fault.KindOf(err) != fault.TemporaryKind {
		t.Errorf("%q: %v", fault.KindOf(err), err)
	}
	if sum, _, _, _ := readSum(t.Context(), b, "x"); sum != digest([]byte("theirs")) {
		t.Error("it was overwritten")
	}
}

// zeros yields n bytes without holding them.
type zeros struct{ n int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.n == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), z.n))
	clear(p[:n])
	z.n -= int64(n)
	return n, nil
}

func TestLargeObjectTakesLittleMemory(t *testing.T) {
	g := startGateway(t)
	b := g.open(t)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const size = 100 << 20
	if err := b.Put(t.Context(), "large", &zeros{size}, size, ""); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	// All that was ever allocated, garbage included.
	used := after.TotalAlloc - before.TotalAlloc
	t.Logf("%d MB allocated", used>>20)
	if used > size/2 {
		t.Errorf("%d MB allocated for %d MB sent", used>>20, size>>20)
	}
	if _, n, _, err := readSum(t.Context(), b, "large"); err != nil || n != size {
		t.Errorf("%d, %v", n, err)
	}
}

func TestServerThatRefusesSaysWhatToDo(t *testing.T) {
	g := startGateway(t)
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string]struct {
		change func(o *bucket.Options)
		hint   string
	}{
		"unknown key":  {func(o *bucket.Options) { write(o.AccessKeyFile, "AKNOBODY") }, "access_key_file"},
		"wrong secret": {func(o *bucket.Options) { write(o.SecretKeyFile, "wrong") }, "secret_key_file"},
		"no key file":  {func(o *bucket.Options) { o.AccessKeyFile += "-none" }, "able to read"},
		"empty key":    {func(o *bucket.Options) { write(o.SecretKeyFile, "\n") }, "put the key"},
		"no bucket":    {func(o *bucket.Options) { o.URL = strings.Replace(o.URL, "pictures", "nobody", 1) }, "no bucket nobody"},
		"no ca_file":   {func(o *bucket.Options) { o.CAFile = "" }, "ca_file"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			o := g.options
			dir := t.TempDir()
			for _, p := range []*string{&o.AccessKeyFile, &o.SecretKeyFile} {
				text, err := os.ReadFile(*p)
				if err != nil {
					t.Fatal(err)
				}
				*p = filepath.Join(dir, filepath.Base(*p))
				write(*p, string(text))
			}
			working := o
			tt.change(&o)
			b, err := bucket.Open(o)
			if err != nil {
				t.Fatal(err)
			}
			_, lerr := b.List(t.Context(), "x")
			for _, err := range []error{b.Ready(t.Context(), 0), lerr, b.Put(t.Context(), "x", strings.NewReader("x"), 1, "")} {
				if fault.KindOf(err) != fault.ConfigurationKind && !strings.Contains(err.Error(), "HTTP 403") || err == nil {
					t.Errorf("%q: %v", fault.KindOf(err), err)
				}
				if strings.Contains(err.Error(), "wJalrXUtnFEMI") {
					t.Errorf("the secret is in %v", err)
				}
			}
			if err := b.Ready(t.Context(), 0); !strings.Contains(fault.HintOf(err), tt.hint) {
				t.Errorf("hint %q for %v", fault.HintOf(err), err)
			}
			if o.URL == working.URL && o.AccessKeyFile == working.AccessKeyFile && o.CAFile != "" { // the files are read anew for each request
				write(o.AccessKeyFile, "AKIDEXAMPLE")
				write(o.SecretKeyFile, "wJalrXUtnFEMI")
				if err := b.Ready(t.Context(), 0); err != nil {
					t.Errorf("corrected, and still: %v", err)
				}
			}
		})
	}
}
