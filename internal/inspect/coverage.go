package inspect

import "time"

const (
	day = 24 * time.Hour

	nearSignUp = 90 * day // the oldest item lies no further behind sign-up
	slack      = 7 * day  // zones, and items that were drafted before
	nearExport = 30 * day // the newest item lies no further before the export
	oneYear    = 366 * day
)

// offeredRanges are the ranges of the request form that end today, in years, months and days.
var offeredRanges = [][3]int{{0, 0, 7}, {0, 1, 0}, {0, 3, 0}, {0, 6, 0}, {1, 0, 0}, {3, 0, 0}}

// span is what the export's own times say. Unknown ones are zero.
type span struct {
	oldest, newest time.Time // own items
	active         time.Time // newest own item or message
	signedUp       time.Time
	generated      time.Time
	begins, ends   time.Time // the dates that were asked for, as far as the archive tells
	undated        int       // own items whose time is not known
	unread         bool      // the archive tells which dates were asked for, but not so that it can be read here
}

func unixOrZero(t int64) time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.Unix(t, 0).UTC()
}

// whole reports whether the span is believed to be all of the account's life; the rule is
// written down at [Evidence].
func (s span) whole() bool {
	if s.unread {
		return false
	}
	if !s.begins.IsZero() {
		// The archive says itself what was asked for.
		return !s.limited() && (!s.signedUp.IsZero() || s.begins.Unix() <= firstDay)
	}
	if s.oldest.IsZero() || s.signedUp.IsZero() || s.generated.IsZero() || s.undated > 0 {
		return false
	}
	if behind := s.oldest.Sub(s.signedUp); behind > nearSignUp || behind < -slack {
		return false
	}
	if before := s.generated.Sub(s.active); before > nearExport || before < -slack {
		return false
	}
	for _, r := range offeredRanges {
		// The export's day is known, its hour is not: both ends get a little room.
		begins := s.generated.AddDate(-r[0], -r[1], -r[2])
		if begins.After(s.signedUp.Add(-2*day)) && begins.Before(s.oldest.Add(2*day)) {
			return false
		}
	}
	return true
}

// limited reports whether the dates that were asked for leave out some of the account's life. Without
// the day of signing up, only what begins before there was an Instagram is all.
func (s span) limited() bool {
	switch {
	case s.begins.IsZero():
		return false
	case !s.generated.IsZero() && s.generated.Sub(s.ends) > slack:
		return true
	case s.signedUp.IsZero():
		return s.begins.Unix() > firstDay
	}
	return s.begins.Sub(s.signedUp) > 2*day
}

// atMostAYear reports whether the items look like those of a request for one year.
func (s span) atMostAYear() bool {
	if s.oldest.IsZero() || s.newest.Sub(s.oldest) > oneYear {
		return false
	}
	if s.signedUp.IsZero() {
		return !s.generated.IsZero() && s.generated.Sub(s.oldest) <= oneYear
	}
	return s.oldest.Sub(s.signedUp) > nearSignUp
}

func rfcDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func rfcTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
