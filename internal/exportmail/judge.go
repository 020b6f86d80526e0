package exportmail

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/words"
)

// no makes a reason that speaks against the mail.
func no(code, format string, args ...any) Reason {
	return reason(code, SeverityError, words.Of(format, args...))
}

func info(code, format string, args ...any) Reason {
	return reason(code, SeverityInfo, words.Of(format, args...))
}

// doubt makes a reason that nobody can be sure of.
func doubt(code, format string, args ...any) Reason {
	return reason(code, SeverityQuestion, words.Of(format, args...))
}

func reason(code, severity string, said words.Phrase) Reason {
	return Reason{Code: code, Severity: severity, Text: said.String(), Phrase: said}
}

// maxSigned is the largest mail whose signatures are checked, in bytes: each costs a hash of it.
const maxSigned = 4 << 20

// availability is how long the export can be had when the mail does not say otherwise. The
// mail of 2026 gives four days, in words; so did all guides since 2018.
const availability = 4 * 24 * time.Hour

// Judge says what raw, a whole mail as the server has it, is. received is when the server
// got it, a time that its author cannot choose; zero stands for now. txt answers for DKIM keys.
//
// The error is of kind fault.Temporary and means that the judgement hangs on a DNS answer
// that did not come: judge again later. Whatever is wrong with the mail itself is in the
// Judgement. Judge never fetches anything but DKIM keys of the listed domains.
func Judge(ctx context.Context, raw []byte, received time.Time, rules Rules, txt TXTResolver) (Judgement, error) {
	return judge(ctx, raw, received, rules, txt, new(effort))
}

func judge(ctx context.Context, raw []byte, received time.Time, rules Rules, txt TXTResolver, e *effort) (Judgement, error) {
	if received.IsZero() {
		received = time.Now()
	}
	raw = withoutEnvelope(raw)
	s := signals{effort: e, tooLarge: len(raw) > maxMessage}
	raw = raw[:min(len(raw), maxMessage)]
	h, body, headerErr := readHeader(raw)
	e.read(h.size())
	seen := readContent(e, h, body)
	s.tooLarge = s.tooLarge || seen.cut

	e.read(seen.text.Len())
	text := fold(seen.text.String())
	s.tooLarge = s.tooLarge || len(text) >= maxFolded-1 // it may have been cut
	j := Judgement{
		From: h.decoded("From"), Subject: h.decoded("Subject"), MessageID: h.messageID(), Date: h.date(),
	}
	s.readWords(h, text)
	j.Language = s.language
	if w := s.wording(); w != nil {
		j.Wording = w.name + "-" + w.language
	}
	for _, l := range seen.links {
		e.read(len(l.url) + len(l.text) + len(j.Links))
		f := rules.judgeLink(l)
		s.addLink(f)
		if !slices.ContainsFunc(j.Links, func(l Link) bool { return l.URL == f.link.URL && l.Action == f.link.Action }) {
			j.Links = append(j.Links, f.link)
		}
	}

	a, temporary := authenticate(ctx, raw, h, headerErr, received, rules, txt, e)
	s.authentic = a.by != ""
	decision, why := s.decide()
	if temporary != nil {
		s.authentic = true
		if otherwise, _ := s.decide(); otherwise != decision {
			j.Decision, j.Reasons = Suspicious, a.reasons // for those who overlook the error
			j.refuseLinks()
			return j, fault.Temporary(fmt.Errorf("judge the mail: %w", temporary), "check that this machine can reach a name server")
		}
	}
	j.Decision, j.Authentic, j.AuthenticatedBy = decision, a.by != "", a.by
	j.Reasons = append(a.reasons, s.found()...)
	if seen.damaged {
		j.Reasons = append(j.Reasons, doubt("mime-damaged", "Parts of the mail cannot be decoded; it was read as far as possible."))
	}
	j.Reasons = append(j.Reasons, why)
	if decision == ExportReady {
		j.setDeadline(e, fold(j.Subject)+" . "+text, received)
	} else {
		j.refuseLinks()
	}
	return j, nil
}

// refuseLinks closes every link: in a mail that is not trusted as a whole no part is.
func (j *Judgement) refuseLinks() {
	reason := "mail-not-trusted"
	if j.Decision == Ignored {
		reason = "other-mail"
	}
	for i := range j.Links {
		if j.Links[i].Action != ActionRefuse {
			j.Links[i].Action, j.Links[i].Reason = ActionRefuse, reason
		}
	}
}

// setDeadline counts from the mail's Date, which is signed, or from when it came, if that was
// before. A time that is not understood never makes the deadline later than the usual one.
func (j *Judgement) setDeadline(e *effort, text string, received time.Time) {
	from := j.Date
	if from.IsZero() || received.Before(from) {
		from = received
	}
	said, clear := validityOf(e, text)
	if said == 0 || !clear && said > availability {
		j.Deadline = from.Add(availability)
		j.Reasons = append(j.Reasons, info("deadline-usual", "The mail gives no time that is understood; four days are usual, until %s.", j.Deadline.UTC().Format(time.DateTime+" MST")))
		return
	}
	span := words.Of("%d days", int(said/day))
	if said%day != 0 {
		span = words.Of("%d hours", int(said/hour))
	}
	j.Deadline = from.Add(said)
	j.Reasons = append(j.Reasons, info("deadline-in-mail", "The mail gives %s to download, until %s.", span, j.Deadline.UTC().Format(time.DateTime+" MST")))
}

// authentication is whether and how the mail was found authentic.
type authentication struct {
	by      string
	reasons []Reason
}

// authenticate checks the sender. The error is temporary; then nothing is decided yet.
func authenticate(ctx context.Context, raw []byte, h header, headerErr error, received time.Time, rules Rules, txt TXTResolver, e *effort) (authentication, error) {
	var a authentication
	note := func(r Reason) { a.reasons = append(a.reasons, r) }
	if headerErr != nil {
		note(no("header-malformed", "The header cannot be relied on: %s.", words.Text(strings.ReplaceAll(headerErr.Error(), "\n", "; "))))
	}
	_, domain, err := h.from()
	switch {
	case err != nil:
		note(no("from-unclear", "It cannot be told who wrote the mail: %s.", err))
	case !slices.Contains(rules.FromDomains, domain):
		note(no("from-not-listed", "The mail comes from an address at %q, which is not one that Instagram's export mail comes from.", domain[:min(len(domain), 100)]))
	default:
		note(info("from-listed", "The From address is at %s.", domain))
	}
	for _, name := range append([]string{"Content-Transfer-Encoding", "MIME-Version"}, mustSign...) {
		if n := len(h.all(name)); n > 1 || n == 0 && slices.Contains(mustSign, name) && name != "From" {
			note(no("field-count", "The mail has %d %s fields instead of one.", n, name))
		}
	}
	if slices.ContainsFunc(a.reasons, func(r Reason) bool { return r.Severity == SeverityError }) {
		return a, nil
	}
	var (
		ok        bool
		why       = no("dkim-too-large", "The mail is too large for its signatures to be checked; export mails are small.")
		temporary error
	)
	if len(raw) <= maxSigned {
		ok, why, temporary = verifyDKIM(ctx, raw, h, domain, received, txt, e)
	}
	note(why)
	if ok {
		a.by = ByDKIM
		return a, nil
	}
	ok, why = trustedResults(h, rules.AuthservID, domain)
	if why.Code != "" {
		note(why)
	}
	if ok {
		a.by = ByAuthenticationResults
		// What DKIM lacked is not against the mail any more, only good to know.
		a.reasons[len(a.reasons)-2].Severity = SeverityInfo
		return a, nil
	}
	return a, temporary
}
