package exportmail

import (
	"slices"
	"strings"
)

// signals is everything the decision hangs on.
type signals struct {
	authentic bool
	tooLarge  bool   // it holds more than was looked at
	language  string // "" when it is none of the known ones

	subject, body *wording   // known wordings
	other         *otherMail // a known other kind of mail, by its subject
	about         bool       // the subject may speak of a finished export
	namesMeta     bool       // the sender's name or address names Meta or a service of it
	namesInsta    bool       // it names Instagram, or looks so
	inviting      bool       // it names Instagram from a foreign domain, and invites to download

	bytesShape bool     // a link has the form of one that leads to the archive, on whatever host
	pageShape  bool     // a link has the form of the export page, on whatever host
	usable     []string // the forms among them that stand on a listed host
	strong     bool     // one of these leads to the archive
	stray      bool     // one of the forms stands where it must not be used
	alien      bool     // and not even on a host of Meta's
	mismatch   bool     // the words of a link show another host than its target
}

func (s *signals) readWords(h header, subject, text string) {
	s.subject, s.body, s.other = matchSubject(subject), matchBody(text), matchOther(subject)
	if s.subject != nil {
		s.other = nil
	}
	s.about = aboutExport(subject)
	senders := strings.Join([]string{h.decoded("From"), h.decoded("Sender"), h.decoded("Reply-To")}, " ")
	s.namesMeta = namesMeta(senders)
	s.namesInsta = strings.Contains(skeleton(senders), "instagram")
	_, domain, _ := h.from()
	s.inviting = s.namesInsta && !ofMeta(domain) && inviting.MatchString(text)
	s.language = languageOf(text)
	if w := s.wording(); w != nil {
		s.language = w.language
	}
}

func (s *signals) addLink(f linkFinding) {
	s.mismatch = s.mismatch || f.mismatch
	if f.shape == nil {
		return
	}
	s.bytesShape = s.bytesShape || f.shape.action == ActionFetch
	s.pageShape = s.pageShape || f.shape.action == ActionOpen
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
// the archive, or by a link to the export page together with a subject about it. Mail in an
// unknown language cannot be read, so there the link to the page is enough.
func (s *signals) claims() bool {
	return s.wording() != nil || s.bytesShape || s.pageShape && (s.about || s.language == "")
}

// decide is the whole rule. It returns the decision and the reason that made it.
func (s *signals) decide() (string, Reason) {
	if s.other != nil && !s.bytesShape && s.body == nil {
		if !s.authentic && (s.alien && s.namesMeta || s.inviting) {
			return Suspicious, no("imitation", "It bears Instagram's name, comes from elsewhere, and wants you to follow a link for your data. Do not open its links.")
		}
		return Ignored, info(s.other.code, "%s", s.other.text)
	}
	words := s.wording() != nil
	switch {
	case !s.authentic && words:
		return Suspicious, no("not-authentic", "It speaks like the export mail, but it is not proven that Instagram sent it. If you asked for an export, look for it in Accounts Center, not through this mail.")
	case !s.authentic && (s.claims() && s.namesMeta || s.strong || s.about && s.namesInsta || s.inviting):
		return Suspicious, no("imitation", "It is made like an export mail, and it is not proven that Instagram sent it. Do not open its links.")
	case !s.authentic && s.pageShape, s.authentic && s.pageShape && !s.claims():
		return Ignored, info("no-claim", "It links to the export page, but does not say that an export is ready.")
	case !s.authentic, !s.claims():
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
	case len(s.usable) == 0:
		return Suspicious, no("link-not-known", "It says that the export is ready, but none of its links leads to a page that is known for it. Look in Accounts Center yourself.")
	case words:
		return ExportReady, info("signals-agree", "Sender, words and links agree.")
	case s.language == "":
		return ExportReady, Reason{"language-not-known", SeverityQuestion, "Sender and links are right; the language is not known. It may also be the mail which says that the export has been requested."}
	}
	return ExportReady, Reason{"wording-not-known", SeverityQuestion, "Sender and links are right; the words are not known."}
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
		r = append(r, Reason{"link-stray", SeverityQuestion, "A link has the form of one to an export, but leads where it must not be used."})
	}
	return r
}
