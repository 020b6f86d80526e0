package daemon

import (
	"slices"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/exportmail"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// TestHalvesThatMayStillBeGoneOnWithStay as long as files are missing and the download is open.
func TestHalvesThatMayStillBeGoneOnWithStay(t *testing.T) {
	a := announcement{
		Links: []link{
			{Action: exportmail.ActionFetch, State: linkFailed}, {Action: actionGiven, State: givenDone}, {Action: actionGiven, State: givenFailed},
		},
		Page: &pageOffer{Parts: 2, Got: map[int]string{1: "x"}},
	}
	now := time.Now()
	open := journal.Export{ID: "e", State: "done", Verdict: "not-safe", Deadline: now.Add(time.Hour)}
	some := []string{"e/2", "e/page 2 of 2"}
	for name, c := range map[string]struct {
		change func(*journal.Export)
		want   []string
	}{
		"open":                     {func(*journal.Export) {}, some},
		"questions":                {func(e *journal.Export) { e.Verdict = "questions" }, some},
		"safe":                     {func(e *journal.Export) { e.Verdict = "safe" }, nil},
		"the download has ended":   {func(e *journal.Export) { e.Deadline = now }, nil},
		"failed":                   {func(e *journal.Export) { e.State = "failed" }, nil},
		"no deadline, made now":    {func(e *journal.Export) { e.Deadline, e.Created = time.Time{}, now }, some},
		"no deadline, made before": {func(e *journal.Export) { e.Deadline, e.Created = time.Time{}, now.Add(-linkLife) }, nil},
	} {
		e := open
		c.change(&e)
		if got := halves(e, a); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
