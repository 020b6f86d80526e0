package exportmail

import (
	"regexp"
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/words"
)

// signals is everything the decision hangs on.
type signals struct {
	effort *effort

	authentic bool
	tooLarge  bool   // it holds more than was looked at
	language  string // "" when it is none of the known ones

	subject, body *wording   // known wordings
	loose         bool       // the subject has more in it than a known one
	other         *otherMail // a known other kind of mail, by its subject
	about         bool       // the subject may speak of a finished export
	ready         bool       // a sentence says, in a known language, that files can be had
	pending       bool       // the text says that they cannot yet
	speaks        bool       // the text speaks of data and of downloading it, whatever it says of it
	namesMeta     bool       // the sender's name or address names Meta or a service of it
	namesInsta    bool       // it names Instagram, or looks so
	inviting      bool       // it names Instagram, and invites to download
	foreign       bool       // its author's domain is none of Meta's

	bytesShape bool     // a link has the form of one that leads to the archive, on whatever host
	pageShape  bool     // a link has the form of the export page, on whatever host
	usable     []string // the forms among them that stand on a listed host
	strong     bool     // one of these leads to the archive
	stray      bool     // one of the forms stands where it must not be used
	alien      bool     // and not even on a host of Meta's
	mismatch   bool     // the words of a link show another host than its target
	hint       bool     // a page of Meta's, or the sender's own label, looks as if it had to do with an export
}

func (s *signals) readWords(h header, text string) {
	var subjects strings.Builder // with more than one, programs differ in which they show
	for _, v := range h.all("Subject") {
		s.effort.read(len(v))
		subject := fold(decodeWords(unfold(v)))
		subjects.WriteString(subject + " . ")
		w, rest := matchSubject(s.effort, subject)
		if s.subject == nil {
			s.subject = w
		}
		s.loose = s.loose || w != nil && rest != ""
		if s.other == nil {
			s.other = matchOther(s.effort, rest)
		}
		s.about = s.about || aboutExport(s.effort, subject)
	}
	said := subjects.String()
	s.body = matchBody(s.effort, text)
	s.ready = saysReady(s.effort, said+text)
	s.pending = !s.ready && saysPending(s.effort, said+text)
	s.speaks = s.about || aboutExport(s.effort, opening(text))
	s.hint = slices.ContainsFunc(labels, func(name string) bool { return exportLabel.MatchString(fold(h.get(name))) })
	senders := strings.Join([]string{h.decoded("From"), h.decoded("Sender"), h.decoded("Reply-To")}, " ")
	s.effort.read(len(senders))
	s.namesMeta = namesMeta(senders)
	s.namesInsta = strings.Contains(skeleton(senders), "instagram")
	_, domain, _ := h.from()
	s.foreign = !ofMeta(domain)
	s.inviting = s.namesInsta && invites(s.effort, text)
	s.language = languageOf(s.effort, text)
	if w := s.wording(); w != nil {
		s.language = w.language
	}
}

// labels are fields in which Meta names the kind of a mail. They are not signed, and what the
// export mail has in them is not known: they only make somebody look.
var labels = []string{"X-Facebook-Notify", "X-FB-Internal-Notiftype", "Feedback-ID"}

var exportLabel = regexp.MustCompile(`(?:^|[_:; ])(?:dyi|eyi|data_?(?:download|export)|download_?(?:your_?)?(?:data|information)|export_?(?:your_?)?(?:data|information))(?:$|[_:; ])`)

func (s *signals) addLink(f linkFinding) {
	s.mismatch = s.mismatch || f.mismatch
	s.hint = s.hint || f.hint
	form := f.shape
	if form == nil {
		form = f.carried
	}
	if form == nil {
		return
	}
	s.bytesShape = s.bytesShape || form.action == ActionFetch
	s.pageShape = s.pageShape || form.action == ActionOpen
	if f.link.Action == ActionRefuse {
		s.stray = true
		s.alien = s.alien || !f.ofMeta
		return
	}
	s.strong = s.strong || f.link.Action == ActionFetch
	if !slices.Contains(s.usable, f.shape.name) {
		s.usable = append(s.usable, f.shape.name)
	}
}

// wording returns the known wording of subject or body, or nil.
func (s *signals) wording() *wording {
	if s.subject != nil {
		return s.subject
	}
	return s.body
}

// claims tells whether the mail says that an export is ready: in known words, by a link to
// the archive, or by a link to the export page together with words to that effect. Mail in an
// unknown language cannot be read, so there the link to the page is enough.
func (s *signals) claims() bool {
	return s.wording() != nil || s.bytesShape || s.pageShape && !s.pending && (s.about || s.ready || s.language == "")
}

