package imapwatch

import (
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// errLogin marks a login that the server refused because of who asks or with which password, and
// not because it is busy (RFC 5530, section 3). Repeating those soon can lock the account.
var errLogin = errors.New("login refused")

// loginFault says what an unsuccessful login means.
func loginFault(user string, err error) error {
	answer, ok := errors.AsType[*imap.Error](err)
	if !ok {
		return err
	}
	const appPassword = "many providers (Gmail, iCloud, Yahoo, Fastmail) want an app password here, made in their security settings, and not the usual one"
	text := strings.ToLower(answer.Text)
	switch {
	case answer.Code == imap.ResponseCodeAuthenticationFailed || answer.Code == imap.ResponseCodeAuthorizationFailed ||
		answer.Code == imap.ResponseCodeExpired || strings.Contains(text, "application-specific password"):
		return fault.Permanent(fmt.Errorf("%w for %s: %w", errLogin, user, err), "check the password and account.inbox.user; "+appPassword)
	case answer.Code == imap.ResponseCodePrivacyRequired:
		return fault.Permanent(fmt.Errorf("%w for %s: %w", errLogin, user, err), "set account.inbox.security to tls or starttls")
	case answer.Code == "" || answer.Code == imap.ResponseCodeAlert:
		return fault.Temporary(fmt.Errorf("log in as %s: %w", user, err), "if this stays: check the password and account.inbox.user; "+appPassword)
	}
	return fault.Temporary(fmt.Errorf("log in as %s: %w", user, err), "")
}
