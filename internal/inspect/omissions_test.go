package inspect

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestOmissions: what Instagram itself left out is marked, and listed one by one.
func TestOmissions(t *testing.T) {
	const stories, posts = mediaD + "stories.json", mediaD + "posts_1.json"
	// The forms are those of the pages of a public export of 2025: stories by their address in the web, and one with src="".
	remote := `{"uri":"https://scontent.cdninstagram.com/v/1_n.jpg?oh=secret","creation_timestamp":1652529600,"title":"Congrats caf\\u00c3\\u00a9"}`
	remote = strings.ReplaceAll(remote, `\\`, `\`)
	empty := `{"uri":"","creation_timestamp":1748736000,"title":""}`
	for name, c := range map[string]struct {
		files contents
		want  []Omission
	}{
		"stories": {
			contents{stories: []byte(`{"ig_stories":[` + remote + `,` + empty + `,` + medium("media/stories/202506/story.jpg", "2025-06-01") + `]}`)},
			[]Omission{{mediaRemote, KindStory, stories, "2022-05-14", "Congrats café"}, {referenceEmpty, KindStory, stories, "2025-06-01", ""}},
		},
		"a carousel, whose caption and time come last": {
			contents{posts: []byte(`[{"media":[` + remote + `,{"title":"of itself"}],"title":"of all","creation_timestamp":1720384531},{"media":[` + medium("media/posts/201904/one.jpg", "2019-04-02") +
				`]},{"media":[` + medium("media/posts/202407/two.jpg", "2024-07-07") + `,` + medium("media/posts/202407/three.mp4", "2024-07-07") + `]}]`)},
			[]Omission{{mediaRemote, KindPost, posts, "2024-07-07", "Congrats café"}, {referenceEmpty, KindPost, posts, "2024-07-07", "of all"}},
		},
		"files": {
			contents{"media/posts/201904/one.jpg": jpegOf(1)[:400], "media/stories/202506/story.jpg": {}, "media/reels/202305/reel.mp4": []byte("no film at all")},
			[]Omission{
				{"media-damaged", KindPost, "media/posts/201904/one.jpg", "2019-04", ""},
				{"media-kind", KindReel, "media/reels/202305/reel.mp4", "2023-05", ""},
				{"media-empty", KindStory, "media/stories/202506/story.jpg", "2025-06", ""},
			},
		},
		"a conversation": {
			contents{dmThread + "message_2.json": []byte(`{"messages":[{"sender_name":"bob","timestamp_ms":17297`)},
			[]Omission{{"index-unreadable", KindConversation, dmThread + "message_2.json", "", ""}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := examine(t, part(partName, zipOf(with(c.files))))
			if r.Omissions == nil || !slices.Equal(r.Omissions.Items, c.want) || r.Omissions.Total != len(c.want) || len(r.Omissions.Digest) != 64 {
				t.Errorf("%+v", r.Omissions)
			}
			n := 0
			for _, p := range r.Problems {
				if n += p.Items; p.Severity == Error != p.Delivered || p.Delivered != (p.Items > 0) {
					t.Errorf("%+v", p)
				}
			}
			if n != len(c.want) {
				t.Errorf("the findings are about %d", n)
			}
		})
	}
}

// TestWhatIsNoOmission: another part or a new download may put it right, or it is a question that has its answer.
func TestWhatIsNoOmission(t *testing.T) {
	broken := zipOf(wholeExport())
	flipped := slices.Clone(broken)
	flipped[strings.Index(string(broken), string(jpegOf(2)))+500] ^= 1
	for name, p := range map[string]Part{
		"nothing":              part(partName, broken),
		"a file that lacks":    part(partName, zipOf(with(contents{"media/posts/201904/one.jpg": nil}))),
		"a damaged entry":      part(partName, flipped),
		"a list that is cut":   part(partName, zipOf(with(contents{mediaD + "stories.json": []byte(`{"ig_stories":[{"uri":""`)}))),
		"somebody's message":   part(partName, zipOf(with(contents{dmThread + "photos/dm.jpg": {}}))),
		"a list without posts": part(partName, zipOf(with(contents{mediaD + "posts_1.json": nil}))),
		"another's archive":    part(partName, zipOf(with(contents{personalF: []byte(`{"profile_user":[{"string_map_data":{"Username":{"value":"else"}}}]}`)}))),
		"not a zip":            part(partName, []byte("PK")),
	} {
		r := examine(t, p)
		unreadable := slices.Contains(codes(r, Error), "index-unreadable") // then what its entries lack is no longer counted
		if r.Omissions != nil || !unreadable && slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Delivered || p.Items != 0 }) {
			t.Errorf("%s: %+v %+v", name, r.Omissions, r.Problems)
		}
	}
}

// TestOmissionsDigest: it is the same only for the same omissions of the same parts.
func TestOmissionsDigest(t *testing.T) {
	storiesOf := func(list ...string) []byte {
		return zipOf(with(contents{mediaD + "stories.json": []byte(`{"ig_stories":[` + strings.Join(list, ",") + `]}`)}))
	}
	one, two, three := `{"uri":"","creation_timestamp":1748736000}`, `{"uri":"","creation_timestamp":1748836000}`, `{"uri":"","creation_timestamp":1748936000}`
	digest := func(parts ...Part) string { return examine(t, parts...).Omissions.Digest }
	first := digest(part(partName, storiesOf(one, two)))
	if again := digest(part("other name.zip", storiesOf(one, two))); again != first {
		t.Error("the same has another digest")
	}
	seen := map[string]bool{first: true}
	for _, d := range []string{
		digest(part(partName, storiesOf(one, three))),
		digest(part(partName, storiesOf(one, two, three))),
		digest(part(partName, storiesOf(one, two)), part(partName2, zipOf(contents{"media/other/more.jpg": jpegOf(40)}))),
	} {
		if seen[d] {
			t.Error("another list has the same digest")
		}
		seen[d] = true
	}
}

// TestManyOmissions: what can be accepted is listed, one by one; more than that is counted, and cannot be accepted.
func TestManyOmissions(t *testing.T) {
	for n, digest := range map[int]bool{maxOmissions: true, maxOmissions + 1: false} {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`{"uri":"","creation_timestamp":%d}`, 1500000000+i*1000))
		}
		r := examine(t, part(partName, zipOf(with(contents{mediaD + "stories.json": []byte(`{"ig_stories":[` + strings.Join(list, ",") + `]}`)}))))
		if o := r.Omissions; o.Total != n || len(o.Items) != maxOmissions || (o.Digest != "") != digest {
			t.Errorf("%d of %d, %q", len(o.Items), o.Total, o.Digest)
		}
	}
	files := contents{}
	for i := range maxPerCode + 5 {
		files[fmt.Sprintf("media/posts/202001/%03d.jpg", i)] = jpegOf(i)[:300]
	}
	var named []string
	for name := range files {
		named = append(named, `{"media":[`+medium(name, "2020-01-05")+`]}`)
	}
	files[mediaD+"archived_posts.json"] = []byte(`{"ig_archived_post_media":[` + strings.Join(named, ",") + `]}`)
	r, sum := examine(t, part(partName, zipOf(with(files)))), 0
	for _, p := range r.Problems {
		sum += p.Items
	}
	if r.Omissions == nil || r.Omissions.Total != len(named) || sum != len(named) {
		t.Errorf("%d in the findings, %+v", sum, r.Omissions)
	}
}

// TestAnUnreadableConversationHidesNothing: what it may be accepted with is asked about as ever.
func TestAnUnreadableConversationHidesNothing(t *testing.T) {
	for name, changes := range map[string]contents{
		"a story that no list names":       {"media/stories/202506/other.jpg": jpegOf(41)},
		"a list of reels that is not here": {mediaD + "reels.json": nil},
		"a photo that no message names":    {activityD + "messages/inbox/ann_1/photos/x.jpg": jpegOf(42), activityD + "messages/inbox/ann_1/message_1.json": []byte(`{"messages":[{"sender_name":"a","timestamp_ms":1729774142791,"content":"x"}]}`)},
	} {
		found := func(changes contents) (list []string) {
			for _, p := range examine(t, part(partName, zipOf(with(changes)))).Problems {
				if p.Severity != Info && p.Code != "index-unreadable" {
					list = append(list, p.Severity+" "+p.Code+" "+p.Path)
				}
			}
			return list
		}
		alone := found(changes)
		changes[dmThread+"message_2.json"] = []byte(`{"messages":[{"sender_name":"bob"`)
		if both := found(changes); len(alone) == 0 || !slices.Equal(alone, both) {
			t.Errorf("%s: %v, beside an unreadable conversation %v", name, alone, both)
		}
	}
}
