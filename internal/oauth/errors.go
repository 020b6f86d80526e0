package oauth

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// explain says what went wrong at the provider, and what becomes of it. again is the hint for
// when the person has to sign in once more. secrets are what the request contained: a provider
// that repeats them in its description must not get them into a log.
func explain(doing string, err error, again string, secrets ...string) error {
	answer, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return unanswered(doing, err)
	}
	status := answer.Response.StatusCode
	// The body is never quoted: it can hold anything, such as a token.
	text := fmt.Errorf("%s: the provider answers %q", doing, short(answer.ErrorCode))
	if answer.ErrorCode == "" {
		text = fmt.Errorf("%s: the provider answers with HTTP status %d", doing, status)
	}
	if d := answer.ErrorDescription; d != "" {
		for _, s := range secrets {
			if s != "" {
				d = strings.ReplaceAll(d, s, "…")
			}
		}
		text = fmt.Errorf("%w (%q)", text, short(d))
	}
	if status >= 500 || status == http.StatusTooManyRequests {
		return fault.Temporary(text, "")
	}
	// RFC 6749, section 5.2; RFC 8628, section 3.5; OpenID Connect Core, section 3.1.2.6. Microsoft
	// has a word of its own for access_denied.
	switch answer.ErrorCode {
	case "invalid_grant", "interaction_required", "consent_required", "login_required",
		"access_denied", "authorization_declined", "expired_token":
		return fault.Permanent(text, again)
	case "invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type", "invalid_request":
		return fault.Permanent(text, "check client_id, client_secret_file and scopes of account.inbox.oauth2 against what the provider shows for your client; its secret may have run out")
	}
	if status >= 300 && status < 400 {
		return fault.Temporary(text, "the provider's address leads elsewhere; set account.inbox.oauth2.token_url to the endpoint itself")
	}
	return fault.Temporary(text, "")
}

// unanswered is for when there is no answer, or none that can be read.
func unanswered(doing string, err error) error {
	if fault.KindOf(err) != fault.UnknownKind {
		return fmt.Errorf("%s: %w", doing, err)
	}
	hint := ""
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		hint = "if the provider is your own, set account.inbox.oauth2.ca_file to its authority's certificate; otherwise somebody may be in between"
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		host := e.URL
		if u, parse := url.Parse(e.URL); parse == nil {
			host = u.Host
		}
		err = fmt.Errorf("%s: %w", host, e.Err)
	}
	return fault.Temporary(fmt.Errorf("%s: %w", doing, err), hint)
}

func short(s string) string {
	const limit = 200
	if len(s) > limit {
		s = s[:limit] + "…"
	}
	return s
}
