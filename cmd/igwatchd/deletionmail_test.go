package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// aboutDeletion is a mail that Instagram may write when somebody asked for the deletion. Its words are made up.
func aboutDeletion(t *testing.T, w *world, subject string, signed bool) []byte {
	t.Helper()
	raw := []byte("From: Instagram <security@mail.instagram.com>\r\nTo: jane@example.org\r\nSubject: " + subject + "\r\n" +
		"Date: " + time.Now().Format(time.RFC1123Z) + "\r\nMessage-ID: <" + fmt.Sprint(time.Now().UnixNano()) + "@mail.instagram.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n" +
		"Hi jane.doe, your account will be deleted in 30 days. If you log in before, it is kept.\r\n")
	if !signed {
		return raw
	}
	raw, err := w.signer.Sign(raw)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func (w *world) heard(event string) (list []map[string]any) {
	for _, e := range w.told() {
		if e["event"] == event {
			list = append(list, e)
		}
	}
	return list
}

// TestAMailAboutTheDeletion: a genuine one is told, and the session rests until the person says what it is about; one
// that leaves no doubt begins the count. A forged one changes nothing.
func TestAMailAboutTheDeletion(t *testing.T) {
	t.Parallel()
	w := memoryWorld(t)
	newArchive(t, w, 1)
	cmd := startDaemon(t, w)
	put := func(raw []byte) {
		t.Helper()
		if err := w.mailbox.Deliver(t.Context(), "INBOX", raw); err != nil {
			t.Fatal(err)
		}
	}
	const deletion = "Your Instagram account will be deleted"
	put(aboutDeletion(t, w, deletion, false))
	put(aboutDeletion(t, w, "A phone number was removed from your account", true))
	put(aboutDeletion(t, w, "Your Instagram account has been deactivated", true))
	w.await(t, "deletion-mail")
	put(aboutDeletion(t, w, deletion, true))
	await(t, func() string { return fmt.Sprint(w.told()) }, func() bool { return len(w.heard("deletion-mail")) == 2 })
	put(aboutDeletion(t, w, deletion, true)) // it is known
	if err := w.deliver(t.Context(), testworld.Ready2022, "INBOX"); err != nil {
		t.Fatal(err)
	}
	w.await(t, "waiting-for-you")
	if n := len(w.heard("deletion-mail")); n != 2 {
		t.Errorf("told %d times: %v", n, w.told())
	}
	if text := fmt.Sprint(w.heard("deletion-mail")[1]["text"]); !strings.Contains(text, "is under way since then") || !strings.Contains(text, "igwatchd deleted --cancelled jane.doe") {
		t.Errorf("told: %s", text)
	}
	if text := fmt.Sprint(w.heard("deletion-mail")[0]["text"]); !strings.Contains(text, "igwatchd deleted jane.doe") || !strings.Contains(text, "change the password") {
		t.Errorf("told: %s", text)
	}
	for _, r := range w.site.Requests() {
		t.Errorf("the session was used: %+v", r)
	}
	if out, err := w.command("deleted", "--cancelled").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	newArchive(t, w, 2)
	if err := w.deliver(t.Context(), testworld.Ready2022, "INBOX"); err != nil {
		t.Fatal(err)
	}
	w.await(t, "questions")
	stop(t, cmd)
}
