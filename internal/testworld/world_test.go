package testworld

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
)

func TestWorld(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a \"world\"")
	w, err := Start(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, kind := range Kinds() {
		if err := w.Send(t.Context(), Mail{Kind: kind}); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
	}
	if err := w.SendTo(t.Context(), "Junk", Mail{Kind: Ready2026}); err != nil {
		t.Fatal(err)
	}
	mails, err := w.Mailbox.Messages(t.Context(), "INBOX")
	if err != nil || len(mails) != len(Kinds()) {
		t.Fatalf("%d mails, %v", len(mails), err)
	}
	for i, kind := range Kinds() {
		found := verify(t, w.DNS, mails[i])
		switch {
		case kind == ForgedFrom:
			if len(found) != 0 {
				t.Errorf("%s is signed", kind)
			}
		case len(found) != 1 || found[0].Err != nil:
			t.Errorf("%s: %+v", kind, found)
		case !bytes.Contains(mails[i], []byte("@"+found[0].Domain)):
			t.Errorf("%s is signed by %s", kind, found[0].Domain)
		}
	}
	if junk, err := w.Mailbox.Messages(t.Context(), "Junk"); err != nil || len(junk) != 1 {
		t.Errorf("junk: %d mails, %v", len(junk), err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func TestConfigTOML(t *testing.T) {
	w, err := Start(t.Context(), filepath.Join(t.TempDir(), "a \"world\""), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	text, err := w.ConfigTOML(Setup{StateDir: "/s", Username: "bob", Posts: 12, DropDirs: []string{"/d"}, Webhook: "http://localhost:1/events", Command: []string{"/bin/true"}})
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		StateDir   string `toml:"state_dir"`
		ArchiveDir string `toml:"archive_dir"`
		Account    []struct {
			Username string
			Posts    int
			Inbox    struct {
				Address, Host, Security, User string
				Port                          int
				PasswordFile                  string `toml:"password_file"`
				CAFile                        string `toml:"ca_file"`
			}
		}
		Mail struct {
			FromDomains []string `toml:"from_domains"`
			Resolver    string
		}
		Fetch struct {
			LinkHosts    []string `toml:"link_hosts"`
			ByteHosts    []string `toml:"byte_hosts"`
			CAFile       string   `toml:"ca_file"`
			AllowPrivate bool     `toml:"allow_private"`
			DropDirs     []string `toml:"drop_dirs"`
			CookiesFile  string   `toml:"cookies_file"`
		}
		Notify struct {
			Inbox        bool
			Webhook      string
			Command      []string
			HeartbeatURL string `toml:"heartbeat_url"`
		}
		Web struct{ Listen string }
	}
	decoder := toml.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	in := got.Account[0].Inbox
	password, err := os.ReadFile(in.PasswordFile)
	if err != nil || strings.TrimSpace(string(password)) != w.Mailbox.Password() {
		t.Errorf("password file: %v", err)
	}
	for _, path := range []string{in.CAFile, got.Fetch.CAFile, got.Fetch.CookiesFile} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	if got.StateDir != "/s" || got.ArchiveDir != filepath.Join(w.Dir, "archive") || got.Account[0].Username != "bob" || got.Account[0].Posts != 12 ||
		in.Host != "localhost" || in.User != w.Mailbox.User() || got.Mail.Resolver != w.DNS.Addr() || got.Fetch.LinkHosts[0] != w.Site.LinkHost() ||
		got.Fetch.ByteHosts[0] != w.Site.ByteHost() || !got.Fetch.AllowPrivate || !got.Notify.Inbox || got.Notify.Command[0] != "/bin/true" {
		t.Errorf("%+v", got)
	}
}

func TestWorldThatCannotStartLeavesNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if w, err := Start(t.Context(), filepath.Join(file, "world"), Options{}); err == nil || w != nil {
		t.Errorf("%v, %v", w, err)
	}
}

func TestWebhook(t *testing.T) {
	h, err := StartWebhook()
	if err != nil {
		t.Fatal(err)
	}
	post := func(body string) int {
		response, err := http.Post(h.URL(), "application/json", strings.NewReader(body))
		if err != nil {
			t.Error(err)
			return 0
		}
		response.Body.Close()
		return response.StatusCode
	}
	h.SetStatus(503)
	if status := post(`{"event":"safe"}`); status != 503 || len(h.Events()) != 0 {
		t.Errorf("status %d, %d events", status, len(h.Events()))
	}
	h.SetStatus(204)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	done := make(chan int, 2)
	go func() {
		done <- post(`{"event":"export-announced"}`)
		done <- post(`{"event":"safe","account":"jane.doe"}`)
	}()
	event, err := h.WaitFor(ctx, "safe")
	if err != nil || event["account"] != "jane.doe" {
		t.Errorf("%v, %v", event, err)
	}
	if a, b := <-done, <-done; a != 204 || b != 204 || len(h.Events()) != 2 {
		t.Errorf("status %d, %d, %d events", a, b, len(h.Events()))
	}
	if status := post("no JSON"); status != 400 {
		t.Errorf("status %d", status)
	}
	short, cancel2 := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel2()
	if _, err := h.WaitFor(short, "drill"); err == nil {
		t.Error("an event came that nobody sent")
	}
	response, err := http.Get(h.HeartbeatURL())
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if h.Heartbeats() != 1 {
		t.Errorf("%d heartbeats", h.Heartbeats())
	}
	if err := h.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}
