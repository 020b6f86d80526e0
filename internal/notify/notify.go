// Package notify tells people what happened, through several channels. Each
// channel is tried until it took the news; which news there are, and what they
// say, is decided elsewhere.
package notify

import (
	"context"
	"time"
)

// Event is one piece of news. Its JSON is what webhooks and commands get.
type Event struct {
	ID      string    `json:"id"` // the same whenever the same news are told again: for receivers that must not count twice
	Event   string    `json:"event"`
	Account string    `json:"account"`
	Export  string    `json:"export"`
	Verdict string    `json:"verdict"`
	Title   string    `json:"title"`
	Text    string    `json:"text"`
	URL     string    `json:"url"`
	Time    time.Time `json:"time"`

	Loud int `json:"loud,omitempty"` // how loud the channels may be that it is meant for; 0: all of them
}

// Channel is one way to reach a person.
type Channel interface {
	// Name tells channels apart in the journal; it contains no secret.
	Name() string
	// Send returns nil once the channel has taken the event. It may be called
	// again with the same event after a crash. An error never contains a secret.
	Send(ctx context.Context, e Event) error
}

// Limits of one attempt.
const (
	webTimeout     = 30 * time.Second
	commandTimeout = 60 * time.Second
)
