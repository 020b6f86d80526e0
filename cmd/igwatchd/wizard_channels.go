package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/imapwatch"
	"github.com/igwatchd/igwatchd/internal/notify"
	"github.com/igwatchd/igwatchd/internal/words"
)

func (w *wizard) askChannels(ctx context.Context) error {
	w.term.say("You are told by a mail in your own inbox. A push message to your phone can come too: install the app ntfy, choose a\n" +
		"topic that nobody guesses, and give its address: ntfy://ntfy.sh/TOPIC. Many other services work: docs of shoutrrr name them.")
	if w.clientID == "" && w.ask {
		if err := w.testMail(ctx); err != nil {
			return fmt.Errorf("setup: %w", err)
		}
	}
	return w.until(func() {
		if w.ask && w.push == "" {
			w.term.line(&w.push, "Address of a push service (empty: none)", "-")
			if w.push == "-" {
				w.push = ""
			}
		}
	}, func() error {
		if w.push == "" {
			return nil
		}
		if err := notify.Push(0, w.push).Send(ctx, testEvent(w.username)); err != nil {
			w.push = ""
			return err
		}
		if w.ask && !w.term.yes("A test message was sent. Did it arrive?", true) {
			w.push = ""
			return fault.Permanent(errors.New("the message did not arrive"), "check the address, and whether the phone is subscribed to the topic")
		}
		return nil
	})
}

// testMail puts a mail into the inbox, as a verdict would come.
func (w *wizard) testMail(ctx context.Context) error {
	e := testEvent(w.username)
	put := func(ctx context.Context, id string, raw []byte) error {
		return imapwatch.Append(ctx, w.server, "INBOX", id, raw)
	}
	if err := notify.Inbox(w.address, put).Send(ctx, e); err != nil {
		return err
	}
	if !w.term.yes("A test mail, \""+e.Title+"\", was put into your inbox. Do you see it?", true) {
		w.term.say("Look into the other folders too. igwatchd puts its news into INBOX of this mailbox; a second channel is a good idea then.")
	}
	return nil
}

func testEvent(username string) notify.Event {
	now := time.Now().UTC().Truncate(time.Second)
	l, _ := words.In(spoken())
	return notify.Event{
		ID: "test-" + strconv.FormatInt(now.UnixNano(), 36), Event: "drill", Account: username, Time: now,
		Title: l.Say("igwatchd: this is a test"),
		Text:  l.Say("This is how igwatchd will tell you that the archive of your account is complete, or what is missing. You need to do nothing.") + "\n",
	}
}
