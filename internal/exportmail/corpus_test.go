package exportmail

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// corpusRow is one row of testdata/corpus.tsv: what becomes of a mail that is signed in a way.
type corpusRow struct {
	file     string // below testdata/mail, or torture/NAME below testdata
	category string
	signed   string // see seal
	decision string // or "later": the name server did not answer
	reason   string // a code among the reasons
	days     string // how long the export can be had, or "-"
	links    string // what may be done with each link, one letter each: fetch, open, refuse; or "-"
	source   string // how sure it is that such a mail exists
	about    string
}

func readCorpus(t testing.TB) (rows []corpusRow) {
	t.Helper()
	raw, err := os.ReadFile("testdata/corpus.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(c) != 9 {
			t.Fatalf("%d columns: %s", len(c), line)
		}
		rows = append(rows, corpusRow{c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]})
	}
	return rows
}

func (r corpusRow) path() string {
	if strings.Contains(r.file, "/") {
		return filepath.Join("testdata", r.file+".eml")
	}
	return filepath.Join("testdata", "mail", r.file+".eml")
}

// read returns the mail as a server has it. Files with a carriage return are exactly what they
// are; the others have the line ends of this system.
func (r corpusRow) read(t testing.TB) []byte {
	t.Helper()
	raw, err := os.ReadFile(r.path())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(raw, []byte("\r\n")) {
		raw = crlf(string(raw))
	}
	return raw
}

// sealed is a mail on its way to Judge.
type sealed struct {
	raw      []byte
	rules    Rules
	dns      *zone
	ctx      context.Context
	received time.Time
}

const corpusKey = "s1024-2013-q3._domainkey.mail.instagram.com"

// seal signs the row's mail, and has the provider say what it says. The column reads
//
//	none            no signature
//	meta            signed by mail.instagram.com
//	by:DOMAIN       signed by another domain, whose key can be found
//	dkim:FLAW       signed by mail.instagram.com, with a flaw of flaws
//	results:VARIANT not signed, with an Authentication-Results of variants on top
//	dns:STATE       signed by mail.instagram.com, and the name server is in that state
func (r corpusRow) seal(t testing.TB) sealed {
	t.Helper()
	raw := r.read(t)
	s := sealed{raw: raw, rules: testRules, dns: world(), ctx: t.Context(), received: time.Date(2026, 5, 8, 18, 0, 0, 0, time.UTC)}
	if h, _, _ := readHeader(withoutEnvelope(raw)); !h.date().IsZero() {
		s.received = h.date().Add(time.Hour)
	}
	kind, what, _ := strings.Cut(r.signed, ":")
	switch kind {
	case "none":
	case "meta":
		s.raw = signAsSent(t, raw, signature{})
	case "by":
		s.dns = world(what)
		s.raw = signAsSent(t, raw, signature{domain: what})
	case "dkim":
		f, ok := flaws(t)[what]
		if !ok {
			t.Fatalf("no such flaw: %s", what)
		}
		s.raw = signAsSent(t, raw, f.sig)
		if f.spoil != nil {
			was := string(s.raw)
			if s.raw = f.spoil(s.raw); string(s.raw) == was {
				t.Fatalf("%s spoils nothing", what)
			}
		}
		if f.key != nil {
			s.dns.records[corpusKey] = f.key
		}
		s.received = s.received.Add(f.later)
	case "results":
		v, ok := variants[what]
		if !ok {
			t.Fatalf("no such variant: %s", what)
		}
		s.raw = top(raw, v)
		if what != "not-pinned" {
			s.rules.AuthservID = "mx.google.com"
		}
	case "dns":
		s.raw = signAsSent(t, raw, signature{})
		s.dns.records[corpusKey] = []string{"SERVFAIL"}
		switch what {
		case "servfail":
		case "timeout":
			ctx, cancel := context.WithCancel(s.ctx)
			cancel()
			s.ctx = ctx
		case "servfail-vouched":
			s.raw, s.rules.AuthservID = top(s.raw, gmail), "mx.google.com"
		case "servfail-second":
			s.raw = signAsSent(t, s.raw, signature{selector: "other"})
			s.dns.records["other._domainkey.mail.instagram.com"] = []string{"v=DKIM1; p=" + publicKey()}
		case "nxdomain":
			delete(s.dns.records, corpusKey)
		default:
			t.Fatalf("no such state: %s", what)
		}
	default:
		t.Fatalf("no such way: %s", r.signed)
	}
	return s
}

