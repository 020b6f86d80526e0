package inspect

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestLosses are exports from which something of the person's is gone, each in a way that leaves the rest
// well-formed. None may pass without a word.
func TestLosses(t *testing.T) {
	post := func(name, date string) string { return `{"media":[` + medium(name, date) + `]}` }
	one, two, three := "media/posts/201904/one.jpg", "media/posts/202407/two.jpg", "media/posts/202407/three.mp4"
	progressive, err := base64.StdEncoding.DecodeString(progressiveJPEG)
	if err != nil {
		t.Fatal(err)
	}
	half := bytes.Clone(progressive)
	clear(half[len(half)*2/3 : len(half)-2])
	cases := []struct {
		name              string
		changes           contents
		errors, questions string
	}{
		{"the last list of posts", contents{mediaD + "posts_1.json": []byte("[" + post(one, "2019-04-02") + "]")}, "", "media-unlisted"},
		{"the list of stories is empty", contents{mediaD + "stories.json": []byte(`{"ig_stories":[]}`)}, "index-missing", ""},
		{"the list of posts is empty", contents{mediaD + "posts_1.json": []byte(`[]`)}, "index-missing", ""},
		{"the list of posts is null", contents{mediaD + "posts_1.json": []byte(`null`)}, "index-missing", ""},
		{"the list of other content is empty", contents{mediaD + "other_content.json": []byte(`[]`), "media/other/202001/x.jpg": jpegOf(50)}, "", "media-unlisted"},
		{"a picture in the place of a film", contents{mediaD + "stories.json": []byte(`{"ig_stories":[` + medium("media/stories/202001/x.mp4", "2020-01-05") + `]}`), "media/stories/202506/story.jpg": nil, "media/stories/202001/x.mp4": jpegOf(50)}, "", "media-kind"},
		{"the list of posts in capitals", contents{mediaD + "posts_1.json": nil, mediaD + "posts_1.JSON": []byte("[" + post(one, "2019-04-02") + "]")}, "index-missing", ""},
		{"posts in a list of their own", contents{mediaD + "posts_1.json": []byte("[" + post(one, "2019-04-02") + ",[" + post(two, "2024-07-07") + "," + post(three, "2024-07-07") + "]]")}, "index-unreadable", ""},
		{"a text in the place of a post", contents{mediaD + "posts_1.json": []byte("[" + post(one, "2019-04-02") + "," + post(two, "2024-07-07") + "," + post(three, "2024-07-07") + `,"x"]`)}, "index-unreadable", ""},
		{"a conversation that holds nothing", contents{dmThread + "message_1.json": []byte(`{}`), dmThread + "photos/dm.jpg": nil, dmThread + "audio/voice.aac": nil}, "index-unreadable", ""},
		{"messages that are texts", contents{dmThread + "message_2.json": []byte(`{"messages":["hi"]}`)}, "index-unreadable", ""},
		{"a photo in a message without its name", contents{dmThread + "message_2.json": []byte(`{"messages":[{"photos":[{"creation_timestamp":1}]}]}`)}, "", "reference-empty"},
		{"a photo in a message that is a text", contents{dmThread + "message_2.json": []byte(`{"messages":[{"photos":["x.jpg"]}]}`)}, "", "reference-empty"},
		{"a document in a message without its name", contents{dmThread + "message_2.json": []byte(`{"messages":[{"files":[{"creation_timestamp":1}]}]}`)}, "", "reference-empty"},
		{"no conversation, but other things of messages", contents{
			dmThread + "message_1.json": nil, dmThread + "message_2.json": nil, dmThread + "photos/dm.jpg": nil, dmThread + "audio/voice.aac": nil,
			activityD + "messages/secret_conversations.json": []byte(`{}`),
		}, "", "messages-absent"},
		{"the followers", contents{"connections/followers_and_following/followers_1.json": nil}, "", "connections-absent"},
		{"a post that is a list", contents{mediaD + "stories.json": []byte(`{"ig_stories":[` + medium(dmThread+"message_2.json", "2025-06-01") + `]}`), "media/stories/202506/story.jpg": nil}, "media-kind", ""},
		{"a post that is a note", contents{mediaD + "stories.json": []byte(`{"ig_stories":[` + medium("no-data.txt", "2025-06-01") + `]}`), "media/stories/202506/story.jpg": nil, "no-data.txt": []byte("You have no data in this section")}, "media-kind", ""},
		{"a picture that begins as sound", contents{one: []byte("\xff\xf8\xff\xe0 and so on")}, "media-kind", ""},
		{"a picture that is four bytes", contents{one: []byte("OggS")}, "media-kind", ""},
		{"a video of which only sound is left", contents{three: filmOf(bytes.Repeat([]byte{1}, 600), func(at uint32) []byte {
			return trackOf("soun", "mp4a", box32("stsc", 1, 1, 1, 1), box32("stsz", 0, 1, 600), box32("stco", 1, at))
		})}, "", "media-kind"},
		{"a video in fragments", contents{three: append(mp4Of(3), box("moof", box32("mfhd", 1))...)}, "", "media-not-checked"},
		{"a message's video in fragments", contents{dmThread + "audio/voice.aac": append(mp4Of(3), box("moof", box32("mfhd", 1))...)}, "", "media-not-checked"},
		{"a video with blank data", contents{three: filmOf(make([]byte, 2000), func(at uint32) []byte {
			return trackOf("vide", "avc1", box32("stsc", 1, 1, 1, 1), box32("stsz", 0, 1, 2000), box32("stco", 1, at))
		})}, "media-damaged", ""},
		{"a HEIC of noise", contents{one: slices.Concat(heicOf()[:24], bytes.Repeat([]byte{7, 1, 9}, 300))}, "media-damaged", ""},
		{"a HEIC without a list of its pictures", contents{one: slices.Concat(heicOf()[:24], box("meta", make([]byte, 4)), box("mdat", make([]byte, 300)))}, "media-damaged", ""},
		{"a HEIC, its second half blank", contents{one: blankFrom(heicOf(), len(heicOf())/2)}, "media-damaged", ""},
		{"a message's HEIC, its second half blank", contents{dmThread + "photos/dm.jpg": blankFrom(heicOf(), len(heicOf())/2)}, "", "media-damaged"},
		{"an AVIF that no decoder opens", contents{one: noisyAVIF()}, "", "media-not-checked"},
		{"an AVIF with blank data", contents{one: blankFrom(heifSample("plain.avif"), bytes.Index(heifSample("plain.avif"), []byte("mdat"))+4)}, "media-damaged", ""},
		{"a message's sound that is four bytes", contents{dmThread + "audio/voice.aac": []byte("OggS")}, "", "media-not-checked"},
		{"a video that is four bytes", contents{three: []byte("OggS")}, "", "media-not-checked"},
		{"a progressive picture, its end zero", contents{one: half}, "", "media-not-checked"},
		{"another zip beside it", contents{"rest.zip": zipOf(contents{"a.txt": []byte("a")})}, "", "part-nested"},
		{"recently deleted, not here", contents{mediaD + "recently_deleted_content.json": []byte(`{"ig_recently_deleted_media":[{"media":[` + medium("media/recently_deleted/x.jpg", "2020-01-01") + `]}]}`)}, "", "media-missing"},
		{"recently deleted, an empty list and a file", contents{mediaD + "recently_deleted_content.json": []byte(`{"ig_recently_deleted_media":[]}`), "media/recently_deleted/202001/x.jpg": jpegOf(12)}, "", ""},
		{"a conversation whose files lie in another folder", contents{
			strings.Replace(dmThread, "inbox", "message_requests", 1) + "photos/x.jpg": jpegOf(12),
			dmThread + "message_2.json": []byte(`{"messages":[{"photos":[{"uri":"` + strings.Replace(dmThread, "inbox", "message_requests", 1) + `photos/x.jpg"}]}]}`),
		}, "", ""},
		{"a conversation of which only files are left", contents{strings.Replace(dmThread, "inbox/bob", "inbox/eve", 1) + "photos/x.jpg": jpegOf(12)}, "messages-missing", ""},
		{"no subtitles", contents{mediaD + "reels.json": []byte(strings.Replace(string(wholeExport()[mediaD+"reels.json"]), "media/reels/202305/sub_1.srt", "", 1)), "media/reels/202305/sub_1.srt": nil}, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			demand(t, examine(t, part(partName, zipOf(with(c.changes)))), c.errors, c.questions)
		})
	}
}

