package notify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/nicholas-fedor/shoutrrr"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/igwatchd/igwatchd/internal/fault"
)

type push struct {
	name, address string
}

// Push sends each event through a push service, named by its shoutrrr address.
// The index tells several addresses of one service apart.
func Push(index int, address string) Channel {
	scheme := "push"
	if u, err := url.Parse(address); err == nil {
		scheme = u.Scheme
	}
	return &push{scheme + " " + strconv.Itoa(index+1), address}
}

func (p *push) Name() string { return p.name }

// Send reports failures without their text: the libraries below put the
// address, and so the token, into it.
func (p *push) Send(ctx context.Context, e Event) error {
	hint := "look at notify.urls: is the address right, and is the service up?"
	sender, err := shoutrrr.CreateSender(p.address)
	if err != nil {
		return fault.Permanent(fmt.Errorf("push service %s: the address is not understood", p.name), hint)
	}
	sender.Timeout = webTimeout
	done := make(chan []error, 1) // Send takes no context; the buffer lets it end after us
	go func() { done <- sender.Send(pushText(p.address, e), &types.Params{"title": e.Title}) }()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case errs := <-done:
		if errors.Join(errs...) != nil {
			return fault.Temporary(fmt.Errorf("push service %s: not taken", p.name), hint)
		}
		return nil
	}
}

// Limits of a message, in bytes: ntfy makes a file of what is longer, Pushover (1,024 characters) and
// Telegram (4,096) refuse it. A push is not for reading pages.
const (
	longestPush     = 3900
	longestPushover = 1000
)

// pushText is what a push service gets: the address of what to do next is never cut off.
func pushText(address string, e Event) string {
	limit := longestPush
	if strings.HasPrefix(address, "pushover:") {
		limit = longestPushover
	}
	end := ""
	if e.URL != "" {
		end = "\n\n" + e.URL
	}
	text := strings.TrimRight(e.Text, "\n")
	if len(text)+len(end) > limit {
		cut := limit - len(end) - len(" …")
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + " …"
	}
	return text + end
}
