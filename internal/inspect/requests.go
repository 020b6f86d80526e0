package inspect

import "strings"

// request is an earlier request of an export, as the account's history tells. The request
// that made the archive itself is not in it: what was chosen before is a hint at habits, no proof.
type request struct {
	at, from int64  // the latest and the earliest time in the entry, UNIX seconds
	quality  string // low, medium, high, or ""
	format   string // html, json, or ""
}

// allTime is before any account: Instagram writes "all time" as from the first of February 1905.
const allTime = -1_000_000_000

// qualities and formats are told by their values, because labels are translated. Where values are
// translated too, there is no hint.
var (
	qualities = map[string]bool{"low": true, "medium": true, "high": true, "low quality": true, "medium quality": true, "high quality": true}
	formats   = map[string]bool{"html": true, "json": true}
)

func (l *list) requestValue(path []string, v token) {
	key := path[len(path)-1]
	if s, ok := v.text(); ok && key == "value" {
		l.ask.option(s)
		return
	}
	switch t := v.number(); key {
	case "timestamp", "timestamp_value":
		l.ask.time(t)
	}
}

// option takes a value that could be an option.
func (r *request) option(s string) {
	switch s = strings.ToLower(strings.TrimSpace(s)); {
	case qualities[s]:
		r.quality = strings.TrimSuffix(s, " quality")
	case formats[s]:
		r.format = s
	}
}

// time takes a time. The range's beginning is the earliest one.
func (r *request) time(t int64) {
	if t < allTime || believable(t) {
		r.from = earlier(r.from, t)
		r.at = max(r.at, t)
	}
}

func (l *list) leaveRequest(path []string) {
	if len(path) > 1 || len(path) == 1 && path[0] != element {
		return
	}
	l.endRequest()
}

func (l *list) endRequest() {
	if (l.ask.quality != "" || l.ask.format != "") && len(l.requests) < maxLabels {
		l.requests = append(l.requests, l.ask)
	}
	l.ask = request{}
}

// latest returns the request that was made last.
func latest(all []request) (r request) {
	for _, other := range all {
		if other.at >= r.at {
			r = other
		}
	}
	return r
}
