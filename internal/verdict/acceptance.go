package verdict

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

// Acceptance is that the person has what Instagram itself left out of an export elsewhere, or can do without it.
type Acceptance struct {
	Digest string // of the omissions that were shown
	Total  int    // how many they were, as typed
	At     time.Time
}

// partQuestions ask whether all files of the export are here. While one of them is open, what is missing may be in
// a file that is not here.
var partQuestions = []string{"part-count", "part-full", "part-cut-at-2gib"}

// besideOmissions are the errors that an acceptance can wait for: they are about copies, and not about what
// is in the archive.
var besideOmissions = []string{"not-stored", "copy-not-proven", "copy-damaged"}

// markAcceptable marks the errors about what Instagram itself left out, if the person may accept them: only
// if nothing else is wrong with the archive, and if all that is left out is listed.
func markAcceptable(f Facts, all []Reason) {
	if !legible(f) || f.Report.Omissions == nil || f.Report.Omissions.Digest == "" {
		return
	}
	items := 0
	for _, r := range all {
		switch {
		case r.Severity == inspect.Question, r.Severity == inspect.Info, r.follows:
		case r.items > 0:
			items += r.items
		case !slices.Contains(besideOmissions, r.Code):
			return
		}
	}
	if items != f.Report.Omissions.Total {
		return
	}
	for i, r := range all {
		all[i].Acceptable = r.items > 0 || r.follows
	}
}

// accept turns what may be accepted, and was, into what is only worth knowing.
func accept(f Facts, all []Reason) {
	if OpenParts(all) || f.Accepted == nil || f.Report == nil || f.Report.Omissions == nil {
		return
	}
	if o := f.Report.Omissions; o.Digest == "" || f.Accepted.Digest != o.Digest || f.Accepted.Total != o.Total {
		return
	}
	for i, r := range all {
		if r.Acceptable {
			all[i] = reason(r.Code, inspect.Info, words.Of("You accepted: %s", r.Phrase))
			all[i].Accepted = true
		}
	}
}

// OpenParts reports whether a question is open about how many files the export has.
func OpenParts(reasons []Reason) bool {
	return slices.ContainsFunc(reasons, func(r Reason) bool {
		return r.Severity == inspect.Question && slices.Contains(partQuestions, r.Code)
	})
}

// Acceptable reports whether the person may accept what Instagram itself left out.
func Acceptable(reasons []Reason) bool {
	return slices.ContainsFunc(reasons, func(r Reason) bool { return r.Acceptable })
}

// OnlyAcceptable reports whether nothing but what the person may accept stands against the verdict safe, apart
// from questions.
func (v Verdict) OnlyAcceptable() bool {
	errs := v.Open(inspect.Error)
	return len(errs) > 0 && !slices.ContainsFunc(errs, func(r Reason) bool { return !r.Acceptable })
}

// acceptance is the one that the verdict rests on, or nil.
func (v Verdict) acceptance(f Facts) *Acceptance {
	if !slices.ContainsFunc(v.Reasons, func(r Reason) bool { return r.Accepted }) {
		return nil
	}
	return f.Accepted
}

// Omitted is what Instagram itself left out of the export, for people.
type Omitted struct {
	Total    int
	Accepted string // when the person accepted it, or ""
	Lists    []Listing
	More     int // how many are counted, but not listed
}

// kinds are what an omission can be, one and several.
var kinds = map[string][2]string{
	inspect.KindPost: {"post", "posts"}, inspect.KindStory: {"story", "stories"}, inspect.KindReel: {"reel", "reels"},
	inspect.KindProfilePhoto: {"profile picture", "profile pictures"}, inspect.KindArchivedPost: {"archived post", "archived posts"},
	inspect.KindIGTV: {"IGTV video", "IGTV videos"}, inspect.KindOther: {"other thing", "other things"},
	inspect.KindConversation: {"conversation", "conversations"},
}

// howOmitted says how it was left out, by the code of the finding.
var howOmitted = map[string]string{
	"media-remote": "only its address in the web", "reference-empty": "no file", "media-damaged": "damaged",
	"media-empty": "an empty file", "media-kind": "no picture or video",
	"index-unreadable": "a list of its messages cannot be read",
}

// NewOmitted puts the omissions of an export into words. accepted may be nil.
func NewOmitted(o *inspect.Omissions, accepted *Acceptance) Omitted {
	if o == nil {
		return Omitted{}
	}
	list := Omitted{Total: o.Total, More: o.Total - len(o.Items)}
	if accepted != nil {
		list.Accepted = stamp(accepted.At)
	}
	at := map[string]int{}
	for _, item := range o.Items {
		name := kinds[item.Kind]
		i, known := at[item.Kind]
		if !known {
			i = len(list.Lists)
			at[item.Kind] = i
			list.Lists = append(list.Lists, Listing{Name: strings.ToUpper(name[1][:1]) + name[1][1:]})
		}
		list.Lists[i].Files = append(list.Lists[i].Files, itemOf(item))
	}
	return list
}

// itemOf says what helps to recognise an omission.
func itemOf(o inspect.Omission) File {
	f := File{When: monthName(o.Made)}
	what := []string{howOmitted[o.Code]}
	if o.Caption != "" {
		what = append(what, "“"+words.Calm(o.Caption)+"”")
	}
	switch {
	case o.Kind == inspect.KindConversation:
		what = append(what, words.Visible(o.From))
		f.When = conversation(o.From)
	case !strings.HasSuffix(o.From, ".json") && !strings.HasSuffix(o.From, ".html"):
		what = append(what, words.Visible(o.From))
	}
	f.Path = strings.Join(what, ": ")
	return f
}

// monthName tells a day or a month (RFC 3339) as people do.
func monthName(made string) string {
	if t, err := time.Parse(time.DateOnly, made); err == nil {
		return t.Format("2 January 2006")
	}
	if t, err := time.Parse("2006-01", made); err == nil {
		return fmt.Sprintf("%s %d", t.Month(), t.Year())
	}
	return ""
}
