package inspect

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	partName  = "instagram-jane.doe-2026-01-09-abcd1234.zip"
	partName2 = "instagram-jane.doe-2026-01-09-efgh5678.zip"
	activityD = "your_instagram_activity/"
	dmThread  = activityD + "messages/inbox/bob_123456789012345/"
	personalF = "personal_information/personal_information/personal_information.json"
	signupF   = "security_and_login_information/login_and_profile_creation/signup_details.json"
)

// contents are the files of an export, by path.
type contents = map[string][]byte

func picture(seed int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 200, 16))
	for i := range img.Pix {
		img.Pix[i] = byte(i*7*seed + i>>3)
	}
	return img
}

func jpegOf(seed int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(seed), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func pngOf(seed int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, picture(seed)); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func gifOf(frames int) []byte {
	g := &gif.GIF{}
	for i := range frames {
		img := image.NewPaletted(image.Rect(0, 0, 200, 2), color.Palette{color.Black, color.White})
		img.SetColorIndex(i%200, 0, 1)
		g.Image, g.Delay = append(g.Image, img), append(g.Delay, 1)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// webpOf is a picture of one pixel.
func webpOf() []byte {
	b, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		panic(err)
	}
	return b
}

func box(name string, content ...[]byte) []byte {
	b := slices.Concat(content...)
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(b)+8)), []byte(name), b)
}

// mp4Of makes a film with one track whose only sample, its only chunk, lies in mdat.
func mp4Of(seed byte) []byte {
	data := bytes.Repeat([]byte{seed, 0, 1}, 500)
	return filmOf(data, func(at uint32) []byte {
		return trackOf("vide", "avc1", box32("stsc", 1, 1, 1, 1), box32("stsz", 0, 1, uint32(len(data))), box32("stco", 1, at))
	})
}

// filmOf makes a film of the form that Instagram's have: its index first, then its media data, which begin at the
// place that is given to tracks.
func filmOf(data []byte, tracks ...func(at uint32) []byte) []byte {
	ftyp := box("ftyp", []byte("isom\x00\x00\x02\x00isommp42"))
	moov := func(at uint32) []byte {
		content := [][]byte{box("mvhd", make([]byte, 100))}
		for _, t := range tracks {
			content = append(content, t(at))
		}
		return box("moov", content...)
	}
	return slices.Concat(ftyp, moov(uint32(len(ftyp)+len(moov(0))+8)), box("mdat", data))
}

// trackOf makes a track with these boxes in its sample table. stts gives as many samples a time as stsz lists.
func trackOf(handler, codec string, table ...[]byte) []byte {
	samples := uint32(0)
	for _, b := range table {
		if string(b[4:8]) == "stsz" {
			samples = binary.BigEndian.Uint32(b[16:])
		}
	}
	stsd := box("stsd", []byte{0, 0, 0, 0, 0, 0, 0, 1}, box(codec, make([]byte, 78)))
	stbl := box("stbl", append([][]byte{stsd, box32("stts", 1, samples, 1000)}, table...)...)
	hdlr := box("hdlr", make([]byte, 8), []byte(handler), make([]byte, 13))
	return box("trak", box("tkhd", make([]byte, 84)), box("mdia", hdlr, box("minf", stbl)))
}

// box32 makes a full box of version 0 that holds these numbers.
func box32(name string, numbers ...uint32) []byte {
	b := make([]byte, 4)
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return box(name, b)
}

// heicOf is a picture as libheif makes it; see testdata/README.md of internal/heif.
func heicOf() []byte { return heifSample("plain.heic") }

func heifSample(name string) []byte {
	b, err := os.ReadFile("../heif/testdata/" + name)
	if err != nil {
		panic(err)
	}
	return b
}

func stamp(date string) int64 {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return t.Unix()
}

func medium(uri, date string) string {
	return fmt.Sprintf(`{"uri":%q,"creation_timestamp":%d,"media_metadata":{"camera_metadata":{"has_camera_metadata":false}},"title":"","backup_uri":"https://interncache.example/x"}`, uri, stamp(date))
}

