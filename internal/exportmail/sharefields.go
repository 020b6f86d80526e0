package exportmail

import (
	"mime"
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"github.com/emersion/go-message/charset"
)

// addressFields hold names and addresses.
var addressFields = []string{"From", "Sender", "Reply-To", "Return-Path", "Errors-To", "Resent-From", "Resent-Sender"}

// sortFields say what sort of mail it is, in words joined by underscores.
var sortFields = []string{"X-Facebook-Notify", "X-FB-Internal-Notiftype", "Feedback-ID", "X-Facebook-Notification-Type"}

// plainName matches the name of a field that can be shown: words, no ids.
var plainName = regexp.MustCompile(`^(?:[A-Z]?[a-z]{1,16}|[A-Z]{1,8}|[A-Z]{1,3}[a-z]{1,16})(?:-(?:[A-Z]?[a-z]{1,16}|[A-Z]{1,8}|[A-Z]{1,3}[a-z]{1,16})){0,6}$`)

// fields writes a header, except for what the part writes of itself.
func (s *sharer) fields(h header) {
	for _, f := range h {
		if f.is("Content-Type") || f.is("Content-Transfer-Encoding") {
			continue
		}
		name := f.name
		if !plainName.MatchString(name) || len(s.findHidden(name)) > 0 {
			name = "X-" + s.name("field", strings.ToLower(f.name))
		}
		value := oneLine(s.field(f))
		s.line("%s: %s", name, value)
	}
	if was := s.wasEncoded(h); was != "" {
		s.line("X-Was: %s", was)
	}
}

// wasEncoded says how the text was encoded before it was written anew.
func (s *sharer) wasEncoded(h header) string {
	encoding := strings.ToLower(h.get("Content-Transfer-Encoding"))
	if !slices.Contains([]string{"quoted-printable", "base64", "7bit", "8bit", "binary"}, encoding) {
		encoding = ""
	}
	_, params, _ := mime.ParseMediaType(h.get("Content-Type"))
	if set := strings.ToLower(params["charset"]); set != "" && knownCharset(set) {
		encoding = strings.TrimSpace(encoding + " " + set)
	}
	return encoding
}

// knownCharset tells whether set is the name of a character set, and so no secret.
func knownCharset(set string) bool {
	set = strings.ToLower(set)
	if set == "utf-8" || set == "us-ascii" {
		return true
	}
	_, err := charset.Reader(set, strings.NewReader(""))
	return err == nil && len(set) < 24
}

// oneLine keeps a value from becoming anything but one field that is read once.
func oneLine(value string) string {
	value = strings.Join(strings.Fields(value), " ")
	return strings.ReplaceAll(value, "=?", "= ?")
}

// field returns the value of a field in the copy.
func (s *sharer) field(f field) string {
	value := visible(header{f}.decoded(f.name))
	switch {
	case f.is("Subject"):
		return s.text(value)
	case f.is("Date"):
		// The day is enough for the deadline; hour and zone tell of the person.
		if t, err := mail.ParseDate(value); err == nil && t.Year() > 1990 && t.Year() < 2200 {
			return t.Format("Mon, 2 Jan 2006") + " 12:00:00 +0000"
		}
		return "[date]"
	case f.is("MIME-Version"):
		return "1.0"
	case f.is("Message-ID"), f.is("In-Reply-To"), f.is("References"):
		return "<" + s.name("message", value) + "@igwatchd.invalid>"
	case f.is("DKIM-Signature"):
		return s.signature(value)
	case slices.ContainsFunc(addressFields, f.is):
		return s.people(value)
	case slices.ContainsFunc(sortFields, f.is):
		return s.strict(value, sortWord.MatchString)
	}
	return s.strict(value, func(w string) bool { return harmless[strings.ToLower(w)] })
}

var sortWord = regexp.MustCompile(`^(?:[a-z]{1,16}(?:_[a-z]{1,16}){1,8}|[Ff]acebook|[Ii]nstagram|mailid)$`)

// signature keeps how it was signed and with which key, and drops what is signed: bh= would let
// anybody try which text it belongs to, and b= which recipient.
func (s *sharer) signature(value string) string {
	var tags []string
	for tag := range strings.SplitSeq(value, ";") {
		name, v, _ := strings.Cut(strings.TrimSpace(tag), "=")
		name, v = strings.TrimSpace(name), strings.Join(strings.Fields(v), "")
		switch name {
		case "v", "a", "c", "q":
			v = s.strict(v, func(w string) bool { return harmless[strings.ToLower(w)] })
		case "d":
			v = s.host(v)
		case "s":
			if !knownSelector.MatchString(v) {
				v = s.name("selector", v)
			}
		case "h":
			names := strings.Split(v, ":")
			for i, n := range names[:min(len(names), maxSignedFields)] {
				if !plainName.MatchString(n) || len(s.findHidden(n)) > 0 {
					names[i] = "X-" + s.name("field", strings.ToLower(n))
				}
			}
			v = strings.Join(names[:min(len(names), maxSignedFields)], ":")
		case "i":
			v = "@" + s.host(v[strings.LastIndexByte(v, '@')+1:])
		case "t", "x", "l", "b", "bh":
			v = "[" + name + "]"
		default:
			continue
		}
		tags = append(tags, name+"="+v)
	}
	return strings.Join(tags, "; ")
}

