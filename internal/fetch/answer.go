package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// answer is what the head of a response promises.
type answer struct {
	fresh     bool   // the body begins at the first byte of the file
	total     int64  // the whole file's length; 0: not told
	length    int64  // the body's length; -1: not told
	validator string // of the file; "": it cannot be gone on with
}

// errMisfit says that an answer does not continue what is here. The transfer
// begins anew then: a splice of two files would look like one.
var errMisfit = errors.New("the file, or the part of it, is not the one that was begun")

// judgeAnswer reads the head of a response to a request for the bytes from
// cp.Offset on (RFC 9110, sections 14 and 15.3.7).
func judgeAnswer(resp *http.Response, host string, cp Checkpoint, now time.Time) (answer, error) {
	switch s := resp.StatusCode; {
	case s == http.StatusOK, s == http.StatusPartialContent:
	case s == http.StatusUnauthorized, s == http.StatusProxyAuthRequired:
		return answer{}, loginWall(host)
	case s == http.StatusRequestedRangeNotSatisfiable && resp.Request.Header.Get("Range") != "":
		// A transfer whose offset is its total asks nothing any more, so this is never "done".
		return answer{}, again(fmt.Errorf("%s: the rest is not there: %w", host, errMisfit))
	case s == http.StatusRequestedRangeNotSatisfiable, s == http.StatusRequestTimeout, s == http.StatusTooEarly, s == http.StatusTooManyRequests, s >= 500:
		return answer{}, fault.Temporary(&setback{
			err: fmt.Errorf("%s answered %d", host, s), after: retryAfter(resp.Header.Get("Retry-After"), now),
		}, hintGoesOn)
	case s < 300:
		return answer{}, again(fmt.Errorf("%s answered %d, without a file", host, s))
	default:
		return answer{}, fault.Permanent(&Expired{host, s}, hintAgain)
	}
	if isPage(resp) {
		return answer{}, loginWall(host)
	}
	if len(resp.Header.Values("Content-Encoding")) > 0 && !strings.EqualFold(resp.Header.Get("Content-Encoding"), "identity") {
		return answer{}, again(fmt.Errorf("%s sent the file encoded, which was not asked for", host))
	}
	if resp.StatusCode == http.StatusOK {
		return answer{fresh: true, total: max(0, resp.ContentLength), length: resp.ContentLength, validator: validator(resp.Header)}, nil
	}
	start, end, total, ok := parseContentRange(resp.Header.Get("Content-Range"))
	switch {
	case !ok, cp.Offset == 0, start != cp.Offset, // not what was asked for; multipart/byteranges too
		cp.Total > 0 && total != cp.Total, resp.ContentLength >= 0 && resp.ContentLength != end-start+1,
		!same(resp.Header, cp.Validator):
		return answer{}, again(fmt.Errorf("%s: %w", host, errMisfit))
	}
	return answer{total: total, length: end - start + 1, validator: cp.Validator}, nil
}

// parseContentRange reads "bytes FIRST-LAST/TOTAL" (RFC 9110, section 14.4). A
// range whose total is not told is of no use here.
func parseContentRange(s string) (start, end, total int64, ok bool) {
	unit, rest, _ := strings.Cut(s, " ")
	span, whole, _ := strings.Cut(rest, "/")
	first, last, _ := strings.Cut(span, "-")
	start, ok1 := digits(first)
	end, ok2 := digits(last)
	total, ok3 := digits(whole)
	if !strings.EqualFold(unit, "bytes") || !ok1 || !ok2 || !ok3 || start > end || end >= total {
		return 0, 0, 0, false
	}
	return start, end, total, true
}

// digits reads 1*DIGIT, which is stricter than what strconv takes.
func digits(s string) (int64, bool) {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// maxValidator bounds what of a server's words goes into the journal, in bytes.
const maxValidator = 1 << 10

// validator returns what may stand in If-Range (RFC 9110, section 13.1.5): a
// strong ETag, else a Last-Modified that is strong because it is at least a
// second older than the answer (section 8.8.2.2); else "".
func validator(h http.Header) string {
	if tag := h.Get("ETag"); len(tag) >= 2 && len(tag) <= maxValidator && tag[0] == '"' && tag[len(tag)-1] == '"' {
		return tag
	}
	modified, err1 := http.ParseTime(h.Get("Last-Modified"))
	date, err2 := http.ParseTime(h.Get("Date"))
	if err1 != nil || err2 != nil || date.Before(modified.Add(time.Second)) {
		return ""
	}
	return h.Get("Last-Modified")
}

// same tells whether a 206 is of the file with that validator. An ETag must be
// told again; Last-Modified a server may leave out then (section 15.3.7).
func same(h http.Header, validator string) bool {
	switch {
	case validator == "":
		return false
	case validator[0] == '"':
		return h.Get("ETag") == validator
	default:
		modified := h.Get("Last-Modified")
		return modified == "" || modified == validator
	}
}

// retryAfter reads seconds or a date (RFC 9110, section 10.2.3).
func retryAfter(s string, now time.Time) time.Duration {
	if seconds, ok := digits(strings.TrimSpace(s)); ok {
		return time.Duration(min(seconds, 1<<30)) * time.Second
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	return max(0, at.Sub(now))
}