// wholeExport is an export of the newest layout with nothing wrong in it.
func wholeExport() contents {
	sub := "media/reels/202305/sub_1.srt"
	m := activityD + "media/"
	return contents{
		"media/posts/201904/one.jpg":                jpegOf(1),
		"media/posts/202407/two.jpg":                jpegOf(2),
		"media/posts/202407/three.mp4":              mp4Of(3),
		"media/stories/202506/story.jpg":            jpegOf(4),
		"media/reels/202305/reel.mp4":               mp4Of(5),
		sub:                                         []byte("1\n00:00:00,000 --> 00:00:01,000\nHello café\n"),
		"media/profile/201904/face.jpg":             jpegOf(6),
		"media/profile/202201/newer.jpg":            jpegOf(7),
		dmThread + "photos/dm.jpg":                  jpegOf(8),
		dmThread + "audio/voice.aac":                mp4Of(9),
		m + "posts_1.json":                          []byte("[{\"media\":[" + medium("media/posts/201904/one.jpg", "2019-04-02") + "]},{\"media\":[" + medium("media/posts/202407/two.jpg", "2024-07-07") + "," + medium("media/posts/202407/three.mp4", "2024-07-07") + "],\"title\":\"Caf\\u00c3\\u00a9\",\"creation_timestamp\":1720384531}]"),
		m + "stories.json":                          []byte(`{"ig_stories":[` + medium("media/stories/202506/story.jpg", "2025-06-01") + `]}`),
		m + "reels.json":                            []byte(`{"ig_reels_media":[{"media":[{"uri":"media/reels/202305/reel.mp4","creation_timestamp":1684108800,"media_metadata":{"video_metadata":{"subtitles":{"uri":"` + sub + `","creation_timestamp":1684108800}}},"title":"r"}]}]}`),
		m + "profile_photos.json":                   []byte(`{"ig_profile_picture":[` + medium("media/profile/201904/face.jpg", "2019-03-20") + `,` + medium("media/profile/202201/newer.jpg", "2022-01-01") + `]}`),
		dmThread + "message_1.json":                 []byte(fmt.Sprintf(`{"participants":[{"name":"jane"},{"name":"bob"}],"messages":[{"sender_name":"bob","timestamp_ms":%d000,"content":"caf\u00c3\u00a9","photos":[{"uri":%q,"creation_timestamp":1}]},{"sender_name":"jane","timestamp_ms":%d000,"audio_files":[{"uri":%q}],"share":{"link":"https://www.instagram.com/reel/x"}}],"title":"bob","thread_path":"inbox/bob_123456789012345"}`, stamp("2026-01-05"), dmThread+"photos/dm.jpg", stamp("2025-12-01"), dmThread+"audio/voice.aac")),
		dmThread + "message_2.json":                 []byte(`{"participants":[],"messages":[{"sender_name":"bob","timestamp_ms":1729774142791,"content":"hi"}],"title":"bob"}`),
		activityD + "comments/post_comments_1.json": []byte(`[{"media_list_data":[{"uri":""}],"string_map_data":{"Comment":{"value":"x"}}}]`),
		personalF: []byte(`{"profile_user":[{"title":"","media_map_data":{"Profile Photo":{"uri":"media/profile/202201/newer.jpg","creation_timestamp":1640995200}},"string_map_data":{"Email":{"href":"","value":"jane@example.org"},"Username":{"href":"","value":"jane.doe","timestamp":0},"Name":{"value":"Jane"}}}]}`),
		signupF:   []byte(fmt.Sprintf(`{"account_history_registration_info":[{"string_map_data":{"Username":{"value":"jane.doe"},"Time":{"value":"","timestamp":%d}}}]}`, stamp("2019-03-15"))),
		"connections/followers_and_following/followers_1.json":                     []byte(`[{"string_list_data":[{"href":"https://www.instagram.com/bob","value":"bob"}]}]`),
		"connections/followers_and_following/following.json":                       []byte(`{"relationships_following":[{"title":"bob","string_list_data":[{"href":"https://www.instagram.com/_u/bob","timestamp":1600000000}]}]}`),
		activityD + "likes/liked_posts.json":                                       []byte(`{"likes_media_likes":[{"title":"bob","string_list_data":[{"href":"https://www.instagram.com/p/x/","value":"x","timestamp":1600000000}]}]}`),
		activityD + "saved/saved_posts.json":                                       []byte(`{"saved_saved_media":[{"title":"bob","string_map_data":{"Saved on":{"href":"https://www.instagram.com/p/x/","timestamp":1600000000}}}]}`),
		"connections/followers_and_following/follow_requests_you've_received.json": []byte(`{"relationships_follow_requests_received":[]}`),
	}
}

var modified = time.Date(2026, 1, 9, 11, 30, 0, 0, time.UTC)

// zipOf packs files in the order of their names, lists packed and media stored.
func zipOf(f contents) []byte { return zipAt(f, modified) }

// zipAt gives all files a time, which may be zero.
func zipAt(f contents, modified time.Time) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		h := &zip.FileHeader{Name: name, Modified: modified}
		if strings.HasSuffix(name, ".json") {
			h.Method = zip.Deflate
		}
		e, err := w.CreateHeader(h)
		if err == nil {
			_, err = e.Write(f[name])
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func part(name string, b []byte) Part {
	return Part{Name: name, Size: int64(len(b)), R: bytes.NewReader(b)}
}

func examine(t testing.TB, parts ...Part) *Report {
	t.Helper()
	r, err := Inspect(context.Background(), parts, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// with returns a whole export with changes; a nil content removes the file.
func with(changes contents) contents {
	f := wholeExport()
	for name, b := range changes {
		if b == nil {
			delete(f, name)
		} else {
			f[name] = b
		}
	}
	return f
}

// worst returns the codes of the problems of a severity, without repetition.
func codes(r *Report, s Severity) []string {
	var out []string
	for _, p := range r.Problems {
		if p.Severity == s && !slices.Contains(out, p.Code) {
			out = append(out, p.Code)
		}
	}
	return out
}

// demand fails unless the report has exactly these errors and questions.
func demand(t *testing.T, r *Report, errors, questions string) {
	t.Helper()
	if got := strings.Join(codes(r, Error), " "); got != errors {
		t.Errorf("errors %q, want %q", got, errors)
	}
	if got := strings.Join(codes(r, Question), " "); got != questions {
		t.Errorf("questions %q, want %q", got, questions)
	}
	if t.Failed() {
		for _, p := range r.Problems {
			t.Logf("%s %s %s: %s", p.Severity, p.Code, p.Path, p.Text)
		}
	}
}
