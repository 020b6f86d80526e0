package inspect

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// talkOf is the list of a conversation with so many messages, of which the first some have a text.
func talkOf(n, texts int, text string) []byte {
	var list []string
	for i := range n {
		content := ""
		if i < texts {
			content = fmt.Sprintf(`,"content":%q`, text)
		}
		list = append(list, fmt.Sprintf(`{"sender_name":"x","timestamp_ms":%d%s}`, 1600000000000+i, content))
	}
	return []byte(`{"participants":[],"messages":[` + strings.Join(list, ",") + `],"title":"x"}`)
}

// rows is a list with so many entries of the form that it has in exports of 2023 to 2026.
func rows(key string, n int, text string) []byte {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"title":%q,"string_map_data":{"Saved on":{"href":"https://www.instagram.com/p/%d/","timestamp":1}}}`, text, i))
	}
	all := "[" + strings.Join(list, ",") + "]"
	if key != "" {
		all = fmt.Sprintf(`{%q:%s}`, key, all)
	}
	return []byte(all)
}

// pageOf is a page with so many blocks in the classes of exports of 2023 to 2026, each with a head and a text.
func pageOf(n int, head, text string) []byte {
	block := fmt.Sprintf(`<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><h2 class="_3-95 _2pim _a6-h _a6-i">%s</h2><div class="_3-95 _a6-p">%s</div><div class="_3-94 _a6-o">Mar 22, 2026 7:13 am</div></div>`, head, text)
	return []byte(`<html><head><base href="../../"/></head><body><main role="main">` + strings.Repeat(block, n) + `</main></body></html>`)
}

const (
	talkB     = activityD + "messages/inbox/ann_222222222222222/message_1.json"
	savedF    = activityD + "saved/saved_posts.json"
	followers = "connections/followers_and_following/followers_"
	commentsF = activityD + "comments/post_comments_1.json"
)

// TestCompareLists: each pair is an export and a later one, with what is told of it.
func TestCompareLists(t *testing.T) {
	posts := func(caption string) []byte {
		return []byte(strings.ReplaceAll(string(wholeExport()[mediaD+"posts_1.json"]), `"title":""`, fmt.Sprintf(`"title":%q`, caption)))
	}
	html := func(files contents) contents {
		out := maps.Clone(files)
		for name, b := range wholeExport() {
			if out[name] == nil && !strings.HasSuffix(name, ".json") {
				out[name] = b
			}
		}
		out["personal_information/personal_information/personal_information.html"] = []byte("<html></html>")
		return out
	}
	for name, c := range map[string]struct {
		was, is contents
		want    string // conversations; lists; why not all was compared
	}{
		"the same":        {with(nil), with(nil), "0 [] [] []"},
		"more everywhere": {with(contents{talkB: talkOf(5, 5, "a"), savedF: rows("s", 5, "")}), with(contents{talkB: talkOf(6, 6, "a"), savedF: rows("s", 6, "")}), "0 [] [] []"},
		"one loses, another gains": {
			with(contents{talkB: talkOf(100, 100, "a")}),
			with(contents{talkB: talkOf(5, 5, "a"), dmThread + "message_2.json": talkOf(300, 300, "a")}),
			"1 [messages/inbox/ann_222222222222222 100→5 100→5] [] []",
		},
		"one message of many":      {with(contents{talkB: talkOf(100, 0, "")}), with(contents{talkB: talkOf(99, 0, "")}), "1 [messages/inbox/ann_222222222222222 100→99] [] []"},
		"its second list is gone":  {with(nil), with(contents{dmThread + "message_2.json": nil}), "1 [messages/inbox/bob_123456789012345 3→2 2→1] [] []"},
		"another name of the same": {with(contents{talkB: talkOf(9, 0, "")}), with(contents{talkB: nil, strings.Replace(talkB, "inbox/ann", "message_requests/instagramuser", 1): talkOf(8, 0, "")}), "1 [messages/inbox/ann_222222222222222 9→8] [] []"},
		"texts are gone":           {with(contents{talkB: talkOf(9, 9, "a")}), with(contents{talkB: talkOf(12, 8, "a")}), "1 [messages/inbox/ann_222222222222222 9→12 9→8] [] []"},
		"texts are cut":            {with(contents{talkB: talkOf(9, 9, "good morning")}), with(contents{talkB: talkOf(9, 9, "g")}), "1 [messages/inbox/ann_222222222222222 9→9 9→9] [] []"},
		"saved posts are gone":     {with(contents{savedF: rows("s", 5, "")}), with(contents{savedF: nil, activityD + "saved/no-data.txt": []byte("Keine Daten")}), "0 [] [saved/saved_posts 5→0] []"},
		"the last one is gone":     {with(contents{savedF: rows("s", 1, "")}), with(contents{savedF: rows("s", 0, "")}), "0 [] [saved/saved_posts 1→0] []"},
		"far fewer saved posts":    {with(contents{savedF: rows("s", 500, "")}), with(contents{savedF: rows("s", 3, "")}), "0 [] [saved/saved_posts 500→3] []"},
		"hardly fewer":             {with(contents{savedF: rows("s", 500, "")}), with(contents{savedF: rows("s", 460, "")}), "0 [] [] []"},
		"one of few":               {with(contents{savedF: rows("s", 3, "")}), with(contents{savedF: rows("s", 2, "")}), "0 [] [] []"},
		"the second of followers": {
			with(contents{followers + "1.json": rows("", 100, ""), followers + "2.json": rows("", 50, "")}),
			with(contents{followers + "1.json": rows("", 100, "")}),
			"0 [] [followers_and_following/followers 150→100] []",
		},
		"numbered since":           {with(contents{followers + "1.json": nil, "connections/followers_and_following/followers.json": rows("", 100, "")}), with(contents{followers + "1.json": rows("", 100, "")}), "0 [] [] []"},
		"in another layout":        {with(contents{savedF: nil, "saved/saved_posts.json": rows("s", 5, "")}), with(contents{savedF: rows("s", 5, "")}), "0 [] [] []"},
		"a form of 2026":           {with(contents{savedF: rows("s", 9, "")}), with(contents{savedF: rows("", 9, "")}), "0 [] [] []"},
		"comments without text":    {with(contents{commentsF: rows("c", 9, "nice")}), with(contents{commentsF: rows("c", 9, "")}), "0 [] [comments/post_comments 9→9 9→0] []"},
		"captions are gone":        {with(contents{mediaD + "posts_1.json": posts("a walk")}), with(contents{mediaD + "posts_1.json": posts("")}), "0 [] [media/posts 2→2 4→1] []"},
		"a log is shorter":         {with(contents{"ads_information/ads_and_topics/ads_viewed.json": rows("", 50, "")}), with(nil), "0 [] [] []"},
		"archived posts":           {with(contents{mediaD + "archived_posts.json": rows("ig_archived_post_media", 5, "")}), with(nil), "0 [] [media/archived_posts 5→0] []"},
		"a list in two parts":      {with(contents{savedF: rows("s", 5, "")}), with(contents{savedF: rows("s", 5, "")}), "0 [] [] []"},
		"a damaged list of before": {with(contents{savedF: rows("s", 5, "")[:30], talkB: talkOf(5, 0, "")}), with(contents{savedF: rows("s", 5, ""), talkB: talkOf(4, 0, "")}), "1 [messages/inbox/ann_222222222222222 5→4] [] [damage]"},
		"pages": {
			html(contents{strings.Replace(talkB, ".json", ".html", 1): pageOf(9, "ann", "hello"), mediaD + "posts_1.html": pageOf(9, "a walk", ""), strings.Replace(savedF, ".json", ".html", 1): pageOf(9, "bob", "a post")}),
			html(contents{strings.Replace(talkB, ".json", ".html", 1): pageOf(5, "ann", "hello"), mediaD + "posts_1.html": pageOf(9, "", ""), strings.Replace(savedF, ".json", ".html", 1): pageOf(1, "bob", "a post")}),
			"1 [messages/inbox/ann_222222222222222 9→5 9→5] [saved/saved_posts 9→1 media/posts 9→9 9→0] []",
		},
		"lists and then pages": {
			with(contents{talkB: talkOf(9, 9, "a"), savedF: rows("s", 500, "")}),
			html(contents{strings.Replace(talkB, ".json", ".html", 1): pageOf(8, "ann", ""), strings.Replace(savedF, ".json", ".html", 1): []byte("<html></html>")}),
			"1 [messages/inbox/ann_222222222222222 9→8] [comments/post_comments 1→0 followers_and_following/followers 1→0 followers_and_following/following 1→0 likes/liked_posts 1→0 media/profile_photos 2→0] [format]",
		},
		"conversations with other numbers": {
			with(contents{
				dmThread + "message_1.json": nil, dmThread + "message_2.json": nil, dmThread + "photos/dm.jpg": nil, dmThread + "audio/voice.aac": nil,
				activityD + "messages/inbox/a_a/message_1.json": talkOf(1, 1, "x"), activityD + "messages/inbox/b_b/message_1.json": talkOf(1, 1, "x"), activityD + "messages/inbox/c_c/message_1.json": talkOf(1, 1, "x"),
				activityD + "messages/inbox/d_d/message_1.json": talkOf(1, 1, "x"), activityD + "messages/inbox/e_e/message_1.json": talkOf(1, 1, "x"),
			}),
			with(nil), "0 [] [] [talks]",
		},
		"of 2019": {
			contents{
				"profile.json": []byte(`{"username":"jane.doe"}`), "media.json": []byte(`{"photos":[{"caption":"x","path":"photos/201905/a.jpg"}]}`),
				"messages.json": []byte(`[{"participants":["a","b"],"conversation":[{"text":"x"},{"text":"y"}]},{"participants":["a","c"],"conversation":[{"text":"x"}]}]`),
				"likes.json":    []byte(`{"media_likes":[["2019","bob"],["2019","ann"],["2020","bob"]],"comment_likes":[]}`), "connections.json": []byte(`{"followers":{"bob":"2019","ann":"2019","cat":"2020"}}`),
			},
			contents{
				"profile.json": []byte(`{"username":"jane.doe"}`), "media.json": []byte(`{"photos":[{"caption":"","path":"photos/201905/a.jpg"}]}`),
				"messages.json": []byte(`[{"participants":["b","a"],"conversation":[{"text":"x"}]},{"participants":["a","c"],"conversation":[{"text":"x"},{"text":"z"}]}]`),
				"likes.json":    []byte(`{"media_likes":[]}`), "connections.json": []byte(`["You have no data in this section"]`),
			},
			"1 [ 2→1 2→1] [connections 3→1 likes 3→0 media 1→1 1→0] []",
		},
		"of 2019 and now": {contents{"profile.json": []byte(`{}`), "media.json": []byte(`{}`), "messages.json": []byte(`[]`), "likes.json": []byte(`{"media_likes":[["2019","bob"]]}`)}, with(nil), "0 [] [] [years]"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := Compare(t.Context(), []Part{part(partName, zipOf(c.was))}, []Part{part(partName2, zipOf(c.is))})
			if err != nil {
				t.Fatal(err)
			}
			show := func(list []Shrunk) (out []string) {
				for _, s := range list {
					text := fmt.Sprintf("%s %d→%d", s.Name, s.Before, s.Now)
					if s.TextsBefore > 0 {
						text += fmt.Sprintf(" %d→%d", s.TextsBefore, s.TextsNow)
					}
					out = append(out, text)
				}
				return out
			}
			if got := fmt.Sprint(l.FewerTalks, show(l.Fewer), show(l.Lists), l.NotCompared); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// drawn is a picture of a size with a pattern, at a quality.
func drawn(width, height, pattern, quality int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			u, v := x*256/width, y*256/height
			c := color.RGBA{byte(u), byte(v), 90, 255}
			switch pattern {
			case 1:
				c = color.RGBA{byte(255 - v), byte(u ^ v), byte(u), 255}
			case 2: // nothing at all
				c = color.RGBA{A: 255}
			case 3: // dark
				c = color.RGBA{byte(u / 8), byte(v / 8), 20, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// padded makes a file as long as another.
func padded(b []byte, n int) []byte {
	return append(slices.Clone(b), make([]byte, max(0, n-len(b)))...)
}

// TestComparePictures: a file of the same name is another one, or the same made anew.
func TestComparePictures(t *testing.T) {
	const one, film = "media/posts/201904/one.jpg", "media/posts/202407/three.mp4"
	full := drawn(1080, 1350, 0, 90)
	long := func(seconds byte, seed byte) []byte {
		b := mp4Of(seed)
		at := bytes.Index(b, []byte("mvhd")) + 4
		copy(b[at+12:], []byte{0, 0, 0, 1, 0, 0, 0, seconds})
		return b
	}
	for name, c := range map[string]struct {
		file    string
		was, is []byte
		want    string // other, smaller, unseen
	}{
		"made anew in another quality":   {one, full, padded(drawn(1080, 1350, 0, 60), len(full)), "0 0 0"},
		"made anew a little smaller":     {one, full, padded(drawn(1000, 1250, 0, 90), len(full)), "0 0 0"},
		"made anew, and larger":          {one, drawn(640, 800, 0, 80), full, "0 0 0"},
		"another one":                    {one, full, padded(drawn(1080, 1350, 1, 90), len(full)), "1 0 0"},
		"a black one":                    {one, full, padded(drawn(1080, 1350, 2, 90), len(full)), "1 0 0"},
		"a black one instead of a dark":  {one, drawn(1080, 1350, 3, 90), padded(drawn(1080, 1350, 2, 90), len(full)), "1 0 0"},
		"cut to a square":                {one, full, padded(drawn(1080, 1080, 0, 90), len(full)), "1 0 0"},
		"one pixel, and zeros behind it": {one, drawn(1080, 1080, 0, 90), padded(drawn(1, 1, 0, 90), len(full)), "0 1 0"},
		"half as wide":                   {one, full, padded(drawn(540, 675, 0, 95), len(full)), "0 1 0"},
		"a short file":                   {one, full, full[:len(full)/2], "0 1 0"},
		"no picture":                     {one, full, bytes.Repeat([]byte("x"), len(full)), "0 0 1"},
		"a film as long":                 {film, long(60, 1), long(61, 2), "0 0 0"},
		"a film of another length":       {film, long(60, 1), long(20, 2), "1 0 0"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := Compare(t.Context(), []Part{part(partName, zipOf(with(contents{c.file: c.was})))}, []Part{part(partName2, zipOf(with(contents{c.file: c.is})))})
			if err != nil || fmt.Sprint(l.Other, l.Smaller, l.Unseen) != c.want || l.Media != 0 || len(l.OtherPaths) != l.Other {
				t.Errorf("%+v %v", l, err)
			}
		})
	}
}

// TestCompareSameEveryTime: the order of maps must not show.
func TestCompareSameEveryTime(t *testing.T) {
	was, is := with(nil), with(nil)
	for i := range 300 {
		name := fmt.Sprintf("%smessages/inbox/n%d_%015d/message_1.json", activityD, i, i)
		was[name], is[name] = talkOf(5, 5, "a"), talkOf(i%5, 0, "")
		list := fmt.Sprintf("%ssaved/list%d.json", activityD, i)
		was[list] = rows("s", 3, "")
	}
	var first *Lacking
	for range 5 {
		l, err := Compare(t.Context(), []Part{part(partName, zipOf(was))}, []Part{part(partName2, zipOf(is))})
		if err != nil || l.FewerTalks != 300 || len(l.Fewer) != maxShrunk || len(l.Lists) != maxShrunk || l.Fewer[0].Now != 0 {
			t.Fatalf("%d of %d, %d lists, %v", len(l.Fewer), l.FewerTalks, len(l.Lists), err)
		}
		if first != nil && !reflect.DeepEqual(l, first) {
			t.Fatalf("%+v\n%+v", l, first)
		}
		first = l
	}
}

// FuzzCounter: whatever a list holds, counting it ends.
func FuzzCounter(f *testing.F) {
	f.Add(talkOf(2, 1, "x"), "your_instagram_activity/messages/inbox/x_1/message_1.json")
	f.Add(rows("s", 2, "x"), "your_instagram_activity/saved/saved_posts.json")
	f.Add(pageOf(2, "a", "b"), "your_instagram_activity/media/posts_1.html")
	f.Add([]byte(`[{"participants":["a"],"conversation":[{"text":"x"}]}]`), "messages.json")
	f.Fuzz(func(t *testing.T, b []byte, name string) {
		if !isList(name) || len(name) > 200 || unsafeName(name) != "" {
			return
		}
		files := contents{name: b}
		if _, err := Compare(t.Context(), []Part{part(partName, zipOf(files))}, []Part{part(partName2, zipOf(files))}); err != nil {
			t.Error(err)
		}
	})
}

// FuzzFilmLength: whatever a film holds, looking for its length ends.
func FuzzFilmLength(f *testing.F) {
	f.Add(mp4Of(1))
	f.Fuzz(func(_ *testing.T, b []byte) { filmLength(bytes.NewReader(b), int64(len(b))) })
}
