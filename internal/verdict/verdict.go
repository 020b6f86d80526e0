// Package verdict decides, from facts alone, whether an account can be deleted.
// It is pure: no disk, no network, no clock. It fails closed: whatever is not
// known to be right is wrong, and an error while judging is "not safe".
package verdict

import (
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

// The verdicts.
const (
	Safe      = "safe"
	Questions = "questions"
	NotSafe   = "not-safe"
)

// Part is one archive file as it was received.
type Part struct {
	Name   string
	Size   int64  // in bytes
	SHA256 string // lower-case hex, computed while receiving
}

// Copy is one place where the archive must be stored.
type Copy struct {
	Place  string // as the person calls it
	Proven bool   // every byte was read back from it and has the right digest
	At     time.Time

	Damaged bool   // it was read back, and is not what was stored
	Trouble string // why it could not be written so far; "": nothing is known to be in the way
}

// Facts is everything a verdict is founded on.
type Facts struct {
	Account   string          // whose archive it must be
	Posts     int             // what the profile shows; 0: not told
	NoPosts   bool            // the person says that it shows none
	Received  time.Time       // when the export was announced or handed over; zero: not known
	Announced int             // how many files Instagram offered; 0: not known
	Offered   *Offered        // what its download page said; nil: nobody read it for us
	Parts     []Part          // what was received
	Coming    int             // how many further files are on their way
	Report    *inspect.Report // nil: not inspected
	Copies    []Copy          // every place that must hold a copy, proven or not
	Earlier   []Earlier       // the exports of this account that were made before
	Answers   map[string]bool // codes of questions that the person answered with yes
	Accepted  *Acceptance     // nil: nothing was accepted
}

// Offered is what Instagram's download page said about the export. It is shown, and nothing but the number of files
// (Announced) is concluded from it: "" and zero are what it did not say.
type Offered struct {
	Seen      time.Time // when it was read
	Files     int
	Requested time.Time // a date
	Range     string    // as the page writes it
	Format    string
	Quality   string
}

// Reason is one finding and what it means.
type Reason struct {
	Code     string `json:"code"`
	Severity string `json:"severity"` // error | question | info
	Text     string `json:"text"`

	Answered   bool `json:"answered,omitempty"`   // it was a question, and the person said yes
	Acceptable bool `json:"acceptable,omitempty"` // it is about what Instagram itself left out, and the person may accept it
	Accepted   bool `json:"accepted,omitempty"`   // and the person did

	items   int          // how many omissions it is about
	follows bool         // from such a reason
	Phrase  words.Phrase `json:"-"` // Text before it was told in English, for other languages
}

// Verdict is the decision with everything it rests on. Errors come first, then
// open questions, then what is only worth knowing.
type Verdict struct {
	Verdict string
	Reasons []Reason
	Omitted int // how many of the account's own things Instagram itself left out
}

// Judge decides. The same facts always give the same verdict.
func Judge(f Facts) (v Verdict) {
	defer func() {
		if r := recover(); r != nil {
			v = Verdict{Verdict: NotSafe, Reasons: fails("judging-failed", "The archive could not be judged because of a fault in igwatchd itself (%v). Please report it, and do not delete the account.", r)}
		}
	}()
	var all, errors, questions, infos []Reason
	for _, r := range rules {
		for _, finding := range r.check(f) {
			if finding.Severity == inspect.Question && f.Answers[finding.Code] {
				finding = reason(finding.Code, inspect.Info, words.Of("You answered yes: %s", finding.Phrase))
				finding.Answered = true
			}
			all = append(all, finding)
		}
	}
	markAcceptable(f, all)
	accept(f, all)
	for _, finding := range all {
		switch finding.Severity {
		case inspect.Question:
			questions = append(questions, finding)
		case inspect.Info:
			infos = append(infos, finding)
		default: // an unknown severity is no reason to be lenient
			errors = append(errors, finding)
		}
	}
	if f.Report != nil && f.Report.Omissions != nil {
		v.Omitted = f.Report.Omissions.Total
	}
	v.Reasons = append(append(append([]Reason{}, errors...), questions...), infos...)
	switch {
	case len(errors) > 0:
		v.Verdict = NotSafe
	case len(questions) > 0:
		v.Verdict = Questions
	default:
		v.Verdict = Safe
	}
	return v
}

// Open returns the reasons of the given severity.
func (v Verdict) Open(severity string) []Reason {
	var list []Reason
	for _, r := range v.Reasons {
		if r.Severity == severity {
			list = append(list, r)
		}
	}
	return list
}

// Only tells whether nothing but these kinds of errors stands against the verdict safe,
// apart from questions.
func (v Verdict) Only(codes ...string) bool {
	errs := v.Open(inspect.Error)
	return len(errs) > 0 && !slices.ContainsFunc(errs, func(r Reason) bool { return !slices.Contains(codes, r.Code) })
}

// Sentence says the verdict in plain words.
func (v Verdict) Sentence(account string) string { return v.Phrase(account).String() }

// proofs are the codes of questions to which a yes says that nothing is missing. A yes to any other may
// say that the person can do without something.
var proofs = map[string]bool{
	"part-count": true, "part-full": true, "part-cut-at-2gib": true, "part-gap": true, "range-unknown": true, "quality-unknown": true,
	"posts-empty": true, "posts-count-rough": true, "generated-disagrees": true, "same-path-differs": true, "media-not-checked": true,
	"media-unlisted": true, "index-empty": true, "section-missing": true, "part-nested": true, "section-unknown": true, "media-kind": true, "media-alike": true, "media-plain": true,
	"range-one-year": true,
	"gap-years":      true, "parts-mixed": true, "identity-by-agreement": true, "less-than-before": true, "earlier-files": true, "earlier-not-compared": true,
	"earlier-messages": true, "earlier-lists": true, "earlier-pictures": true, "earlier-order": true, "earlier-same": true, "earlier-account": true,
}

// identities are the codes of errors about whose archive it is.
var identities = map[string]bool{"wrong-account": true, "identity-unknown": true, "identity-disagrees": true}

// Phrase is the verdict in plain words, for any language.
func (v Verdict) Phrase(account string) words.Phrase {
	switch v.Verdict {
	case Safe:
		without := slices.ContainsFunc(v.Reasons, func(r Reason) bool { return r.Answered && !proofs[r.Code] })
		switch accepted := slices.ContainsFunc(v.Reasons, func(r Reason) bool { return r.Accepted }); {
		case accepted && without:
			return words.Of("The archive of %[2]s is stored, and complete but for %[1]d items that Instagram did not include and you accepted, and for what you said you can do without. "+
				"Deleting the account can go ahead.", v.Omitted, account)
		case accepted:
			return words.Of("The archive of %[2]s is stored, and complete but for %[1]d items that Instagram did not include and you accepted. Deleting the account can go ahead.", v.Omitted, account)
		case without:
			return words.Of("The archive of %s is stored, and complete but for what you said you can do without. Deleting the account can go ahead.", account)
		}
		return words.Of("The archive of %s is complete and stored. Deleting the account can go ahead.", account)
	case Questions:
		return words.Of("The archive of %[2]s is stored, and all of it was read. Before you delete the account, %[1]d questions are left that only you can answer.",
			len(v.Open(inspect.Question)), account)
	}
	switch {
	case v.OnlyAcceptable():
		return words.Of("Do not delete the account %[2]s yet: Instagram did not include %[1]d items in its archive. Only you can say whether you can do without them.", v.Omitted, account)
	case v.Only("copy-not-proven"):
		return words.Of("Do not delete the account %s yet: its archive is here, but not every copy that you asked for has been written and read back.", account)
	case v.Only("copy-damaged"):
		return words.Of("Do not delete the account %s: a stored copy of its archive is damaged.", account)
	case slices.ContainsFunc(v.Open(inspect.Error), func(r Reason) bool { return identities[r.Code] }):
		return words.Of("Do not delete the account %s: this may be the archive of another account.", account)
	default:
		return words.Of("Do not delete the account %s: its archive is not complete, or could not be checked.", account)
	}
}
