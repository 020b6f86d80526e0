package album

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// lists are the files that name what was put on Instagram, without number and ending.
var lists = map[string]string{
	"posts": Post, "stories": Story, "reels": Reel, "igtv_videos": Reel, "archived_posts": Archived,
	"recently_deleted_content": Deleted, "profile_photos": Profile, "other_content": Other,
}

var numbered = regexp.MustCompile(`^(.+?)(?:_\d+)?\.json$`)

// v1List is the one list of exports before 2021; its keys are kinds.
const v1List = "media.json"

var v1Kinds = map[string]string{
	"photos": Post, "videos": Post, "stories": Story, "profile": Profile, "igtv": Reel,
}

// listKind tells which kind of entries a file lists; ok is false if it lists none. Files of the same
// name elsewhere, as in past_instagram_insights, list something else.
func listKind(name string) (kind string, ok bool) {
	if name == v1List {
		return "", true
	}
	dir := path.Base(path.Dir(name))
	m := numbered.FindStringSubmatch(path.Base(name))
	if m == nil || dir != "media" && dir != "content" {
		return "", false
	}
	kind, ok = lists[m[1]]
	return kind, ok
}

// item is one element of a list, of whatever kind and year.
type item struct {
	URI      string          `json:"uri"`
	Path     string          `json:"path"` // v1
	Created  json.RawMessage `json:"creation_timestamp"`
	TakenAt  string          `json:"taken_at"` // v1
	Title    string          `json:"title"`
	Caption  string          `json:"caption"` // v1
	Media    json.RawMessage `json:"media"`
	Metadata json.RawMessage `json:"media_metadata"`
	Posted   json.RawMessage `json:"timestamp"`    // of posts.json
	Lines    json.RawMessage `json:"label_values"` // of posts.json
}

// readList adds all entries of one list.
func (a *Album) readList(ctx context.Context, m *member, kind string) error {
	return each(m, func(key string, raw json.RawMessage) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		k := kind
		if m.name == v1List {
			if k = v1Kinds[key]; k == "" {
				return nil
			}
		}
		var it item
		if json.Unmarshal(raw, &it) != nil {
			return nil //nolint:nilerr // one odd element does not spoil the list
		}
		switch e := it.entry(k); {
		case len(e.Media) == 0:
		case len(it.Lines) > 0 && k == Post:
			a.detailed = append(a.detailed, e)
		default:
			a.add(e)
		}
		return nil
	})
}

// entry makes an entry of an element: with several media, or one itself.
func (it item) entry(kind string) Entry {
	e := Entry{Kind: kind, Time: it.time(), Caption: it.caption()}
	var media []item
	switch {
	case len(it.Lines) > 0:
		var draft bool
		if media, draft = it.media(); draft {
			e.Kind = Other
		}
	case it.URI == "" && it.Path == "":
		if json.Unmarshal(it.Media, &media) != nil {
			var one item
			if json.Unmarshal(it.Media, &one) == nil {
				media = []item{one}
			}
		}
	default:
		media = []item{it}
	}
	for _, m := range media {
		uri := m.URI
		if uri == "" {
			uri = m.Path
		}
		if uri == "" {
			continue
		}
		if len(it.Lines) > 0 && kind == Post && strings.Contains(uri, "media/archived_posts/") {
			e.Kind = Archived
		}
		e.Media = append(e.Media, Media{URI: uri, Time: m.time(), Caption: m.caption(), Place: m.place()})
	}
	// With one medium, caption and time stand at the medium alone.
	if len(e.Media) > 0 {
		if e.Time.IsZero() {
			e.Time = e.Media[0].Time
		}
		if e.Caption == "" && (len(e.Media) == 1 || len(it.Lines) > 0) {
			e.Caption = e.Media[0].Caption
		}
	}
	return e
}

func (it item) caption() string {
	if it.Title != "" {
		return readable(it.Title)
	}
	return readable(it.Caption)
}

// v1Times are the ways in which exports before 2021 write times; without an offset they are UTC.
var v1Times = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"}

func (it item) time() time.Time {
	for _, raw := range []json.RawMessage{it.Created, it.Posted} {
		if n, ok := whole(raw); ok && n > 0 && n < 1<<40 {
			return time.Unix(n, 0).UTC()
		}
	}
	for _, layout := range v1Times {
		if t, err := time.Parse(layout, it.TakenAt); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// whole reads a whole number, bare or in quotes.
func whole(raw json.RawMessage) (int64, bool) {
	n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	return n, err == nil
}

// place merges the camera's facts, which come as a list of partial ones.
func (it item) place() *Place {
	var meta struct {
		Photo, Video struct {
			Exif []struct {
				Latitude, Longitude *float64
			} `json:"exif_data"`
		}
	}
	var named struct {
		Photo json.RawMessage `json:"photo_metadata"`
		Video json.RawMessage `json:"video_metadata"`
	}
	if json.Unmarshal(it.Metadata, &named) != nil {
		return nil
	}
	_ = json.Unmarshal(named.Photo, &meta.Photo) // either may be missing or odd
	_ = json.Unmarshal(named.Video, &meta.Video)
	for _, e := range append(meta.Photo.Exif, meta.Video.Exif...) {
		if e.Latitude != nil && e.Longitude != nil && (*e.Latitude != 0 || *e.Longitude != 0) &&
			*e.Latitude >= -90 && *e.Latitude <= 90 && *e.Longitude >= -180 && *e.Longitude <= 180 {
			return &Place{*e.Latitude, *e.Longitude}
		}
	}
	return nil
}

// each calls f with every element of a list: a bare list, lists under keys, or a single bare object.
// One element is in memory at a time.
func each(m *member, f func(key string, raw json.RawMessage) error) (err error) {
	if m.zip.UncompressedSize64 > maxList {
		return fmt.Errorf("%s is larger than %d MB", m.name, maxList>>20)
	}
	r, err := m.zip.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	br := text(io.LimitReader(r, maxList))
	first, err := peek(br)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(br)
	if first == '[' {
		return elements(dec, "", f)
	}
	// An object: either the one element itself or a wrapper around lists.
	var object map[string]json.RawMessage
	if err := dec.Decode(&object); err != nil {
		return err
	}
	if _, isMedia := object["uri"]; isMedia || hasList(object["media"]) || hasList(object["label_values"]) {
		raw, err := json.Marshal(object)
		if err != nil {
			return err
		}
		return f("", raw)
	}
	for key, raw := range object {
		if hasList(raw) {
			if err := elements(json.NewDecoder(bytes.NewReader(raw)), key, f); err != nil {
				return err
			}
		}
	}
	return nil
}

func hasList(raw json.RawMessage) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) }

// text reads a list without the byte order mark that editors put before it.
func text(r io.Reader) *bufio.Reader {
	const mark = "\ufeff"
	br := bufio.NewReader(r)
	if b, err := br.Peek(len(mark)); err == nil && string(b) == mark { // what fails here fails again
		_, _ = br.Discard(len(mark))
	}
	return br
}

// peek returns the first character that is no space, and leaves it there.
func peek(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if !strings.ContainsRune(" \t\r\n", rune(b)) {
			return b, r.UnreadByte()
		}
	}
}

func elements(dec *json.Decoder, key string, f func(string, json.RawMessage) error) error {
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return err
		}
		if err := f(key, raw); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}