// signAsSent signs what went over the wire, where all line ends are CRLF (RFC 5321, section
// 2.3.8), and puts the signature on the mail as it is stored.
func signAsSent(t testing.TB, raw []byte, sig signature) []byte {
	t.Helper()
	sent := crlf(string(raw))
	signed := sign(t, sent, sig)
	return slices.Concat(signed[:len(signed)-len(sent)], raw)
}

// flaw is a way in which a signature must not be believed, or may be all the same.
type flaw struct {
	sig   signature
	spoil func([]byte) []byte // after signing
	key   []string            // the DNS record; nil: the right one
	later time.Duration       // received so much later
}

// flaws are for the mail of 2026.
func flaws(t testing.TB) map[string]flaw {
	replace := func(old, new string) flaw {
		return flaw{spoil: func(raw []byte) []byte { return bytes.Replace(raw, []byte(old), []byte(new), 1) }}
	}
	onTop := func(f string) flaw { return flaw{spoil: func(raw []byte) []byte { return top(raw, f+"\n") }} }
	key := func(records ...string) flaw { return flaw{key: records} }
	record := "v=DKIM1; k=rsa; p=" + publicKey()
	const validFor = "t=1778260333; x=1778263933" // from the mail's Date, for an hour
	return map[string]flaw{
		"trace-on-top": onTop("Received: by mx.example.org; Thu, 06 Aug 2020 19:35:37 -0700\nX-Spam: no"),
		"unix-lines":   {spoil: func(raw []byte) []byte { return bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")) }},
		"list-on-top":  {spoil: func(raw []byte) []byte { return sign(t, raw, signature{domain: "evil.example"}) }},
		"oversigned":   {sig: signature{fields: "From:From:Subject:Subject:Date:Date:Content-Type"}},
		// The mail is read now, long after; it came within the hour.
		"expired-since":  {sig: signature{extra: validFor}, later: -30 * time.Minute},
		"ed25519-beside": onTop("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/simple; d=mail.instagram.com; s=none;\n bh=YQ==; h=From:Subject:Date:Content-Type; b=YQ=="),

		"text-changed": replace("The Meta Privacy Team", "The Meta Privacy Crew"),
		"text-added":   {spoil: func(raw []byte) []byte { return append(raw, "-- \r\nsent through a list\r\n"...) }},
		"rewrapped": {spoil: func(raw []byte) []byte {
			h, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
			return slices.Concat(h, []byte("\r\n\r\n"), bytes.ReplaceAll(body, []byte("=\r\n"), nil))
		}},
		"link-changed":    replace("accountscenter.=\r\ninstagram.com", "accountscenter.=\r\nevil.example"),
		"subject-changed": replace("Subject: Your", "Subject: Yours"),
		"subject-marked":  replace("Subject: Your", "Subject: [list] Your"),
		"date-changed":    replace("Date: Fri, 8 May", "Date: Sat, 9 May"),
		"from-changed":    replace(`From: "Instagram"`, `From: "Instagram Security"`),
		"to-changed":      replace("To: jane@", "To: joan@"),
		"type-changed":    replace("Content-Type: text/html", "Content-Type: text/plain"),
		"removed":         replace("DKIM-Signature:", "X-Signature:"),
		"malformed":       replace("v=1; a=", "v=1; nonsense; a="),
		"version-2":       replace("v=1;", "v=2;"),

		"parent-domain":      {sig: signature{domain: "instagram.com"}},
		"subdomain":          {sig: signature{domain: "x.mail.instagram.com"}},
		"business":           {sig: signature{domain: "business.facebook.com"}},
		"stranger":           {sig: signature{domain: "evil.example"}},
		"identity-subdomain": {sig: signature{extra: "i=a@x.mail.instagram.com"}},
		"identity-stranger":  {sig: signature{extra: "i=a@evil.example"}},
		"subject-unsigned":   {sig: signature{fields: "From:Date:Content-Type"}},
		"date-unsigned":      {sig: signature{fields: "From:Subject:Content-Type"}},
		"type-unsigned":      {sig: signature{fields: "From:Subject:Date"}},
		"from-unsigned":      {sig: signature{fields: "Subject:Date:Content-Type"}},
		"part-signed":        {sig: signature{length: 9}},
		"part-signed-added": {sig: signature{length: 9}, spoil: func(raw []byte) []byte {
			return append(raw, "<a href=https://evil.example>x</a>"...)
		}},
		"expired":   {sig: signature{extra: validFor}, later: time.Hour},
		"weak-hash": {sig: signature{algorithm: "rsa-sha1"}},

		"short-key":        key("v=DKIM1; p=" + shortKey),
		"no-key":           {sig: signature{selector: "other"}},
		"key-revoked":      key("v=DKIM1; p="),
		"key-testing":      key("v=DKIM1; t=y; p=" + publicKey()),
		"key-not-for-mail": key("v=DKIM1; s=web; p=" + publicKey()),
		"key-nonsense":     key("hello"),
		"two-keys":         key(record, record),
		"other-key":        key("v=DKIM1; p=" + strings.Replace(publicKey(), "A", "B", 40)),

		"second-from":    onTop("From: <x@evil.example>"),
		"second-subject": onTop("Subject: Your account"),
		"second-type":    onTop("Content-Type: text/plain"),
		"long":           {sig: signature{extra: "z=" + strings.Repeat("x", 100_000)}},
		"many": {spoil: func(raw []byte) []byte {
			for range maxSignatures {
				raw = sign(t, raw, signature{domain: "evil.example"})
			}
			return raw
		}},
	}
}

// variants are what stands on top of a mail: Authentication-Results as providers write them,
// and as somebody wrote them who wants to be taken for one.
var variants = func() map[string]string {
	ar := func(value string) string { return "Authentication-Results: " + value + "\n" }
	by := func(server string) string {
		return "Received: from a.example (a.example. [192.0.2.1])\n by " + server + " with ESMTPS id x; Thu, 06 Aug 2020 19:35:36 -0700 (PDT)\n"
	}
	own := func(value string) string { return ar("mx.google.com; " + value) }
	const from = "header.from=mail.instagram.com"
	return map[string]string{
		"gmail":          gmail,
		"gmail-alone":    own(pass),
		"version":        ar("mx.google.com 1; " + pass),
		"quoted-name":    ar(`"MX.google.com"; ` + pass),
		"below-received": by("mx.google.com") + own(pass),
		"folded":         ar("\n mx.google.com;\n\tspf=pass\n (a\n b) smtp.mailfrom=x;\n dmarc=pass\n " + from),
		"second-below":   own(pass) + ar("evil.example; dmarc=fail"),
		"not-pinned":     gmail,

		"foreign":              ar("mx.evil.example; " + pass),
		"foreign-suffix":       ar("mx.google.com.evil.example; " + pass),
		"foreign-prefix":       ar("x.mx.google.com; " + pass),
		"foreign-comment":      ar("(mx.google.com) evil.example; " + pass),
		"below-foreign":        ar("evil.example; dmarc=fail") + own(pass),
		"below-own-fail":       own("dmarc=fail "+from) + own(pass),
		"below-reply-to":       "Reply-To: x@evil.example\n" + own(pass),
		"below-signature":      "DKIM-Signature: v=1; d=evil.example; s=a; a=rsa-sha256; h=from; bh=; b=\n" + own(pass),
		"below-other-received": by("mail.example.org") + own(pass),

		"fail":            own("dmarc=fail " + from),
		"none":            own("dmarc=none " + from),
		"bestguess":       own("dmarc=bestguesspass " + from),
		"pass-in-comment": own("dmarc=fail (pass) " + from),
		"pass-in-reason":  own(`dmarc=fail reason="pass" ` + from),
		"dkim-only":       own("dkim=pass header.i=@mail.instagram.com; spf=pass smtp.mailfrom=mail.instagram.com"),
		"arc-pass":        own("arc=pass " + from + "; dmarc=fail " + from),
		"other-from":      own("dmarc=pass header.from=evil.example"),
		"parent-from":     own("dmarc=pass header.from=instagram.com"),
		"suffix-from":     own("dmarc=pass header.from=mail.instagram.com.evil.example"),
		"two-from":        own(pass + " " + from),
		"two-dmarc":       own(pass + "; dmarc=fail " + from),

		"quoted":           own(`spf=pass smtp.mailfrom="x; ` + pass + `; a=b"@evil.example; dmarc=fail ` + from),
		"quoted-escaped":   own(`spf=pass reason="x\"; ` + pass + `; y=\""`),
		"commented":        own("spf=pass (x; " + pass + ") smtp.mailfrom=evil.example"),
		"commented-nested": own("spf=pass (x (y) ; dmarc=pass " + from + ") smtp.mailfrom=evil.example"),
		"hides-own":        own("dkim=none header.i=x; " + pass + "; spf=none (; dmarc=fail " + from + "; dara=none header.i=)"),
		"hides-own-quotes": own(`dkim=none header.i=x; ` + pass + `; spf=none reason="; dmarc=fail ` + from + `; dara=none header.i="`),
		"open-quotes":      own(pass + `; spf=pass reason="x`),
		"open-comment":     own(pass + " (x"),
		"deep-comment":     own(strings.Repeat("(", 50) + strings.Repeat(")", 50) + pass),
		"outlook":          ar("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=mail.instagram.com; " + pass),
		"version-2":        ar("mx.google.com 2; " + pass),
		"latin1":           own("spf=pass (\xfc) smtp.mailfrom=x; " + pass),
		"semicolon-end":    own(pass + ";"),
		"bare-cr":          own("spf=none\rX: y; " + pass),
		"nul":              own(pass + "\x00.evil.example"),
		"name-space":       "Authentication-Results : mx.google.com; " + pass + "\n",
		"arc":              "ARC-Authentication-Results: i=1; mx.google.com; " + pass + "\n",
		"original":         "Authentication-Results-Original: mx.google.com; " + pass + "\n",
	}
}()

// TestCorpus judges every row of the table, and finds every mail in it.
func TestCorpus(t *testing.T) {
	rows := readCorpus(t)
	known, used := map[string]bool{}, map[string]bool{}
	for _, r := range rows {
		known[r.path()] = true
		name := r.file + "/" + r.signed
		if used[name] {
			t.Errorf("%s is there twice", name)
		}
		used[name] = true
		t.Run(name, func(t *testing.T) { r.test(t) })
	}
	files, err := filepath.Glob("testdata/*/*.eml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !known[f] {
			t.Errorf("%s is not in the table", f)
		}
	}
	if len(files) < 120 {
		t.Errorf("only %d mails", len(files))
	}
	for name := range flaws(t) {
		if !slices.ContainsFunc(rows, func(r corpusRow) bool { return r.signed == "dkim:"+name }) {
			t.Errorf("the flaw %s is in no row", name)
		}
	}
	for name := range variants {
		if !slices.ContainsFunc(rows, func(r corpusRow) bool { return r.signed == "results:"+name }) {
			t.Errorf("the variant %s is in no row", name)
		}
	}
}

func (r corpusRow) test(t *testing.T) {
	s := r.seal(t)
	j, err := Judge(s.ctx, s.raw, s.received, s.rules, s.dns)
	if fault.KindOf(err) == fault.TemporaryKind && r.decision == "later" {
		if j.Decision != Suspicious || j.Authentic {
			t.Errorf("for those who overlook the error it is %s", j.Decision)
		}
		if !hasCode(j, r.reason) {
			t.Errorf("want the reason %s:\n%s", r.reason, list(j))
		}
		return
	}
	if err != nil || r.decision == "later" {
		t.Fatalf("error %v, want %s", err, r.decision)
	}
	if j.Decision != r.decision || !hasCode(j, r.reason) {
		t.Errorf("decision %q, want %q because of %q; language %q; reasons:\n%s%v", j.Decision, r.decision, r.reason, j.Language, list(j), j.Links)
	}
	days := "-"
	if !j.Deadline.IsZero() {
		days = strconv.Itoa(int(j.Deadline.Sub(j.Date) / (24 * time.Hour)))
	}
	if days != r.days {
		t.Errorf("%s days, want %s", days, r.days)
	}
	links := ""
	for _, l := range j.Links {
		links += l.Action[:1]
	}
	if links = cmp.Or(links, "-"); links != r.links {
		t.Errorf("links %s, want %s: %v", links, r.links, j.Links)
	}
	for _, w := range r.broken(j) {
		t.Error(w)
	}
	if j.Decision == ExportReady && !Candidate(s.raw) {
		t.Error("its header would have kept it from being read")
	}
}

// broken says which of the promises that hold for every mail is broken.
func (r corpusRow) broken(j Judgement) (faults []string) {
	say := func(bad bool, what string) {
		if bad {
			faults = append(faults, what)
		}
	}
	ready := j.Decision == ExportReady
	say(ready && (r.category == "phish" || r.signed == "none" || strings.HasPrefix(r.signed, "by:")), "a phish is followed")
	say(r.category == "genuine" && j.Decision == Ignored, "a genuine mail is missed")
	say(ready && !j.Authentic, "ready without being authentic")
	say((j.AuthenticatedBy != "") != j.Authentic, "authenticated by "+j.AuthenticatedBy)
	say(ready == j.Deadline.IsZero(), "ready and deadline disagree")
	usable := 0
	for _, l := range j.Links {
		if l.Action == ActionRefuse {
			continue
		}
		usable++
		host, _, _ := strings.Cut(strings.TrimPrefix(strings.ToLower(l.URL), "https://"), "/")
		say(!ready, "a link of a mail judged "+j.Decision+" may be used")
		say(!slices.Contains(slices.Concat(testRules.LinkHosts, testRules.ByteHosts), host), "a link to "+host+" may be used")
	}
	say(ready && usable == 0, "ready without a link")
	return faults
}

// TestNoForgeryMakesAMailReady puts forged Authentication-Results on every mail: a third of
// the kinds on each, so that each kind is on many.
func TestNoForgeryMakesAMailReady(t *testing.T) {
	var forged []string
	for _, r := range readCorpus(t) {
		if what, ok := strings.CutPrefix(r.signed, "results:"); ok && r.decision != ExportReady && r.category == "results" && what != "not-pinned" {
			forged = append(forged, what)
		}
	}
	rules := testRules
	rules.AuthservID = "mx.google.com"
	dns := world()
	n := 0
	for i, r := range everyMail(t) {
		raw := r.read(t)
		for k, what := range forged {
			if (i+k)%3 != 0 {
				continue
			}
			j, err := Judge(t.Context(), top(raw, variants[what]), time.Time{}, rules, dns)
			if n++; err != nil || j.Decision == ExportReady || j.Authentic {
				t.Errorf("%s with %s: %s, %v\n%s", r.file, what, j.Decision, err, list(j))
			}
		}
	}
	t.Logf("%d mails judged", n)
}

// TestNoGenuineMailIsIgnored: however a genuine mail suffers on its way, somebody is told.
func TestNoGenuineMailIsIgnored(t *testing.T) {
	for _, r := range everyMail(t) {
		if r.category != "genuine" && r.category != "genuine-by-link" {
			continue
		}
		raw := r.read(t)
		for what, mail := range map[string][]byte{
			"unsigned":          raw,
			"text added":        append(sign(t, raw, signature{}), "\r\nfooter\r\n"...),
			"of another domain": sign(t, raw, signature{domain: "evil.example"}),
			"subject marked":    bytes.Replace(sign(t, raw, signature{}), []byte("\r\nSubject: "), []byte("\r\nSubject: [EXT] "), 1),
			"two subjects":      top(sign(t, raw, signature{}), "Subject: x\n"),
		} {
			if j, err := Judge(t.Context(), mail, time.Time{}, testRules, world()); err != nil || j.Decision == Ignored {
				t.Errorf("%s, %s: %s, %v\n%s", r.file, what, j.Decision, err, list(j))
			}
		}
	}
}

// everyMail returns one row of each file.
func everyMail(t testing.TB) (rows []corpusRow) {
	seen := map[string]bool{}
	for _, r := range readCorpus(t) {
		if !seen[r.file] {
			rows = append(rows, r)
		}
		seen[r.file] = true
	}
	return rows
}

// TestAnotherLanguage: adding a language is one entry of the table.
func TestAnotherLanguage(t *testing.T) {
	was := languages
	t.Cleanup(func() { languages = was; spoken = sync.OnceValue(newVocabulary) })
	languages = append(slices.Clone(was), language{
		code: "eo", words: []string{"la", "kaj", "de", "vi", "estas", "en", "por", "via"},
		wordings: []wording{{name: "made-up", subjects: []string{"viaj dosieroj estas pretaj"}}},
		others:   map[string]string{"export-in-progress": `petita`},
		thing:    `dosieroj|informoj`, action: `elsut\w*|pret\w*`, ready: `dosieroj estas pretaj`, pending: `ankorau ne`,
		validity: []string{`dum {time}`}, units: map[string]time.Duration{"tagoj": day}, numbers: map[string]int{"tri": 3},
	})
	spoken = sync.OnceValue(newVocabulary)
	mail := func(subject, text string) []byte {
		return sign(t, crlf("Date: Fri, 8 May 2026 10:12:13 -0700\nSubject: "+subject+"\nFrom: security@mail.instagram.com\nContent-Type: text/html\n\n"+text+` <a href="`+goodLink+`">x</a> la kaj de vi estas en por via`), signature{})
	}
	tests := []struct {
		subject, text, decision, code string
		days                          int
	}{
		{"Viaj dosieroj estas pretaj", "dum tri tagoj.", ExportReady, "signals-agree", 3},
		{"Novaĵo", "La dosieroj estas pretaj en tiu pagxo por vi, kaj dum kvar tagoj.", ExportReady, "wording-not-known", 4},
		{"Novaĵo", "La dosieroj venos; ankorau ne.", Ignored, "export-in-progress", 0},
		{"Petita", "La dosieroj venos.", Ignored, "export-in-progress", 0},
	}
	for _, tt := range tests {
		j, err := Judge(t.Context(), mail(tt.subject, tt.text), time.Date(2026, 5, 8, 18, 0, 0, 0, time.UTC), testRules, world())
		if err != nil || j.Decision != tt.decision || !hasCode(j, tt.code) || j.Language != "eo" {
			t.Errorf("%s: %s, %q, %v\n%s", tt.subject, j.Decision, j.Language, err, list(j))
		}
		if d := j.Deadline.Sub(j.Date); !j.Deadline.IsZero() && d != time.Duration(tt.days)*day {
			t.Errorf("%s: %v", tt.subject, d)
		}
	}
}

// TestDeadlineIsNeverLaterThanUnderstood: what is not read gives no more than four days.
func TestDeadlineIsNeverLaterThanUnderstood(t *testing.T) {
	for said, want := range map[string]time.Duration{
		"you will have four days to download your information":               4 * day,
		"you will have 14 days to download":                                  14 * day,
		"you'll have twenty days to download":                                4 * day,
		"you have 1 day to download":                                         day,
		"you have 36 hours to download":                                      36 * hour,
		"you have 0 days to download":                                        4 * day,
		"you have -3 days to download":                                       4 * day,
		"you have 99999 days to download":                                    4 * day,
		"you have two months to download":                                    4 * day,
		"you have 14 days to download. you have umpteen days to download it": 4 * day,
		"you have two days to download. you have umpteen days to download":   2 * day,
		"you have 14 days to download. expires in 7 days":                    4 * day,
		"you have 3 days to download. expires in 2 days":                     2 * day,
		"tendras cuatro dias para descargar":                                 4 * day,
		"tienes 10 dias para descargar. caduca en 48 horas":                  48 * hour,
		"available for 90 days":                                              4 * day,
		"available for 2 days":                                               2 * day,
		"nothing":                                                            4 * day,
	} {
		date := time.Date(2026, 5, 8, 17, 12, 13, 0, time.UTC)
		j := Judgement{Date: date}
		if j.setDeadline(nil, said, date.Add(time.Hour)); j.Deadline.Sub(date) != want {
			t.Errorf("%q: %v, want %v", said, j.Deadline.Sub(date), want)
		}
	}
	// A Date in the future, as a header that only the provider vouches for may have.
	received := time.Date(2026, 5, 8, 17, 0, 0, 0, time.UTC)
	j := Judgement{Date: received.AddDate(0, 1, 0)}
	if j.setDeadline(nil, "", received); !j.Deadline.Equal(received.Add(4 * day)) {
		t.Errorf("from a Date in the future: %v", j.Deadline)
	}
}