// noisyAVIF is an AVIF whose data were overwritten from the middle on: its units follow one another all the same.
func noisyAVIF() []byte {
	b := heifSample("plain.avif")
	for i := len(b) * 2 / 3; i < len(b)-4; i++ {
		b[i] = byte(i*i*7) | 1
	}
	return b
}

func blankFrom(b []byte, at int) []byte {
	return append(bytes.Clone(b[:at]), make([]byte, len(b)-at)...)
}

// TestCountedOnce: what two lists name is one thing.
func TestCountedOnce(t *testing.T) {
	film := "media/posts/202407/three.mp4"
	r := examine(t, one(contents{mediaD + "reels.json": []byte(`{"ig_reels_media":[{"media":[` + medium("media/reels/202305/reel.mp4", "2023-05-15") + `]},{"media":[` + medium("media/posts/201904/one.jpg", "2019-04-02") + `]}]}`)}))
	if r.Counts.Posts != 2 || r.Counts.Reels != 2 || r.Evidence.ReelsInPosts != 1 || r.PerYear["2019"] != 1 || r.PerYear["2023"] != 1 {
		t.Errorf("%+v, %d in both, %v", r.Counts, r.Evidence.ReelsInPosts, r.PerYear)
	}
	posts := wholeExport()[mediaD+"posts_1.json"]
	r = examine(t, one(nil), part(partName2, zipOf(contents{mediaD + "posts_1.json": append([]byte(" "), posts...), film: mp4Of(3)})))
	if r.Counts.Posts != 2 || r.PerYear["2024"] != 1 {
		t.Errorf("in two parts: %+v %v", r.Counts, r.PerYear)
	}
}

