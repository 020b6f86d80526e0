package browser

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// visit is one order's way through the pages.
type visit struct {
	*session
	ctx    context.Context // of the tab; ends with the visit's time
	order  Order
	limits limits
	main   *tab
	extra  map[target.ID]*tab // opened by a press
	at     *tab               // where it stands, for the screenshot
	secret string             // the password, once it was typed: it must not be shown
	spent  bool               // no second password
}

// visit reads the page, and presses for each part that is wanted. same, if it is given, is what the page has to
// offer still.
func (s *session) visit(ctx context.Context, order Order, same *Offer) (offer Offer, urls map[int]string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	v := &visit{session: s, order: order, limits: s.o.patience(), extra: map[target.ID]*tab{}}
	defer func() {
		err = v.explain(ctx, err)
		v.closeOthers()
	}()
	if v.main, err = openTab(ctx, s.ctx); err != nil {
		return offer, nil, err
	}
	v.ctx, v.at = v.main.ctx, v.main

	s.wire.clear()
	if err := v.open(); err != nil {
		return offer, nil, err
	}
	chosen, url, err := v.find()
	if err != nil {
		return offer, nil, err
	}
	urls = map[int]string{}
	if url != "" { // as the links of 2022 did
		urls[1] = url
		return Offer{Account: order.Account, Choice: "the link led to the file"}, urls, nil
	}
	offer = chosen.offer
	if same != nil && (same.Parts != offer.Parts || !same.Requested.Equal(offer.Requested) || same.Range != offer.Range) {
		return offer, nil, stop(WallAmbiguous, "the page offers another export than before")
	}
	missing := make(map[int]bool)
	for n := range offer.Parts {
		missing[n+1] = order.Have == nil || !order.Have(n+1)
	}
	maps.DeleteFunc(missing, func(_ int, wanted bool) bool { return !wanted })
	for _, number := range chosen.numbers {
		if !missing[number] {
			continue
		}
		if urls[number], err = v.fetchURL(offer, number); err != nil {
			delete(urls, number)
			return offer, urls, err
		}
		delete(missing, number)
	}
	if len(missing) > 0 {
		return offer, urls, stop(WallUnknown, fmt.Sprintf("it speaks of %d files and shows %d", offer.Parts, len(chosen.numbers)))
	}
	return offer, urls, nil
}

// open goes to the order's page.
func (v *visit) open() error {
	if _, err := chromedp.Call(v.ctx, page.StopLoading, cdp.Empty{}); err != nil {
		return fmt.Errorf("open the download page: %w", err)
	}
	v.main.forget()
	got, err := chromedp.Call(v.ctx, page.Navigate, page.NavigateParams{URL: v.order.URL})
	if err != nil {
		return fmt.Errorf("open the download page: %w", err)
	}
	if url, err := v.wire.result(); url != "" || err != nil {
		return err
	}
	switch text := got.ErrorText; {
	case text == "":
		return nil
	case strings.Contains(text, "CERT") || strings.Contains(text, "SSL"):
		return stop(WallCertificate, "")
	case v.tunnel.inside():
		return stop(WallElsewhere, "to an address that is not a public one")
	default:
		return stop(WallOffline, strings.TrimPrefix(text, "net::"))
	}
}

// find waits until the page says what it has to say, and returns the export that is wanted, or the URL that the
// link led to by itself.
func (v *visit) find() (*card, string, error) {
	began, last, since := time.Now(), "", time.Now()
	for {
		if url, err := v.wire.result(); url != "" || err != nil {
			return nil, url, err
		}
		p, err := v.main.look()
		if err != nil {
			return nil, "", err
		}
		wall := p.judge()
		cards := p.cards()
		if now := fmt.Sprint(wall, len(cards), p.path, p.text(0)); now != last {
			last, since = now, time.Now()
		}
		still := time.Since(since)
		switch {
		case wall == WallPassword && still >= v.limits.steady:
			if err := v.enterPassword(v.main, p); err != nil {
				return nil, "", err
			}
			last = ""
		case wall != "" && (still >= v.limits.calm || still >= v.limits.steady && !patient(wall)):
			return nil, "", stop(wall, "")
		case wall == "" && len(cards) > 0 && still >= v.limits.steady:
			chosen, err := p.choose(cards, v.order.Account, v.order.Announced)
			return chosen, "", err
		case time.Since(began) > v.limits.settle:
			return nil, "", stop(WallUnknown, "")
		}
		if err := v.pause(); err != nil {
			return nil, "", err
		}
	}
}

func (v *visit) pause() error {
	select {
	case <-time.After(v.limits.every):
		return nil
	case <-v.ctx.Done():
		return context.Cause(v.ctx)
	}
}

// explain adds to a wall what the person needs to see, and gives other errors their kind.
func (v *visit) explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if wall, ok := errors.AsType[*Wall](err); ok {
		v.depict(wall)
		return err
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if fault.KindOf(err) != fault.UnknownKind {
		return err
	}
	return fault.Temporary(fmt.Errorf("visit the download page: %w", err), "igwatchd tries again by itself")
}
