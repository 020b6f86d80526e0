package inspect

import (
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/words"
)

func (in *inspection) judgeIdentity(r *Report) {
	in.identity.fromLabels(in.tally.labels)
	for _, h := range in.tally.headers {
		if h.username != "" {
			in.identity.sources = append(in.identity.sources, UsernameSource{h.username, h.from})
		}
	}
	hasData := false
	for e := range in.union.all() {
		c := classify(e.rel)
		hasData = hasData || c == classPersonal || c == classProfile1
	}
	in.identity.weigh(in.layout.old())
	r.Username = in.identity.judge(hasData, in.layout.covered(), &in.problems)
	r.Evidence.Usernames = append(r.Evidence.Usernames, in.identity.sources...)
}

// requested returns the range of dates that the pages say was asked for.
func (in *inspection) requested() (begins, ends time.Time) {
	for _, h := range in.tally.headers {
		if !h.hasRange {
			continue
		}
		// Pages of several parts must agree; the narrower range counts.
		if b := time.Unix(h.begins, 0).UTC(); begins.IsZero() || b.After(begins) {
			begins = b
		}
		if e := time.Unix(h.ends, 0).UTC(); ends.IsZero() || e.Before(ends) {
			ends = e
		}
	}
	return begins, ends
}

func (in *inspection) judgeTime(r *Report) {
	t := in.tally
	s := span{
		oldest: unixOrZero(t.oldest), newest: unixOrZero(t.newest), active: unixOrZero(max(t.newest, t.newestMessage)),
		signedUp: unixOrZero(t.signedUp), generated: in.generated(), undated: t.undated,
	}
	s.begins, s.ends = in.requested()
	for _, h := range t.headers { // a range of which only a half can be read is not known
		s.unread = s.unread || h.invalid || h.times == 2
	}
	r.GeneratedAt = rfcDate(s.generated)
	r.Range = Range{From: rfcDate(s.oldest), To: rfcDate(s.newest), Known: in.layout.covered() && s.whole()}
	ev := &r.Evidence
	ev.Oldest, ev.Newest, ev.NewestActivity, ev.SignedUp = rfcTime(s.oldest), rfcTime(s.newest), rfcTime(s.active), rfcTime(s.signedUp)
	ev.RequestedFrom, ev.RequestedTo = rfcTime(s.begins), rfcTime(s.ends)
	ev.Undated = t.undated
	if in.layout.covered() {
		in.judgeRange(s)
	}
}

func (in *inspection) judgeRange(s span) {
	since := words.Text("")
	if !s.signedUp.IsZero() {
		since = words.Of(" The account exists since %s.", rfcDate(s.signedUp))
	}
	switch {
	case s.limited() && s.ends.Sub(s.begins) <= oneYear+2*day:
		in.add(Question, "range-limited", "", "The archive says that it was requested for the dates from %s to %s only, no more than a year.%s "+
			"What is older is not in it. If you want to keep it, request the export again for \"All time\". Can you do without it, or do you have it already?", rfcDate(s.begins), rfcDate(s.ends), since)
	case s.limited():
		in.add(Question, "range-limited", "", "The archive says that it was requested for the dates from %s to %s only.%s "+
			"What is older or newer is not in it. If you want to keep it, request the export again for \"All time\". Can you do without it, or do you have it already?", rfcDate(s.begins), rfcDate(s.ends), since)
	case s.begins.IsZero() && s.atMostAYear():
		in.add(Question, "range-one-year", "", "Everything in the archive was posted between %s and %s, no more than a year.%s "+
			"Instagram's form offers \"last year\" as the range. If your profile shows older posts, request the export again. Did you choose \"All time\", and is it right that it shows none?",
			rfcDate(s.oldest), rfcDate(s.newest), since)
	}
}

// generated returns the day on which the export was made: from the names of the parts, else
// from the heads of its pages, else from the newest entry.
func (in *inspection) generated() time.Time {
	var head, first time.Time // of its pages
	newest := latestDay(in.identity.dates)
	for _, h := range in.tally.headers {
		t := unixOrZero(h.generated)
		if t.After(head) {
			head = t
		}
		if first.IsZero() || !t.IsZero() && t.Before(first) {
			first = t
		}
	}
	if head.Sub(first) > day {
		in.add(Question, "generated-disagrees", "", "Some pages of the archive say that they were made on %s, others on %s. Do all files belong to one export?", rfcDate(first), rfcDate(head))
	}
	if !newest.IsZero() && !head.IsZero() && newest.Sub(head).Abs() > 3*day {
		in.add(Question, "generated-disagrees", "", "The file name says that the export was made on %s, its pages say %s. Do all files belong to one export, and was none renamed?",
			rfcDate(newest), rfcDate(head))
	}
	switch {
	case !newest.IsZero():
		return newest
	case !head.IsZero():
		return head
	}
	return in.packed()
}

// Below this longer side, in pixels, even the largest of several pictures hints at reduced quality:
// what Instagram shows is up to 1440 pixels wide today and was at least 1080 since 2015. Before, it was 612.
const (
	reducedSide     = 720
	reducedPictures = 20
	tinySide        = 180 // as large as a preview
	tinyPictures    = 3
)

// judgeRequests looks for hints at the options of the request.
func (in *inspection) judgeRequests(r *Report) {
	if in.tally.rough > 0 {
		in.add(Question, "posts-count-rough", "", "In this kind of export the pictures of one post are listed one by one, so %d posts is a guess. "+
			"Compare the pictures with your profile: are all of them there?", in.tally.items[classPosts])
	}
	last := latest(in.tally.requests)
	var hints words.List
	if last.quality != "" && last.quality != "high" {
		hints = append(hints, words.Of("an earlier request of yours asked for %s quality", words.Text(last.quality)))
	}
	switch ev := r.Evidence; {
	case ev.Pictures >= reducedPictures && ev.LongestSide <= reducedSide, ev.Pictures >= tinyPictures && ev.LongestSide <= tinySide:
		hints = append(hints, words.Of("the largest of its %d pictures is %d pixels long", ev.Pictures, ev.LongestSide))
	case ev.Pictures >= tinyPictures && ev.MedianLonger <= tinySide:
		hints = append(hints, words.Of("most of its %d pictures are no more than %d pixels long", ev.Pictures, ev.MedianLonger))
	}
	if len(hints) > 0 {
		in.add(Question, "quality-hint", "", "The pictures may be of reduced quality: %s. If you did not choose \"High\", request the export again. Did you choose it, or is this quality enough for you?", hints)
	}
	r.Evidence.EarlierRequests = len(in.tally.requests)
	r.Evidence.EarlierQuality, r.Evidence.EarlierFormat = last.quality, last.format
	if last.from > allTime && last.from != 0 {
		in.add(Info, "earlier-range", "", "An earlier request of yours did not ask for all dates. This one may have; the archive does not say so.")
	}
}

// fillSides tells how large the own pictures are.
func (in *inspection) fillSides(ev *Evidence) {
	var sides []int
	for side, n := range in.tally.sides {
		sides = append(sides, side)
		ev.Pictures += n
	}
	slices.Sort(sides)
	seen := 0
	for _, side := range sides {
		ev.LongestSide = side
		if seen += in.tally.sides[side]; ev.MedianLonger == 0 && seen > ev.Pictures/2 {
			ev.MedianLonger = side
		}
	}
}
