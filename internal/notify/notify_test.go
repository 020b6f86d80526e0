package notify

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"

	"github.com/igwatchd/igwatchd/internal/fault"
)

var news = Event{
	ID: "e1", Event: "questions", Account: "jane.doe", Export: "20261123-abc", Verdict: "questions",
	Title: "igwatchd: your archive of jane.doe – 2 questions", Text: "Stored.\nLook at café =?x?=.",
	Time: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC),
}

func TestWebhook(t *testing.T) {
	var got map[string]any
	status := http.StatusOK
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			t.Error("followed a redirect")
		}
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil || r.Header.Get("Idempotency-Key") != "e1" {
			t.Errorf("%v, key %q", err, r.Header.Get("Idempotency-Key"))
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	c := Webhook(srv.URL + "/hook?token=SECRET")
	if err := c.Send(t.Context(), news); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"event", "account", "export", "verdict", "title", "text", "url"} {
		if _, ok := got[key]; !ok {
			t.Errorf("no %s in %v", key, got)
		}
	}
	for _, status = range []int{302, 404, 500} {
		if err := c.Send(t.Context(), news); fault.KindOf(err) != fault.TemporaryKind || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("status %d: %v", status, err)
		}
	}
	srv.Close()
	if err := c.Send(t.Context(), news); err == nil || strings.Contains(err.Error(), "SECRET") || fault.HintOf(err) == "" {
		t.Errorf("receiver gone: %v", err)
	}
}

func TestHeartbeat(t *testing.T) {
	beats := 0
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { beats++ }))
	defer srv.Close()
	if err := Heartbeat(t.Context(), srv.URL); err != nil || beats != 1 {
		t.Errorf("%d beats, %v", beats, err)
	}
}

func TestCommandGetsTheEventOnStandardInput(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	if err := Command([]string{"/bin/sh", "-c", "cat >" + out}).Send(t.Context(), news); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(out)
	var got Event
	if err != nil || json.Unmarshal(data, &got) != nil || got != news {
		t.Errorf("%s, %v", data, err)
	}
	if err := Command([]string{"/bin/false"}).Send(t.Context(), news); fault.KindOf(err) != fault.TemporaryKind {
		t.Errorf("failed command: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if err := Command([]string{"/bin/sh", "-c", "sleep 600"}).Send(ctx, news); err == nil || time.Since(start) > 5*time.Minute {
		t.Errorf("hanging command: %v after %v", err, time.Since(start))
	}
}

func TestInboxMailCanBeRead(t *testing.T) {
	var id string
	var raw []byte
	c := Inbox("jane@example.org", func(_ context.Context, messageID string, m []byte) error {
		id, raw = messageID, m
		return nil
	})
	if err := c.Send(t.Context(), news); err != nil {
		t.Fatal(err)
	}
	r, err := mail.CreateReader(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	subject, _ := r.Header.Subject()
	got, _ := r.Header.MessageID()
	if subject != news.Title || got != id || !strings.Contains(id, "e1") {
		t.Errorf("subject %q, id %q / %q", subject, got, id)
	}
	p, err := r.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(p.Body); err != nil || string(body) != "Stored.\r\nLook at café =?x?=.\r\n" {
		t.Errorf("body %q, %v", body, err)
	}
	boom := errors.New("no room")
	if err := Inbox("j@x", func(context.Context, string, []byte) error { return boom }).Send(t.Context(), news); !errors.Is(err, boom) {
		t.Errorf("failure is hidden: %v", err)
	}
}

func TestPushHidesTheAddress(t *testing.T) {
	var body string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body = string(b)
	}))
	address := "generic+" + srv.URL + "/SECRET?template=json"
	if err := Push(0, address).Send(t.Context(), news); err != nil || !strings.Contains(body, "Stored.") {
		t.Errorf("%v, body %q", err, body)
	}
	srv.Close()
	for _, a := range []string{address, "nosuchservice://SECRET"} {
		c := Push(1, a)
		if err := c.Send(t.Context(), news); err == nil || strings.Contains(err.Error()+c.Name()+fault.HintOf(err), "SECRET") {
			t.Errorf("%v from %s", err, c.Name())
		}
	}
}
