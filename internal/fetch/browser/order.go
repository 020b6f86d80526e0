package browser

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Order says which export is wanted.
type Order struct {
	URL       string    // the mail's link, or the page of the Accounts Center; secret
	Account   string    // the Instagram name that the page has to name
	Announced time.Time // Date of the mail; zero: not known, and the page must offer one export alone

	Have func(part int) bool // parts, counted from 1, that are here already; nil: none

	// Before is what an earlier visit read, if parts of it are here: a page that offers anything else by now is a
	// wall. nil: there was none.
	Before *Offer

	// Stopped tells whether the person may have deleted the account: from then on a session must not be used,
	// because its use can cancel the deletion. It is asked before Chromium starts and before each press. nil: never.
	Stopped func() bool

	// Password answers the prompt to enter the password again, never a log-in form. nil: the prompt is a wall.
	// It is given to the exact hosts in Options.PasswordHosts only, over verified TLS, and typed once at most.
	Password func(ctx context.Context) (string, error)

	// PasswordUsed is called before the password is typed. It has to keep, durably, that this export's one use
	// is spent, and to return an error if it was spent before. Without it no password is typed.
	PasswordUsed func(ctx context.Context) error
}

// Offer is what the page says about the export, as evidence. "" and zero: the page does not say it.
type Offer struct {
	Account   string    // as the page names it
	Requested time.Time // a date, at midnight UTC
	Range     string    // as the page writes it
	Format    string    // JSON or HTML
	Quality   string    // high, medium or low
	Expires   time.Time // a date, at midnight UTC
	Parts     int       // 0: the link led to a file, and no page was shown
	Stated    bool      // Parts is what the page says ("of 3"), not what was counted: more may come later
	Choice    string    // why this offer and no other
	Raw       string    // the offer's text, without anything like a token; at most 2,000 bytes
}

// Part is one file of the offer.
type Part struct {
	Number, Of int    // from 1; Of is Offer.Parts
	Offer      Offer  // that it is a part of
	URL        string // signed, on one of Options.ByteHosts; secret

	// Mint visits the page again, presses Download for this part alone, and returns a new URL. For when the
	// first one has expired.
	Mint func(ctx context.Context) (string, error)
}

// ErrStopped says that the session is not used any more, because the deletion of the account was announced.
var ErrStopped = errors.New("the browser is not used once the account's deletion was announced")

// Take opens the order's page, presses Download for each part that is not here yet, one after the other, ends
// Chromium, and then hands the parts to load, one after the other. The transfer itself is load's affair; Chromium
// does not run meanwhile. A visit takes three minutes at most, and one that ends early still hands over the parts
// it got.
//
// An error in whose chain a *Wall is needs the person, or time: its kind (package fault) is permanent where only
// the person can go on, and temporary where trying again later may help. The Offer is what was read, also with an error.
func Take(ctx context.Context, o Options, order Order, load func(context.Context, Part) error) (Offer, error) {
	offer, urls, err := visitOnce(ctx, o, order, order.Before)
	numbers := make([]int, 0, len(urls))
	for n := range urls {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		part := Part{Number: n, Of: offer.Parts, Offer: offer, URL: urls[n]}
		part.Mint = func(ctx context.Context) (string, error) { return mint(ctx, o, order, offer, n) }
		if lerr := load(ctx, part); lerr != nil {
			return offer, errors.Join(fmt.Errorf("fetch part %d: %w", n, lerr), err)
		}
	}
	return offer, err
}

func mint(ctx context.Context, o Options, order Order, before Offer, part int) (string, error) {
	order.Have = func(n int) bool { return n != part }
	_, urls, err := visitOnce(ctx, o, order, &before)
	if url, ok := urls[part]; ok {
		return url, nil
	}
	if err == nil {
		err = fault.Permanent(&Wall{Kind: WallUnknown, Detail: fmt.Sprintf("part %d is not offered any more", part)}, hints[WallUnknown])
	}
	return "", err
}

// visitOnce starts a Chromium for one visit and ends it.
func visitOnce(ctx context.Context, o Options, order Order, same *Offer) (Offer, map[int]string, error) {
	if order.Stopped != nil && order.Stopped() {
		return Offer{}, nil, fault.Permanent(ErrStopped, "")
	}
	if order.Account == "" {
		return Offer{}, nil, fault.Configuration(errors.New("visit the download page: no account is named"), "")
	}
	limit := o.patience().visit
	visiting, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it took longer than %s", limit))
	defer cancel()
	ctx, end := context.WithTimeout(ctx, limit+20*time.Second) // time to take the screenshot
	defer end()
	s, err := start(ctx, o)
	if err != nil {
		return Offer{}, nil, err
	}
	defer s.close()
	return s.visit(visiting, order, same)
}