// TestTimesBeyondTheExport: a post of 2096 does not push all others out of sight, nor is the range known then.
func TestTimesBeyondTheExport(t *testing.T) {
	r := examine(t, one(contents{mediaD + "stories.json": []byte(`{"ig_stories":[` + medium("media/stories/202506/story.jpg", "2096-01-01") + `]}`)}))
	if r.Range.Known || r.Range.To > "2026" || r.Evidence.Undated != 1 || r.PerYear["2096"] != 0 {
		t.Errorf("%+v, %d undated, %v", r.Range, r.Evidence.Undated, r.PerYear)
	}
}

// TestManyMissingMessages: that there are many does not make each of them the account's own.
func TestManyMissingMessages(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"messages":[`)
	for i := range maxMissing + 5 {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(`{"photos":[{"uri":"` + dmThread + "photos/" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("0", i/26%50) + string(rune('A'+i/1300)) + `.jpg"}]}`)
	}
	b.WriteString(`]}`)
	r := examine(t, one(contents{dmThread + "message_2.json": []byte(b.String())}))
	if len(codes(r, Error)) > 0 || r.References.Total-r.References.Resolved < 1000 {
		t.Errorf("%v, %d of %d", codes(r, Error), r.References.Resolved, r.References.Total)
	}
}

// TestManyFindingsAreTheSame: of too many findings always the same ones are told.
func TestManyFindingsAreTheSame(t *testing.T) {
	many := contents{}
	for i := range 2 * maxPerCode {
		many[fmt.Sprintf(activityD+"messages/inbox/x_%d/message_1.json", i)] = fmt.Appendf(nil, `{"messages":[{"photos":[{"uri":"%smessages/inbox/x_%d/photos/gone.jpg"}]}]}`, activityD, i)
	}
	raw := zipOf(with(many))
	first := examine(t, part(partName, raw)).Problems
	if again := examine(t, part(partName, raw)).Problems; !slices.EqualFunc(first, again, func(a, b Problem) bool { return a.Path == b.Path && a.Text == b.Text }) {
		t.Error("two inspections of one archive tell different findings")
	}
}
