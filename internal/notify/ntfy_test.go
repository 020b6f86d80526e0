package notify

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// ntfy is a server of ntfy's publish API as its documentation has it (docs.ntfy.sh/publish): a POST to a
// topic, the title in a header as UTF-8 or by RFC 2047, 4,096 bytes of message, errors as JSON.
type ntfy struct {
	*httptest.Server
	token, user, password string // who may publish; empty: everybody

	mu     sync.Mutex
	busy   int // requests that are answered 429 first
	topics map[string][]ntfyMessage
}

type ntfyMessage struct {
	ID         string `json:"id"`
	Time       int64  `json:"time"`
	Event      string `json:"event"`
	Topic      string `json:"topic"`
	Title      string `json:"title,omitempty"`
	Message    string `json:"message"`
	attachment bool
}

// theNtfy is one for all tests: its certificate has to be known to the system before the first connection.
var theNtfy *ntfy

func TestMain(m *testing.M) {
	os.Exit(func() int {
		theNtfy = &ntfy{topics: map[string][]ntfyMessage{}}
		theNtfy.Server = httptest.NewUnstartedServer(http.HandlerFunc(theNtfy.publish))
		theNtfy.Config.ErrorLog = log.New(io.Discard, "", 0)
		theNtfy.EnableHTTP2 = true
		theNtfy.StartTLS()
		defer theNtfy.Close()
		dir, err := os.MkdirTemp("", "ntfy")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		file := filepath.Join(dir, "ca.pem")
		pemBytes := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: theNtfy.Certificate().Raw})
		if err := os.WriteFile(file, pemBytes, 0o600); err != nil {
			panic(err)
		}
		os.Setenv("SSL_CERT_FILE", file)
		return m.Run()
	}())
}

func (n *ntfy) host() string { return strings.TrimPrefix(n.URL, "https://") }

func (n *ntfy) publish(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	refuse := func(code, status int, why string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"code": code, "http": status, "error": why, "link": "https://ntfy.sh/docs"})
	}
	user, password, _ := r.BasicAuth()
	known := n.token == "" && n.user == "" || n.user != "" && user == n.user && password == n.password || n.token != "" && user == "" && password == n.token
	switch body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20)); {
	case err != nil || r.Method != http.MethodPost && r.Method != http.MethodPut:
		refuse(40009, 400, "invalid request")
	case n.busy > 0:
		n.busy--
		refuse(42901, 429, "limit reached: too many requests")
	case !known && r.Header.Get("Authorization") != "":
		refuse(40101, 401, "unauthorized")
	case !known:
		refuse(40301, 403, "forbidden")
	default:
		title, err := new(mime.WordDecoder).DecodeHeader(cmp.Or(r.Header.Get("X-Title"), r.Header.Get("Title")))
		if err != nil {
			title = r.Header.Get("Title")
		}
		m := ntfyMessage{ID: fmt.Sprint(len(n.topics)), Time: time.Now().Unix(), Event: "message", Topic: strings.Trim(r.URL.Path, "/"), Title: title, Message: string(body)}
		if m.attachment = len(body) > 4096 || !utf8.Valid(body); m.attachment {
			m.Message = "You received a file: attachment.txt"
		}
		n.topics[m.Topic] = append(n.topics[m.Topic], m)
		_ = json.NewEncoder(w).Encode(m)
	}
}

// topic returns what came to a topic, and sets who may publish from now on.
func (n *ntfy) topic(name string) []ntfyMessage {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.topics[name]
}

func (n *ntfy) only(user, password, token string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.user, n.password, n.token = user, password, token
}

func TestNtfyGetsTheNewsAsTheyAre(t *testing.T) {
	theNtfy.only("", "", "")
	e := Event{
		ID: "e1", Event: "safe", Account: "jane.doe", Title: "igwatchd: löschen – jetzt möglich ✅",
		Text: "Alles ist da: \"größer\" & <kleiner>, 100 %.\n\nZweiter Absatz {{ .Title }}\n", URL: "https://www.instagram.com/accounts/remove/request/permanent/",
	}
	if err := Push(0, "ntfy://"+theNtfy.host()+"/news").Send(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	got := theNtfy.topic("news")
	if len(got) != 1 || got[0].Title != e.Title || got[0].Message != strings.TrimSpace(e.Text)+"\n\n"+e.URL {
		t.Errorf("%+v", got)
	}
}

func TestLongNewsAreNoAttachment(t *testing.T) {
	theNtfy.only("", "", "")
	e := Event{ID: "e2", Title: "long", Text: strings.Repeat("Ein Bild fehlt: größe.jpg. ", 500), URL: "https://example.org/what-to-do"}
	if err := Push(0, "ntfy://"+theNtfy.host()+"/long").Send(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	got := theNtfy.topic("long")
	if len(got) != 1 || got[0].attachment || !strings.HasSuffix(got[0].Message, " …\n\n"+e.URL) || len(got[0].Message) < 3800 {
		t.Errorf("%+v", got)
	}
	if text := pushText("pushover://x", e); len(text) > 1024 || !strings.HasSuffix(text, e.URL) || !utf8.ValidString(text) {
		t.Errorf("%d bytes: %s", len(text), text)
	}
}

func TestNtfyWantsToKnowWho(t *testing.T) {
	defer theNtfy.only("", "", "")
	for name, c := range map[string]struct {
		user, password, token string // of the server
		login                 string // in the address
		ok                    bool
	}{
		"nobody":         {"jane", "s3cret", "", "", false},
		"user":           {"jane", "s3cret", "", "jane:s3cret@", true},
		"wrong password": {"jane", "s3cret", "", "jane:wrong@", false},
		"token":          {"", "", "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2", ":tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2@", true},
		"wrong token":    {"", "", "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2", ":tk_wrong@", false},
	} {
		t.Run(name, func(t *testing.T) {
			theNtfy.only(c.user, c.password, c.token)
			topic := strings.ReplaceAll(name, " ", "-")
			err := Push(0, "ntfy://"+c.login+theNtfy.host()+"/"+topic).Send(t.Context(), news)
			if (err == nil) != c.ok || len(theNtfy.topic(topic)) == 1 != c.ok {
				t.Errorf("%v; %d came", err, len(theNtfy.topic(topic)))
			}
			if err != nil && (fault.KindOf(err) != fault.TemporaryKind || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "tk_")) {
				t.Errorf("%v: %v", fault.KindOf(err), err)
			}
		})
	}
}

// TestBusyNtfyGetsItLater is what the queue does: the same news again, until they are taken, and then no more.
func TestBusyNtfyGetsItLater(t *testing.T) {
	theNtfy.only("", "", "")
	theNtfy.mu.Lock()
	theNtfy.busy = 2
	theNtfy.mu.Unlock()
	c := Push(0, "ntfy://"+theNtfy.host()+"/busy")
	tries := 0
	for err := fault.Temporary(context.DeadlineExceeded, ""); err != nil; tries++ {
		if fault.KindOf(err) != fault.TemporaryKind || tries > 5 {
			t.Fatal(err)
		}
		err = c.Send(t.Context(), news)
	}
	if got := theNtfy.topic("busy"); len(got) != 1 || tries != 3 {
		t.Errorf("%d messages after %d tries", len(got), tries)
	}
}
