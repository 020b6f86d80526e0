// Package exportmail answers four questions about a mail: is it the one which says that
// the Instagram export is ready, did Instagram send it, what does it link to, and until
// when can the export be had.
//
// Mail is written by attackers. Every signal here can be forged alone, so a mail counts
// only when several agree: an authenticated sender, words or links that the export mail is
// known to have, and links that lead to listed hosts. When they disagree the mail is
// suspicious, and a person is told; nothing is fetched because of it.
package exportmail

import (
	"encoding/json"
	"log/slog"
	"time"

	"github.com/igwatchd/igwatchd/internal/words"
)

// The decisions.
const (
	ExportReady = "export-ready" // Instagram says that the export can be downloaded
	Ignored     = "ignored"      // some other mail
	Suspicious  = "suspicious"   // it speaks like the export mail, but not everything agrees
)

// How a mail was found to be authentic.
const (
	ByDKIM                  = "dkim"
	ByAuthenticationResults = "authentication-results"
)

// The severities of a Reason.
const (
	SeverityError    = "error"    // speaks against the mail
	SeverityQuestion = "question" // cannot be known from the mail
	SeverityInfo     = "info"
)

// Rules say whom to believe. Hosts and domains are lower case and compared exactly:
// a subdomain of a listed name is not listed.
type Rules struct {
	FromDomains []string // domains of the From address, such as "mail.instagram.com"
	LinkHosts   []string // hosts of Instagram's pages; "host" stands for port 443, or "host:port"
	ByteHosts   []string // hosts that serve the archive, in the same form
	// AuthservID names the server whose Authentication-Results fields are believed
	// (RFC 8601, section 2.5). Set it only for a provider that puts such a field on top of
	// every mail and removes those of its own name which came with the mail; with any other,
	// whoever writes the mail writes the field. Empty: none is believed.
	AuthservID string
}

// Judgement is what was found out about one mail.
type Judgement struct {
	Decision        string // ExportReady, Ignored or Suspicious
	Authentic       bool   // the From domain is listed and answers for the mail
	AuthenticatedBy string // ByDKIM, ByAuthenticationResults or ""
	Reasons         []Reason
	Links           []Link    // in the order of the mail, each address once
	Deadline        time.Time // until when the export can be had; zero unless Decision is ExportReady

	// From, Subject, MessageID and Date are what the mail says of itself, decoded. A subject
	// may contain a login code: show it to the owner, keep it out of logs.
	From, Subject, MessageID string
	Date                     time.Time
	Language                 string // "en", "es", … or "" when it is not known
	Wording                  string // name of the known wording that matched, or ""
}

// Reason is one rule's finding in words. Text never contains a link's secret parts.
type Reason struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Text     string `json:"text"`

	Phrase words.Phrase `json:"-"` // Text before it was told in English, for other languages
}

// MarshalJSON writes what `explain --json` prints. Addresses are redacted.
func (j Judgement) MarshalJSON() ([]byte, error) {
	deadline := ""
	if !j.Deadline.IsZero() {
		deadline = j.Deadline.UTC().Format(time.RFC3339)
	}
	return json.Marshal(struct {
		Decision        string   `json:"decision"`
		Authentic       bool     `json:"authentic"`
		AuthenticatedBy string   `json:"authenticated_by"`
		Reasons         []Reason `json:"reasons"`
		Links           []Link   `json:"links"`
		Deadline        string   `json:"deadline"`
	}{
		j.Decision, j.Authentic, j.AuthenticatedBy,
		append([]Reason{}, j.Reasons...), append([]Link{}, j.Links...), deadline,
	})
}

// LogValue keeps the subject, which may be a login code, and the links out of logs.
func (j Judgement) LogValue() slog.Value {
	codes := make([]string, len(j.Reasons))
	for i, r := range j.Reasons {
		codes[i] = r.Code
	}
	return slog.GroupValue(
		slog.String("decision", j.Decision),
		slog.Bool("authentic", j.Authentic),
		slog.String("authenticated_by", j.AuthenticatedBy),
		slog.String("wording", j.Wording),
		slog.Int("links", len(j.Links)),
		slog.Any("reasons", codes),
	)
}
