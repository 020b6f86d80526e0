package web

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// shelf is a Shelf that a test fills.
type shelf map[string][]string

func (s shelf) Zips(_ context.Context, id string) ([]string, error) {
	if paths := s[id]; len(paths) > 0 {
		return paths, nil
	}
	return nil, fmt.Errorf("there is no export %q: %w", id, fs.ErrNotExist)
}

// openGallery starts a page over a shelf and a browser that was let in.
func openGallery(t testing.TB, sh shelf) (s *Server, base string, browser *http.Client) {
	t.Helper()
	f := &fake{uploads: map[string]*bytes.Buffer{}}
	s, err := New(Options{Listen: "127.0.0.1:0", Exports: f, HandOver: f, Looker: f, Shelf: sh, Thumbs: filepath.Join(t.TempDir(), "thumbnails"), Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.handler())
	t.Cleanup(func() { server.Close(); s.albums.close() })
	s.listening(server.Listener.Addr())
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser = &http.Client{Jar: jar}
	if status, _ := get(t, browser, s.Address("/")); status != http.StatusOK {
		t.Fatalf("not let in: %d", status)
	}
	return s, server.URL, browser
}

func demo(t testing.TB) []string {
	t.Helper()
	paths, err := testworld.DemoExport("jane.doe").Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// zipFile writes a zip from names and contents. Names that end in .packed lose that, and are packed.
func zipFile(t testing.TB, contents map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		h := &zip.FileHeader{Name: name, Method: zip.Store}
		if rest, ok := strings.CutSuffix(name, ".packed"); ok {
			h.Name, h.Method = rest, zip.Deflate
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, contents[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "instagram-jane.doe-2026-01-02-abcdef.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// photo is a JPEG of one colour.
func photo(t testing.TB, w, h int) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = 0xa0
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const postsList = "your_instagram_activity/media/posts_1.json"

var links = regexp.MustCompile(`(?:href|src)="(/gallery/[^"]*)"`)

func TestEveryPageOfAGalleryIsThere(t *testing.T) {
	_, base, browser := openGallery(t, shelf{"e1": demo(t)})
	seen, queue := map[string]bool{}, []string{"/gallery/e1", "/gallery/e1/list?q=caf%C3%A9"}
	kinds := map[string]int{}
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		if seen[address] {
			continue
		}
		seen[address] = true
		resp, err := browser.Get(base + address)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %v", address, resp.StatusCode, err)
		}
		resp.Body.Close()
		kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
		kinds[kind]++
		if kind == "text/html" {
			if !strings.Contains(string(body), "</html>") {
				t.Errorf("%s is cut", address)
			}
			for _, m := range links.FindAllStringSubmatch(string(body), -1) {
				queue = append(queue, strings.ReplaceAll(m[1], "&amp;", "&"))
			}
		}
	}
	// 20 entries in several lists; 17 pictures and the first of each entry made small, but for two reels.
	if kinds["text/html"] < 60 || kinds["image/jpeg"] < 39 || kinds["video/mp4"] != 5 || kinds["image/svg+xml"] != 2 {
		t.Errorf("%v", kinds)
	}
}

func TestTheGalleryNeedsASession(t *testing.T) {
	_, base, browser := openGallery(t, shelf{"e1": demo(t)})
	for _, path := range []string{
		"", "/list?kind=post", "/entry/0", "/messages", "/messages?show=1", "/messages/0", "/media/20/instagram-20.jpg", "/thumb/20",
	} {
		if status, body := get(t, &http.Client{}, base+"/gallery/e1"+path); status != http.StatusForbidden || !strings.Contains(body, "locked") {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _ := get(t, browser, base+"/gallery/e1"); status != http.StatusOK {
		t.Errorf("%d", status)
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	_, base, browser := openGallery(t, shelf{"e1": demo(t)})
	for _, path := range []string{
		"e2", "e1?kind=x", "e1/entry/999", "e1/entry/-1", "e1/entry/x", "e1/list?year=x", "e1/list?kind=x", "e1/list?month=3", "e1/list?year=2020&month=13",
		"e1/list?page=0", "e1/list?q=" + strings.Repeat("x", 201), "e1/list?q=%ff", "e1/messages/9", "e1/messages/x", "e1/messages/0?file=7", "e1/messages/0?page=0", "e1/messages?show=0",
		"e1/media/99999/x", "e1/media/20/other-name.jpg", "e1/thumb/x", "e1/thumb/99999", "e1/nothing",
	} {
		if status, body := get(t, browser, base+"/gallery/"+path); status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if status, body := get(t, browser, base+"/gallery/e1/list?kind=story&year=1999"); status != http.StatusOK || !strings.Contains(body, "0 stories") {
		t.Errorf("%d %s", status, body)
	}
}

func TestMediaComeInPiecesAndUnderTheirRealKind(t *testing.T) {
	video := "\x00\x00\x00\x18ftypisom" + strings.Repeat("0123456789", 1000)
	page := "<html><script>alert(1)</script>"
	path := zipFile(t, map[string]string{
		postsList: `[{"media":[{"uri":"media/a.mp4","creation_timestamp":1600000000},{"uri":"media/b.mp4","creation_timestamp":1600000000},
			{"uri":"media/c.jpg"},{"uri":"media/d \"><script>.svg"}],"creation_timestamp":1600000000}]`,
		"media/a.mp4": video, "media/b.mp4.packed": video, "media/c.jpg": page, `media/d "><script>.svg`: "<svg xmlns='http://www.w3.org/2000/svg'/>",
	})
	_, base, browser := openGallery(t, shelf{"e1": {path}})
	// In the order of names: a, b, c, d, the list.
	for _, c := range []struct {
		name, ask, length, part string
		status                  int
		kind, manner, want      string
	}{
		{"stored", "0/instagram-0.mp4", "", "", 200, "video/mp4", "inline; filename=instagram-0.mp4", video},
		{"stored, from the middle", "0/instagram-0.mp4", "bytes=100-199", "bytes 100-199/10012", 206, "video/mp4", "inline; filename=instagram-0.mp4", video[100:200]},
		{"stored, the end", "0/instagram-0.mp4", "bytes=-5", "bytes 10007-10011/10012", 206, "video/mp4", "inline; filename=instagram-0.mp4", video[len(video)-5:]},
		{"stored, behind the end", "0/instagram-0.mp4", "bytes=99999-", "bytes */10012", 416, "text/plain; charset=utf-8", "", ""},
		{"packed", "1/instagram-1.mp4", "bytes=100-199", "", 200, "video/mp4", "inline; filename=instagram-1.mp4", video},
		{"a page that is called a picture", "2/instagram-2.jpg", "", "", 200, "application/octet-stream", "attachment; filename=instagram-2.jpg", page},
		{"a drawing that could run", "3/instagram-3", "", "", 200, "application/octet-stream", "attachment; filename=instagram-3", "<svg xmlns='http://www.w3.org/2000/svg'/>"},
	} {
		r := request(t, http.MethodGet, base+"/gallery/e1/media/"+c.ask, "")
		if c.length != "" {
			r.Header.Set("Range", c.length)
		}
		resp, err := browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		h := resp.Header
		if err != nil || resp.StatusCode != c.status || h.Get("Content-Type") != c.kind || h.Get("Content-Range") != c.part || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v %v", c.name, resp.StatusCode, h, err)
		}
		if c.want != "" && (string(body) != c.want || h.Get("Content-Disposition") != c.manner) {
			t.Errorf("%s: %d bytes, %v", c.name, len(body), h)
		}
	}
	if resp, err := browser.Head(base + "/gallery/e1/media/1/instagram-1.mp4"); err != nil || resp.ContentLength != 10012 {
		t.Errorf("%+v %v", resp, err)
	}
}

func TestADamagedPackedFileIsNotTakenForWhole(t *testing.T) {
	video := "\x00\x00\x00\x18ftypisom" + strings.Repeat("0123456789", 1000)
	path := zipFile(t, map[string]string{postsList: `[{"media":[{"uri":"media/a.mp4","creation_timestamp":1}]}]`, "media/a.mp4.packed": video})
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(raw, []byte("media/a.mp4")) + len("media/a.mp4") + 30
	raw[at] ^= 0x55
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	_, base, browser := openGallery(t, shelf{"e1": {path}})
	resp, err := browser.Get(base + "/gallery/e1/media/0/instagram-0.mp4")
	if err == nil {
		var n int64
		n, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK && err == nil {
			t.Errorf("%d bytes came without an error", n)
		}
	}
}

func TestSearchFindsCaptions(t *testing.T) {
	_, base, browser := openGallery(t, shelf{"e1": demo(t)})
	for query, want := range map[string]string{
		"cafe": "captions hold “cafe”", "CAFÉ": "captions hold", "uber wolken": "captions hold", "こんにちは": "captions hold", "quotes tags": "captions hold",
		"nothing like this": "No caption holds", "": "Write a word",
	} {
		status, body := get(t, browser, base+"/gallery/e1/list?"+filter{query: query, year: anyYear}.values().Encode())
		if status != http.StatusOK || !strings.Contains(body, want) && !strings.Contains(body, strings.Replace(want, "captions hold", "One caption holds", 1)) {
			t.Errorf("%s: %d %s", query, status, body)
		}
	}
}

func TestStrangersWordsInAGalleryAreText(t *testing.T) {
	quoted := strings.ReplaceAll(attack, `"`, `\"`)
	path := zipFile(t, map[string]string{
		postsList:       `[{"media":[{"uri":"media/a.jpg","creation_timestamp":1600000000,"title":"` + quoted + `"}]},{"media":[{"uri":"media/gone.jpg","creation_timestamp":1}],"title":"` + quoted + `"}]`,
		"media/a.jpg":   photo(t, 8, 8),
		"media/<b>.jpg": photo(t, 8, 8),
		"messages/inbox/<img src=x onerror=alert(1)>_1/message_1.json": `{"title":"` + quoted + `","participants":[{"name":"` + quoted + `"}],
			"messages":[{"sender_name":"` + quoted + `","timestamp_ms":1600000000000,"content":"` + quoted + `","share":{"link":"javascript:alert(1)"},"photos":[{"uri":"media/<b>.jpg"}],"reactions":[{"reaction":"` + quoted + `"}]}]}`,
	})
	_, base, browser := openGallery(t, shelf{"e1": {path}})
	for _, page := range []string{"", "?kind=post", "/list?kind=post&year=2020", "/list?q=script", "/list?" + filter{query: attack}.values().Encode(), "/entry/0", "/entry/1", "/messages", "/messages?show=1", "/messages/0"} {
		status, body := get(t, browser, base+"/gallery/e1"+page)
		if status != http.StatusOK || strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") || strings.Contains(body, `href="javascript`) || !strings.Contains(body, "</html>") {
			t.Errorf("%s: %d %s", page, status, body)
		}
	}
}

func TestListsAndConversationsHavePages(t *testing.T) {
	contents := map[string]string{}
	var posts []string
	for i := range 250 {
		posts = append(posts, fmt.Sprintf(`{"media":[{"uri":"media/a.jpg","creation_timestamp":%d,"title":"number %d"}]}`, 1577836800+i*1000, i))
	}
	for n, count := range []int{250, 30} {
		var messages []string
		for i := range count {
			messages = append(messages, fmt.Sprintf(`{"sender_name":"bob","timestamp_ms":%d,"content":"says %d.%d."}`, 1577836800000-n*100000-i*10, n, i))
		}
		contents[fmt.Sprintf("messages/inbox/bob_1/message_%d.json", n+1)] = `{"title":"bob","participants":[{"name":"bob"},{"name":"jane"}],"messages":[` + strings.Join(messages, ",") + `]}`
	}
	contents[postsList], contents["media/a.jpg"] = "["+strings.Join(posts, ",")+"]", photo(t, 8, 8)
	_, base, browser := openGallery(t, shelf{"e1": {zipFile(t, contents)}})
	next := regexp.MustCompile(`<a rel="(next|prev)" href="([^"]+)"`)
	walk := func(address, rel, pattern string) (pages, found int) {
		for address != "" {
			_, body := get(t, browser, base+address)
			pages++
			found += len(regexp.MustCompile(pattern).FindAllString(body, -1))
			address = ""
			for _, m := range next.FindAllStringSubmatch(body, -1) {
				if m[1] == rel {
					address = strings.ReplaceAll(m[2], "&amp;", "&")
				}
			}
		}
		return pages, found
	}
	if pages, found := walk("/gallery/e1/list?kind=post&year=2020", "next", `alt="Post of`); pages != 3 || found != 250 {
		t.Errorf("list: %d pages, %d posts", pages, found)
	}
	if pages, found := walk("/gallery/e1/messages/0?file=0&page=1", "prev", `says \d`); pages != 4 || found != 280 {
		t.Errorf("conversation: %d pages, %d messages", pages, found)
	}
	if pages, found := walk("/gallery/e1/messages/0?file=1&page=1", "next", `says \d`); pages != 4 || found != 280 {
		t.Errorf("conversation, from its beginning: %d pages, %d messages", pages, found)
	}
	if pages, _ := walk("/gallery/e1/entry/249?kind=post&year=2020", "next", `x`); pages != 250 {
		t.Errorf("single view: %d pages", pages)
	}
}

// FuzzGalleryAddress: whatever an address says, there is a page or a plain refusal.
func FuzzGalleryAddress(f *testing.F) {
	path := zipFile(f, map[string]string{postsList: `[{"media":[{"uri":"media/a.jpg","creation_timestamp":1600000000,"title":"café"}]}]`, "media/a.jpg": photo(f, 8, 8)})
	l, open, err := openLibrary(f.Context(), []string{path})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { (&opened{files: open}).close() })
	s, err := New(Options{Shelf: shelf{"e1": {path}}, Thumbs: f.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("kind=post&year=2020&month=9&page=1")
	f.Add("q=caf%C3%A9&page=2")
	f.Add("kind=post&year=0&month=1")
	f.Fuzz(func(t *testing.T, query string) {
		for _, show := range []func(http.ResponseWriter, *http.Request, *library) error{s.galleryYears, s.galleryList, s.galleryEntry} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.URL.RawQuery = query
			r.SetPathValue("id", "e1")
			r.SetPathValue("n", "0")
			w := httptest.NewRecorder()
			if err := show(w, r, l); err == nil && (w.Code != http.StatusOK || !strings.HasSuffix(strings.TrimSpace(w.Body.String()), "</html>")) {
				t.Errorf("%q: %d", query, w.Code)
			}
		}
	})
}

// flat makes a PNG that says it is larger than it is.
func flat(t testing.TB, w, h int) string {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.White})
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
