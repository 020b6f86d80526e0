package album

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Message is one line of a conversation.
type Message struct {
	Sender    string
	Time      time.Time // UTC
	Text      string
	Media     []Media
	Link      string // what was shared; never opened by igwatchd
	Reactions []string
}

var (
	messageFile = regexp.MustCompile(`(?:^|/)messages/(?:inbox|message_requests|broadcast|archived_threads)/([^/]+)/message_(\d+)\.json$`)
	threadID    = regexp.MustCompile(`_\d+$`)
)

// findThreads groups the message files by their folder. Titles are read when a thread is.
func findThreads(files *archive) []Thread {
	byID := map[string]*Thread{}
	var order []*Thread
	for _, m := range files.members {
		match := messageFile.FindStringSubmatch(m.name)
		if match == nil || len(order) >= maxThreads && byID[match[1]] == nil {
			continue
		}
		t := byID[match[1]]
		if t == nil {
			t = &Thread{ID: match[1], Title: threadID.ReplaceAllString(match[1], "")}
			byID[match[1]] = t
			order = append(order, t)
		}
		t.members = append(t.members, m)
	}
	list := make([]Thread, 0, len(order))
	for _, t := range order {
		slices.SortStableFunc(t.members, func(x, y *member) int { return messageNumber(x.name) - messageNumber(y.name) })
		for _, m := range t.members {
			t.Files = append(t.Files, m.name)
		}
		list = append(list, *t)
	}
	return list
}

func messageNumber(name string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(path.Base(name), "message_"), ".json"))
	if err != nil {
		return 0
	}
	return n
}

// rawThread is one message file.
type rawThread struct {
	Title        string `json:"title"`
	Participants []struct {
		Name string `json:"name"`
	} `json:"participants"`
	Messages []rawMessage `json:"messages"`
}

type rawMessage struct {
	Sender  string          `json:"sender_name"`
	Time    json.RawMessage `json:"timestamp_ms"`
	Content string          `json:"content"`
	Photos  []item          `json:"photos"`
	Videos  []item          `json:"videos"`
	Audio   []item          `json:"audio_files"`
	Gifs    []item          `json:"gifs"`
	Share   struct {
		Link string `json:"link"`
		Text string `json:"share_text"`
	} `json:"share"`
	Reactions []struct {
		Reaction string `json:"reaction"`
		Actor    string `json:"actor"`
	} `json:"reactions"`
}

// maxMessages bounds one file of messages, in bytes. Instagram begins a new file after 10,000 messages.
const maxMessages = 64 << 20

// Read returns the messages of one of a thread's files, the oldest first, and the thread with its
// real title and participants.
func (a *Album) Read(ctx context.Context, t Thread, file int) (Thread, []Message, error) {
	if file < 0 || file >= len(t.members) {
		return t, nil, fmt.Errorf("thread %s has %d files", t.ID, len(t.members))
	}
	m := t.members[file]
	if m.zip.UncompressedSize64 > maxMessages {
		return t, nil, fmt.Errorf("%s is larger than %d MB", m.name, maxMessages>>20)
	}
	r, err := m.zip.Open()
	if err != nil {
		return t, nil, fmt.Errorf("open %s: %w", m.name, err)
	}
	var raw rawThread
	err = json.NewDecoder(text(r)).Decode(&raw)
	if err := errors.Join(err, r.Close(), ctx.Err()); err != nil {
		return t, nil, fmt.Errorf("read %s: %w", m.name, err)
	}
	if raw.Title != "" {
		t.Title = readable(raw.Title)
	}
	t.Participants = nil
	for _, p := range raw.Participants {
		t.Participants = append(t.Participants, readable(p.Name))
	}
	list := make([]Message, 0, len(raw.Messages))
	for _, r := range slices.Backward(raw.Messages) {
		list = append(list, a.message(r))
	}
	return t, list, nil
}

func (a *Album) message(r rawMessage) Message {
	m := Message{Sender: readable(r.Sender), Text: readable(r.Content), Link: r.Share.Link}
	if ms, ok := whole(r.Time); ok {
		m.Time = time.UnixMilli(ms).UTC()
	}
	if m.Text == "" {
		m.Text = readable(r.Share.Text)
	}
	for _, group := range [][]item{r.Photos, r.Videos, r.Audio, r.Gifs} {
		for _, it := range group {
			if f := a.files.find(it.URI); f != nil {
				m.Media = append(m.Media, Media{URI: it.URI, Time: it.time(), file: f})
			}
		}
	}
	for _, x := range r.Reactions {
		m.Reactions = append(m.Reactions, readable(x.Reaction))
	}
	return m
}
