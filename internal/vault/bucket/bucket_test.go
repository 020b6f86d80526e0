package bucket

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// serve starts a server that answers as answer says, and a bucket that trusts it.
func serve(t *testing.T, answer http.HandlerFunc) *Bucket {
	t.Helper()
	server := httptest.NewUnstartedServer(answer)
	server.Config.ErrorLog = nil
	server.StartTLS()
	t.Cleanup(server.Close)
	dir := t.TempDir()
	put := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	b, err := Open(Options{
		URL:           server.URL + "/pictures/copies/",
		AccessKeyFile: put("access", []byte("AK")), SecretKeyFile: put("secret", []byte("SK")),
		CAFile: put("ca", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})),
	})
	if err != nil {
		t.Fatal(err)
	}
	b.pause, b.stall = time.Millisecond, 300*time.Millisecond
	return b
}

func TestAnswersOfServersAreUnderstood(t *testing.T) {
	tests := map[string]struct {
		status int
		kind   fault.Kind
		hint   string
	}{
		"InvalidAccessKeyId":           {403, fault.ConfigurationKind, "keys"},
		"SignatureDoesNotMatch":        {403, fault.ConfigurationKind, "keys"},
		"AccessDenied":                 {403, fault.ConfigurationKind, "allow listing"},
		"NoSuchBucket":                 {404, fault.ConfigurationKind, "no bucket pictures"},
		"AuthorizationHeaderMalformed": {400, fault.ConfigurationKind, "region"},
		"PermanentRedirect":            {301, fault.ConfigurationKind, "region"},
		"QuotaExceeded":                {403, fault.TemporaryKind, "quota"},
		"XMinioStorageFull":            {507, fault.TemporaryKind, "full"},
		"RequestTimeTooSkewed":         {403, fault.TemporaryKind, "timedatectl"},
		"InvalidObjectState":           {403, fault.PermanentKind, "archive class"},
		"BadDigest":                    {400, fault.TemporaryKind, ""},
		"PreconditionFailed":           {412, fault.TemporaryKind, ""},
		"NotImplemented":               {501, fault.TemporaryKind, ""},
		"MalformedXML":                 {400, fault.UnknownKind, ""},
	}
	for code, tt := range tests {
		t.Run(code, func(t *testing.T) {
			b := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/xml")
				w.WriteHeader(tt.status)
				fmt.Fprintf(w, `<?xml version="1.0"?><Error><Code>%s</Code><Message>so it is</Message></Error>`, code)
			})
			err := b.Ready(t.Context(), 0)
			if err == nil || fault.KindOf(err) != tt.kind || !strings.Contains(fault.HintOf(err), tt.hint) {
				t.Errorf("kind %q, hint %q: %v", fault.KindOf(err), fault.HintOf(err), err)
			}
			if !strings.Contains(err.Error(), code) || !strings.Contains(err.Error(), "pictures") {
				t.Errorf("%v does not say what was answered, and where", err)
			}
		})
	}
}

func TestNewObjectMustBeNew(t *testing.T) {
	for _, there := range []bool{false, true} {
		b := serve(t, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodHead && !there:
				w.WriteHeader(http.StatusNotFound)
			case r.Method == http.MethodPut:
				if got := r.Header.Get("If-None-Match"); (got == "*") == there {
					t.Errorf("there: %v, If-None-Match: %q", there, got)
				}
				if r.Header.Get("X-Amz-Checksum-Crc64nvme") != "rosUhgp5mIg=" { // the catalogue's check value
					t.Errorf("%v", r.Header)
				}
			}
		})
		if err := b.Put(t.Context(), "x", strings.NewReader("123456789"), 9, ""); err != nil {
			t.Error(err)
		}
	}
}

func TestServerThatIsNotThereIsTemporary(t *testing.T) {
	b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		_ = conn.Close()
	})
	if err := b.Ready(t.Context(), 0); fault.KindOf(err) != fault.TemporaryKind {
		t.Errorf("%q: %v", fault.KindOf(err), err)
	}
}

func TestAddresses(t *testing.T) {
	for _, address := range []string{"", "http://h/b", "https://h", "https://h/", "https://u:p@h/b", "https://h/b?x=1", "://"} {
		if _, err := Open(Options{URL: address}); fault.KindOf(err) != fault.ConfigurationKind {
			t.Errorf("%q: %v", address, err)
		}
	}
	for host, want := range map[string]string{
		"s3.eu-central-1.amazonaws.com": "eu-central-1", "s3.us-west-004.backblazeb2.com": "us-west-004",
		"s3.example.org": "us-east-1", "127.0.0.1": "us-east-1", "my-own-server.example": "us-east-1",
	} {
		if got := region("", host); got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
	if _, err := Open(Options{URL: "https://h/b", CAFile: os.Args[0]}); fault.KindOf(err) != fault.ConfigurationKind {
		t.Errorf("a program as ca_file: %v", err)
	}
}

// TestBrokenTransferIsTakenUpAgain breaks a reading again and again: by closing,
// by stalling, and by an answer that is not the rest of what was begun.
func TestBrokenTransferIsTakenUpAgain(t *testing.T) {
	data := make([]byte, 1<<20)
	_, _ = rand.Read(data)
	var requests atomic.Int64
	content := func(w http.ResponseWriter, r *http.Request, at int) {
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("Content-Length", fmt.Sprint(len(data)-at))
		if at > 0 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", at, len(data)-1, len(data)))
			w.WriteHeader(http.StatusPartialContent)
		}
		switch requests.Add(1) % 3 {
		case 1:
			_, _ = w.Write(data[at:min(at+100_000, len(data))])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case 2:
			_, _ = w.Write(data[at:min(at+100_000, len(data))])
			w.(http.Flusher).Flush()
			<-r.Context().Done() // nothing more comes
		default:
			_, _ = w.Write(data[at:])
		}
	}
	b := serve(t, func(w http.ResponseWriter, r *http.Request) {
		at := 0
		if h := r.Header.Get("Range"); h != "" {
			if r.Header.Get("If-Match") != `"one"` {
				t.Errorf("the rest of what? %v", r.Header)
			}
			if _, err := fmt.Sscanf(h, "bytes=%d-", &at); err != nil {
				t.Errorf("range %q", h)
			}
		}
		content(w, r, at)
	})
	r, err := b.Get(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil || sha256.Sum256(got) != sha256.Sum256(data) || requests.Load() < 3 {
		t.Errorf("%d bytes in %d requests, %v", len(got), requests.Load(), err)
	}
	_ = r.Close()
}

func TestObjectThatChangesWhileItIsReadIsNotMixed(t *testing.T) {
	for name, second := range map[string]func(w http.ResponseWriter){
		"another version": func(w http.ResponseWriter) { w.WriteHeader(http.StatusPreconditionFailed) },
		"gone":            func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) },
		"range ignored": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write(make([]byte, 1000))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Range") != "" {
					second(w)
					return
				}
				w.Header().Set("ETag", `"one"`)
				w.Header().Set("Content-Length", "1000")
				_, _ = w.Write(make([]byte, 10))
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			})
			r, err := b.Get(t.Context(), "x")
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); err == nil {
				t.Errorf("%d bytes read as if nothing had happened", len(got))
			} else if errors.Is(err, fs.ErrNotExist) != (name == "gone") {
				t.Error(err)
			}
			_ = r.Close()
		})
	}
}