// knownSelector matches the names that Meta and the large providers give their keys: dates.
var knownSelector = regexp.MustCompile(`^(?:s1024-|s2048-)?20[0-9]{2}-?q[1-4]$|^(?:s1024|s2048)-20[0-9]{2}-q[1-4]$|^20[0-9]{6}$|^selector[12]$|^default$|^dkim$|^mail$|^k[1-3]$`)

var nameWord = regexp.MustCompile(`[^\s<>"'(),:;@\[\]=]+`)

// roles are words of a display name that are nobody's name.
var roles = []string{"support", "team", "security", "help", "center", "centre", "privacy", "business", "the", "mail", "no", "reply", "noreply", "info", "copyright", "verified"}

// people returns a field of names and addresses without whose they are. What imitates a name of
// Meta's stays, for that is what the copy may be about.
func (s *sharer) people(value string) string {
	value = value[:min(len(value), maxAddress)]
	var b strings.Builder
	words := func(text string) {
		if strings.ContainsAny(text, "=%") { // encoded in a way that was not understood
			text = "?"
		}
		kept := nameWord.ReplaceAllStringFunc(text, func(w string) string {
			switch {
			case namesMeta(w) && isWord(w), slices.Contains(roles, strings.ToLower(w)), len(w) == 1:
				return s.text(w)
			}
			return s.name("name", w)
		})
		if namesMeta(text) && !namesMeta(kept) { // "Insta gram", "1nstagram"
			kept = s.text(text)
		}
		if strings.Contains(skeleton(text), "instagram") && !strings.Contains(skeleton(kept), "instagram") {
			kept = strings.ReplaceAll(kept, "@", "") + " lnstagram"
		}
		b.WriteString(kept)
	}
	at := 0
	for _, m := range addressOfMail.FindAllStringIndex(value, 20) {
		words(value[at:m[0]])
		b.WriteString(s.address(value[m[0]:m[1]]))
		at = m[1]
	}
	words(value[at:])
	return b.String()
}

// strict returns a value in which only the words that keep likes are kept.
func (s *sharer) strict(value string, keep func(word string) bool) string {
	value = value[:min(len(value), maxSignature)]
	var b strings.Builder
	at := 0
	for _, m := range fieldWord.FindAllStringIndex(value, -1) {
		b.WriteString(value[at:m[0]])
		w := value[m[0]:m[1]]
		at = m[1]
		switch {
		case keep(w):
			b.WriteString(w)
		case strings.Contains(strings.Trim(w, "@"), "@"):
			b.WriteString(s.address(w))
		case dottedWhole.MatchString(w):
			b.WriteString(s.host(w))
		case longNumber.MatchString(w):
			b.WriteString(s.number(w))
		default:
			b.WriteString(s.name("x", w))
		}
	}
	return b.String() + value[at:]
}

var (
	fieldWord   = regexp.MustCompile(`[^\s<>"(),;:\[\]={}/]+`)
	dottedWhole = regexp.MustCompile(`^(?:[A-Za-z0-9_-]+\.)+[A-Za-z][A-Za-z0-9-]+$`)
)

// harmless are the words of header fields that tell nothing of the person.
var harmless = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`from by with for id via and of as is to the
		smtp esmtp esmtps esmtpsa lmtp http https local tls tlsv1 tls1_2 tls1_3 version cipher bits
		pass fail none neutral softfail temperror permerror policy reject quarantine p sp dis pct
		dkim dkim-adsp spf dmarc arc bimi auth iprev header header.i header.d header.s header.b header.from smtp.mailfrom smtp.helo client-ip envelope-from helo receiver domain designates permitted sender does not designate reason action compauth
		1.00 v a b bh c d h i l q s t x z 1 0 2 3 rsa-sha256 ed25519-sha256 rsa-sha1 relaxed simple dns txt cv
		yes no true false auto-generated auto-replied auto-notified bulk list junk all normal high low urgent non-urgent oof dr rn nrn autoreply
		text plain html multipart alternative mixed related utf-8 us-ascii iso-8859-1 7bit 8bit quoted-printable base64 inline attachment
		zuckmail facebook instagram mailid en es de fr it pt nl tr pl ru ja ko zh en-us en-gb pt-br
		mx.google.com www.facebook.com list-unsubscribe one-click score spam ham`) {
		m[w] = true
	}
	return m
}()
