package shape

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/igwatchd/igwatchd/internal/inspect"
)

// file is one entry of a zip.
type file struct{ name, content string }

func zipOf(t testing.TB, comment string, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		e, err := w.CreateHeader(&zip.FileHeader{
			Name: f.name, Method: zip.Deflate, Comment: comment,
			Modified: time.Date(2026, 8, 11, 12, 0, 0, 0, time.UTC),
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write([]byte(f.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.SetComment(comment); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func drawn(t testing.TB, parts ...inspect.Part) string {
	t.Helper()
	var b strings.Builder
	if err := Print(context.Background(), &b, parts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func part(name string, b []byte) inspect.Part {
	return inspect.Part{Name: name, Size: int64(len(b)), R: bytes.NewReader(b)}
}

// The list of posts of 2026, as its parsers describe it, and the page of early 2021, as two public exports
// have it: kinds of exports that igwatchd did not know. What was needed to know them is in the skeleton.
func TestSkeleton(t *testing.T) {
	const posts = `[{"timestamp": 1780000000, "media": [], "label_values": [
		{"label": "Media", "media": [{"uri": "media/posts/202605/550384793_3757_n_18030137863939663.jpg", "creation_timestamp": 1780000000}]},
		{"label": "Caption", "value": "cafÃ© at home"}, {"label": "Anna's own words", "value": ""}], "fbid": "18030137863939663"},
		{"timestamp": 1700000000, "media": [], "label_values": [], "fbid": "18030137863939664"}]`
	const page = `<html><head><title>Anna</title></head><body><div class="_2lej uiBoxWhite annas"><div class="_2lem">
		<a href="media/posts/202103/1_2_n.jpg"><img src="media/posts/202103/1_2_n.jpg" class="_2yuc"></a></div><div class="_2lem">Mar 9, 2021, 4:36 PM</div></div></body></html>`
	got := drawn(t, part("instagram-anna.example-2026-08-11-AbCd1234.zip", zipOf(t, "",
		file{"your_instagram_activity/media/posts.json", posts},
		file{"your_instagram_activity/media/annas_list.json", `{"anna_at_home": {"title": "x"}}`},
		file{"content/posts_1.html", page}, file{"content/posts_2.html", page},
		file{"media/posts/202605/550384793_3757_n_18030137863939663.jpg", "\xff\xd8\xff\xe0"},
		file{"your_instagram_activity/messages/inbox/stories_17812345678901234/message_1.json", `{"participants": [{"name": "Anna"}], "messages": []}`},
	)))
	_, got, _ = strings.Cut(got, "\n\n")
	const want = `part 1: instagram-NAME-2026-MM-DD-ID.zip, about 2 kB, entry ×6, files of 2026, method 8 ×6

content/posts_N.html ×2, about 500 bytes
  html ×2
    head > title ×2: text ×2
    body > div._2lej.uiBoxWhite.CLASS ×2
      div._2lem ×4: time like "x 9, Y, 9:9 x" ×2
        a ×2: href=path media/posts/YYYYMM/N_n.jpg ×2
          img._2yuc ×2: src=path media/posts/YYYYMM/N_n.jpg ×2

media/posts/YYYYMM/N_n_N.jpg, about 4 bytes, image/jpeg

your_instagram_activity/media/NAME.json, about 30 bytes
  top: object
    KEY: object
      title: text

your_instagram_activity/media/posts.json, about 400 bytes
  top: list
    []: object ×2
      timestamp: seconds ×2, 2023–2026
      media: list ×2, empty ×2
      label_values: list ×2, empty
        []: object ×3
          label: "Caption", "Media", text
          media: list
            []: object
              uri: path media/posts/YYYYMM/N_n_N.jpg
              creation_timestamp: seconds, 2026
          value: empty text, text (bytes as characters)
      fbid: digits ×2

your_instagram_activity/messages/inbox/NAME_N/message_N.json, about 50 bytes
  top: object
    participants: list
      []: object
        name: text
    messages: list, empty
`
	if got != want {
		t.Errorf("skeleton:\n%s\nwant:\n%s", got, want)
	}
}

// secret is something that may be in an export and must never be in its skeleton.
func secret(r *rand.Rand) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	word := func(from string, n int) string {
		all := []rune(from)
		var b strings.Builder
		for range n {
			b.WriteRune(all[r.IntN(len(all))])
		}
		return b.String()
	}
	switch r.IntN(9) {
	case 0:
		return word(letters, 6+r.IntN(10))
	case 1:
		return word(letters+"0123456789", 8) + "." + word(letters, 6)
	case 2:
		return word("123456789", 7+r.IntN(10)) // a telephone number
	case 3:
		return word(letters, 7) + "@" + word(letters, 6) + ".example"
	case 4:
		return word("абвгдежзиклмнопрстуфхцчшщэюя", 8)
	case 5:
		return "posts_" + word(letters, 7) + "_" + word("123456789", 6)
	case 6:
		return word(letters, 6) + " " + word(letters, 7) + " 2021 4:36"
	case 7:
		return "https://" + word(letters, 8) + ".example/" + word(letters, 9)
	}
	return word("漢字仮名交文章写真日記友人", 6)
}

// pieces are the parts of a secret that would give it away.
func pieces(s string) (all []string) {
	for _, p := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(p) >= 6 && p != "example" {
			all = append(all, strings.ToLower(p))
		}
	}
	return all
}

// safeName makes a secret fit into a path.
func safeName(s string) string { return strings.ReplaceAll(s, "/", "-") }

// An export with secrets in every place that can hold one: none may come out, from whole zips and damaged ones.
func TestNoSecretComesOut(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 1))
		var secrets []string
		s := func() string {
			x := secret(r)
			secrets = append(secrets, x)
			return x
		}
		text := func() string {
			b, err := json.Marshal(s())
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		number := func() string { // a JSON number that says something
			n := fmt.Sprint(10_000_000 + r.IntN(900_000_000))
			secrets = append(secrets, n)
			return n
		}
		list := fmt.Sprintf(`{%s: %s, "label_values": [{"label": %s, "value": %s, "uri": %s, %s: [%s, %s, null]}], "string_map_data": {%s: {"value": %s, "timestamp": %s}}, "media": {%s: {}}}`,
			text(), text(), text(), text(), text(), text(), number(), text(), text(), text(), number(), text())
		page := fmt.Sprintf(`<!doctype %s><html lang=%q><head><title>%s</title><style>.%s{}</style></head><!-- %s -->
			<body class=%q id=%q %s=%q><%s class="_a6-g %s">%s</%s><a href=%q title=%q>%s</a><img src="media/posts/202605/%s.jpg"><time datetime=%q>%s</time></body></html>`,
			s(), s(), s(), s(), s(), s(), s(), safeName(s()), s(), safeName(s()), s(), s(), "div", s(), s(), s(), safeName(s()), s(), s())
		files := []file{
			{safeName(s()) + ".json", list},
			{"your_instagram_activity/media/" + safeName(s()) + ".json", list},
			{"your_instagram_activity/media/posts_1.json", list},
			{"your_instagram_activity/messages/inbox/" + safeName(s()) + "_17812345678901234/message_1.json", list},
			{"your_instagram_activity/messages/inbox/" + safeName(s()) + "/photos/" + safeName(s()) + ".jpg", s()},
			{"media/posts/202605/" + safeName(s()) + ".jpg", s()},
			{"media/" + safeName(s()) + "/" + safeName(s()) + "." + safeName(s()), s()},
			{"content/posts_1.html", page},
			{safeName(s()) + "/" + safeName(s()) + ".html", page},
			{"instagram-" + safeName(s()) + "-2026-08-11-AbCd1234/media/x/no-data.txt", s()},
			{`media\posts\` + safeName(s()) + ".jpg", s()},
			{safeName(s()), s()},
		}
		whole := zipOf(t, s(), files...)
		names := []string{"instagram-" + safeName(s()) + "-2026-08-11-AbCd1234.zip", safeName(s()) + "_20210309.zip", safeName(s())}
		damaged := map[string][]byte{
			"whole":     whole,
			"cut":       whole[:len(whole)*2/3],
			"headless":  whole[len(whole)/5:],
			"with more": append(bytes.Clone(whole), []byte(s())...),
			"no zip":    []byte(s() + list + page),
		}
		for range 4 {
			b := bytes.Clone(whole)
			for range 20 {
				b[r.IntN(len(b))] ^= byte(1 + r.IntN(255))
			}
			damaged[fmt.Sprint("flipped ", len(damaged))] = b
		}
		for how, b := range damaged {
			got := drawn(t, part(names[0], b), part(names[1], b), part(names[2], b))
			if again := drawn(t, part(names[0], b), part(names[1], b), part(names[2], b)); again != got {
				t.Errorf("seed %d, %s: not the same twice", seed, how)
			}
			low := strings.ToLower(got)
			for _, x := range secrets {
				for _, p := range pieces(x) {
					if strings.Contains(low, p) {
						t.Fatalf("seed %d, %s: %q of %q is in\n%s", seed, how, p, x, got)
					}
				}
			}
		}
	}
}

// Whatever an archive holds, its skeleton stays small enough to be sent.
func TestBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	all := make([]string, 0, len(words))
	for w := range words {
		all = append(all, w)
	}
	name := func() string {
		return all[r.IntN(len(all))] + "_" + all[r.IntN(len(all))]
	}
	var list strings.Builder
	list.WriteString(`{"top": 1`)
	for range 3000 {
		fmt.Fprintf(&list, `, %q: {%q: [%q]}`, name(), name(), name())
	}
	list.WriteString("}")
	var page strings.Builder
	for range 3000 {
		fmt.Fprintf(&page, `<div class="_%d"><span id=%q>`, r.IntN(999), name())
	}
	var files []file
	for range 2000 {
		files = append(files, file{name() + "/" + name() + ".json", "{}"})
	}
	for range 40 {
		files = append(files, file{"a/" + name() + ".json", list.String()}, file{"b/" + name() + ".html", page.String()})
	}
	got := drawn(t, part("x.zip", zipOf(t, "", files...)))
	if n := strings.Count(got, "\n"); n > maxLines+20 {
		t.Errorf("%d lines", n)
	}
	for line := range strings.Lines(got) {
		if len([]rune(line)) > maxWidth+60 {
			t.Errorf("%d characters: %s", len([]rune(line)), line)
		}
	}
}

// What is left of a damaged zip is found.
func TestDamaged(t *testing.T) {
	b := zipOf(t, "",
		file{"your_instagram_activity/media/posts_1.json", `[{"media": []}]`},
		file{"media/posts/202605/1.jpg", "\xff\xd8\xff"},
		file{"your_instagram_activity/media/stories.json", `{"ig_stories": []}`})
	for name, damaged := range map[string][]byte{"cut": b[:len(b)-60], "more": append(bytes.Clone(b), 'x')} {
		got := drawn(t, part("x.zip", damaged))
		for _, want := range []string{"table of contents damaged or missing", "posts_N.json", "media: list, empty", "ig_stories: list, empty", "media/posts/YYYYMM/N.jpg"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", name, want, got)
			}
		}
	}
}

func FuzzPrint(f *testing.F) {
	f.Add(zipOf(f, "", file{"media/posts/202605/1.jpg", "\xff\xd8\xff"}, file{"content/posts_1.html", "<html><div class=_a6-g>x"}, file{"x.json", `[{"a": 1}]`}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got := drawn(t, part("x.zip", b)); strings.Count(got, "\n") > maxLines+20 {
			t.Error("too long")
		}
	})
}