// isOther tells whether the mail is of another known kind, and nothing in it speaks against that.
func (s *signals) isOther() bool {
	if s.other == nil || s.bytesShape || s.wording() != nil {
		return false
	}
	// A sentence that says "ready", beside the link to the page, is too much for most of them.
	return s.other.code == "facebook-export" || !s.pageShape || !s.ready
}

// decide is the whole rule. It returns the decision and the reason that made it.
func (s *signals) decide() (string, Reason) {
	if s.isOther() {
		if !s.authentic && (s.alien && s.namesMeta || s.inviting && s.foreign) {
			return Suspicious, no("imitation", "It bears Instagram's name, comes from elsewhere, and wants you to follow a link for your data. Do not open its links.")
		}
		return Ignored, reason(s.other.code, SeverityInfo, words.Text(s.other.text))
	}
	if !s.authentic {
		return s.decideForeign()
	}
	known := s.wording() != nil
	switch {
	case s.bytesShape && s.wording() == nil && !s.speaks && !s.ready && s.language != "":
		return Suspicious, no("claim-unclear", "Instagram sent it, and it holds a link to an archive, but its words do not speak of an export. Somebody else may have written the link. Look in Accounts Center yourself.")
	case s.claims():
	case s.pageShape && s.pending:
		return Ignored, reason("export-in-progress", SeverityInfo, words.Text(otherMails[0].text))
	case s.pageShape && s.speaks:
		return Suspicious, no("claim-unclear", "Instagram sent it, and it links to the export page, but it is not understood whether an export is ready. Look in Accounts Center yourself.")
	case s.pageShape:
		return Ignored, info("no-claim", "It links to the export page, but does not speak of an export.")
	case s.about && !s.pending, s.ready, s.hint && s.other == nil:
		return Suspicious, no("link-not-known", "Instagram sent it, and it may say that an export is ready, but none of its links leads to a page that is known for it. Look in Accounts Center yourself.")
	default:
		return Ignored, info("other-mail", "Nothing in it is like the export mail.")
	}
	// Instagram sent it, and it says that the export is ready: now everything has to agree.
	switch {
	case s.tooLarge:
		return Suspicious, no("too-large", "It holds more than an export mail ever did; not all of it was looked at.")
	case s.mismatch:
		return Suspicious, no("link-text-differs", "The words of a link show another host than the one it leads to.")
	case s.other != nil:
		return Suspicious, no("contradiction", "Its subject is that of another kind of mail, and yet it speaks of a finished export.")
	case s.loose && s.body == nil:
		return Suspicious, no("contradiction", "Its subject is that of the export mail with more around it, as somebody else's words in a mail of Instagram's may be. Look in Accounts Center yourself.")
	case len(s.usable) == 0:
		return Suspicious, no("link-not-known", "It says that the export is ready, but none of its links leads to a page that is known for it. Look in Accounts Center yourself.")
	case known:
		return ExportReady, info("signals-agree", "Sender, words and links agree.")
	case s.language == "":
		return ExportReady, doubt("language-not-known", "Sender and links are right; the language is not known. It may also be the mail which says that the export has been requested.")
	}
	return ExportReady, doubt("wording-not-known", "Sender and links are right; the words are not known.")
}

// decideForeign decides about a mail of which it is not proven that Instagram sent it. It is
// never ready; the question is whether somebody must be told.
func (s *signals) decideForeign() (string, Reason) {
	switch {
	case s.wording() != nil:
		return Suspicious, no("not-authentic", "It speaks like the export mail, but it is not proven that Instagram sent it. If you asked for an export, look for it in Accounts Center, not through this mail.")
	case s.claims() && s.namesMeta, s.strong, s.about && s.namesInsta, s.ready && s.namesInsta, s.inviting,
		s.pageShape && s.speaks && s.namesInsta && !s.pending:
		return Suspicious, no("imitation", "It is made like an export mail, and it is not proven that Instagram sent it. Do not open its links.")
	case s.pageShape:
		return Ignored, info("no-claim", "It links to the export page, but does not say that an export is ready.")
	}
	return Ignored, info("other-mail", "Nothing in it is like the export mail.")
}

// found says what was found in words and links.
func (s *signals) found() []Reason {
	var r []Reason
	switch w := s.wording(); {
	case s.subject != nil && s.body != nil:
		r = append(r, info("wording-known", "Subject and text are known from export mails (%s).", w.language))
	case s.subject != nil:
		r = append(r, info("wording-known", "The subject is known from export mails (%s).", w.language))
	case s.body != nil:
		r = append(r, info("wording-known", "A sentence of the text is known from export mails (%s).", w.language))
	}
	if len(s.usable) > 0 {
		r = append(r, info("links-known", "It has links of a known form on listed hosts: %s.", strings.Join(s.usable, ", ")))
	}
	if s.stray {
		r = append(r, doubt("link-stray", "A link has the form of one to an export, but leads where it must not be used."))
	}
	return r
}
