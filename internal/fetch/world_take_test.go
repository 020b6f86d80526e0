package fetch

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

const wholeZip = "PK\x03\x04 something PK\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func TestCopyLeavesTheSourceAlone(t *testing.T) {
	src, dir := filepath.Join(t.TempDir(), "instagram-jane-2026-11-23-abcdefgh (1).zip"), t.TempDir()
	if err := os.WriteFile(src, []byte(wholeZip), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Copy(t.Context(), src, dir, nil)
	if err != nil || f.SHA256 != fileSum(t, src) || fileSum(t, f.Path) != f.SHA256 || f.Name != filepath.Base(src) {
		t.Errorf("%+v, %v", f, err)
	}
	if got, _ := os.ReadFile(src); string(got) != wholeZip {
		t.Errorf("the source is %q", got)
	}
	if _, err := Copy(t.Context(), filepath.Join(dir, "none.zip"), dir, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no source: %v", err)
	}
}

func TestReceiveWantsExactlyTheAnnouncedBytes(t *testing.T) {
	for name, size := range map[string]int64{"too long": 3, "too short": 1000} {
		dir := t.TempDir()
		if _, err := Receive(t.Context(), strings.NewReader(wholeZip), "a.zip", size, dir); fault.KindOf(err) != fault.TemporaryKind {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 0 {
			t.Errorf("%s: left %v", name, left)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Receive(ctx, strings.NewReader(wholeZip), "a.zip", int64(len(wholeZip)), t.TempDir()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	f, err := Receive(t.Context(), io.MultiReader(strings.NewReader(wholeZip[:5]), strings.NewReader(wholeZip[5:])), "../.a.zip", int64(len(wholeZip)), t.TempDir())
	if err != nil || strings.ContainsAny(f.Name, "/") || strings.HasPrefix(f.Name, ".") {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestDropFolder(t *testing.T) {
	dir := t.TempDir()
	found := make(chan string, 10)
	refuse := true
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	missing := filepath.Join(dir, "not-yet")
	go func() {
		done <- watchDrops(ctx, []string{dir, missing}, slog.New(slog.DiscardHandler), pace{rescan: 200 * time.Millisecond, quiet: 100 * time.Millisecond, gap: 20 * time.Millisecond, idle: time.Hour},
			func(_ context.Context, path string, _ error) error {
				found <- filepath.Base(path)
				if refuse {
					refuse = false
					return errors.New("no room")
				}
				return nil
			})
	}()
	put := func(name, content string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := func(name string) {
		t.Helper()
		select {
		case got := <-found:
			if got != name {
				t.Errorf("found %s, want %s", got, name)
			}
		case <-time.After(5 * time.Minute):
			t.Fatalf("%s was not found", name)
		}
	}
	put("page.zip", "<html>")                 // no zip
	put("half.zip", wholeZip[:12])            // not finished
	put("a.zip.crdownload", wholeZip)         // a browser's
	put("b.zip", wholeZip)                    // has a twin that is still written
	put("b.zip.part", "")                     //
	put("meta-1/instagram/x/d.zip", wholeZip) // as it comes through a cloud drive
	want("d.zip")                             // refused once …
	want("d.zip")                             // … and offered again
	put("half.zip", wholeZip)
	want("half.zip")
	if err := os.Remove(filepath.Join(dir, "b.zip.part")); err != nil {
		t.Fatal(err)
	}
	want("b.zip")
	if err := os.Mkdir(missing, 0o700); err != nil {
		t.Fatal(err)
	}
	put("not-yet/late.zip", wholeZip)
	want("late.zip")
	select {
	case again := <-found:
		t.Errorf("%s was found again", again)
	case <-time.After(time.Second):
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestCookiesGoWhereTheyBelong(t *testing.T) {
	const file = "# Netscape HTTP Cookie File\n" +
		".instagram.com\tTRUE\t/\tTRUE\t4102444800\tsub\t1\n" +
		"#HttpOnly_www.instagram.com\tFALSE\t/\tTRUE\t0\thttponly\t2\n" +
		"www.instagram.com\tFALSE\t/download\tTRUE\t0\tpath\t3\n" +
		"www.instagram.com\tFALSE\t/\tTRUE\t1000\texpired\t4\n" +
		"example.org\tTRUE\t/\tFALSE\t0\tforeign\t5\n" +
		"notinstagram.com\tTRUE\t/\tFALSE\t0\tlookalike\t6\n" +
		"broken line\n"
	for address, want := range map[string]string{
		"https://www.instagram.com/download/confirm/": "sub httponly path",
		"https://www.instagram.com/downloads":         "sub httponly",
		"https://evil-instagram.com/":                 "",
		"https://instagram.com/":                      "sub",
		"http://www.instagram.com/":                   "",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		list, err := parseCookies(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			if c.fits(u, time.Unix(1_800_000_000, 0)) {
				names = append(names, c.name)
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s gets %q, want %q", address, got, want)
		}
	}
}
