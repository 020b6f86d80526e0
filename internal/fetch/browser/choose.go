package browser

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// choose finds the one export that is the account's and was announced at that time.
func (p *view) choose(all []*card, account string, announced time.Time) (*card, error) {
	var own []*card
	others := map[string]bool{}
	onPage := hasName(p.pieces(0), account)
	for _, c := range all {
		switch {
		case c.service == "facebook":
			others[cmp.Or(c.account, "a Facebook account")] = true
		case strings.EqualFold(c.account, account), c.account == "" && onPage:
			c.offer.Account = account
			own = append(own, c)
		case c.account != "":
			others[c.account] = true
		}
	}
	if len(own) == 0 {
		if len(others) == 0 {
			return nil, stop(WallAccount, "it does not name "+account)
		}
		var names []string
		for name := range others {
			names = append(names, name)
		}
		slices.Sort(names)
		return nil, stop(WallAccount, redact("it names "+strings.Join(names[:min(len(names), 3)], ", ")+" and not "+account, 200))
	}
	chosen, why := own[0], "it is the only export on the page"
	if len(own) > 1 {
		if chosen = newest(own, announced); chosen == nil {
			return nil, stop(WallAmbiguous, "")
		}
		why = fmt.Sprintf("of %d exports it is the last one requested before the mail", len(own))
	}
	requested := chosen.offer.Requested
	switch {
	case chosen.mixed:
		return nil, stop(WallAmbiguous, "its files could not be told apart")
	case announced.IsZero() || requested.IsZero():
	case !before(requested, announced):
		return nil, stop(WallAmbiguous, "the one on the page was requested after the mail was sent")
	case announced.Sub(requested) > 60*24*time.Hour:
		return nil, stop(WallAmbiguous, "the one on the page was requested long before the mail was sent")
	}
	chosen.offer.Choice = why
	return chosen, nil
}

// before leaves a day for time zones: the page writes the date where the person is.
func before(requested, announced time.Time) bool {
	return requested.Before(announced.Add(24 * time.Hour))
}

// newest is the last one that was requested before the announcement, or nil if that is not one alone.
func newest(all []*card, announced time.Time) *card {
	var best *card
	for _, c := range all {
		switch r := c.offer.Requested; {
		case r.IsZero() || announced.IsZero():
			return nil
		case !before(r, announced):
		case best == nil || r.After(best.offer.Requested):
			best = c
		}
	}
	for _, c := range all {
		if best != nil && c != best && c.offer.Requested.Equal(best.offer.Requested) {
			return nil
		}
	}
	return best
}

var userName = regexp.MustCompile(`^@?[A-Za-z0-9._]{1,30}$`)

// named finds the account a card names: the piece of text in front of the service's name, or one with an @.
func named(pieces []string) (account, service string) {
	for i, piece := range pieces {
		switch s := fold(piece); {
		case s == "instagram" || s == "facebook":
			service = s
			if i > 0 && userName.MatchString(pieces[i-1]) {
				account = strings.TrimPrefix(pieces[i-1], "@")
			}
		case account == "" && strings.HasPrefix(piece, "@") && userName.MatchString(piece):
			account = piece[1:]
		}
	}
	return account, service
}

// hasName tells whether one of the pieces names the account, alone or as a word.
func hasName(pieces []string, account string) bool {
	for _, piece := range pieces {
		for _, word := range strings.FieldsFunc(piece, func(r rune) bool { return strings.ContainsRune(" \u00a0·•|,()", r) }) {
			if strings.EqualFold(strings.TrimPrefix(word, "@"), account) {
				return true
			}
		}
	}
	return false
}
