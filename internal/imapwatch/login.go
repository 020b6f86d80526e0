package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// errLogin marks a login that the server refused because of who asks or with which password, and
// not because it is busy (RFC 5530, section 3). Repeating those soon can lock the account.
var errLogin = errors.New("login refused")

// proof is what shows to the server who logs in: a password or an access token.
type proof struct{ password, token string }

// proof asks for the password, or for an access token other than the refused one.
func (s Server) proof(ctx context.Context, refused string) (p proof, err error) {
	if s.Token == nil {
		if p.password, err = s.Password(ctx); err != nil {
			err = fmt.Errorf("password of %s: %w", s.User, err)
		}
		return p, err
	}
	if p.token, err = s.Token(ctx, refused); err != nil {
		err = fmt.Errorf("no access token for %s: %w", s.User, err)
		if fault.KindOf(err) == fault.PermanentKind {
			err = &shutOut{err}
		}
	}
	return p, err
}

// shutOut is a provider's permanent no: for whoever waits, that is a refused login.
type shutOut struct{ error }

func (e *shutOut) Unwrap() error        { return e.error }
func (e *shutOut) Is(target error) bool { return target == errLogin }

// enterWith opens a session. A token that the server refuses may have been taken back before its
// time, so it is replaced once.
func (s Server) enterWith(ctx context.Context, open func(proof) (*session, error)) (*session, error) {
	p, err := s.proof(ctx, "")
	if err != nil {
		return nil, err
	}
	one, err := open(p)
	if p.token == "" || !errors.Is(err, errLogin) {
		return one, err
	}
	fresh, renewed := s.proof(ctx, p.token)
	switch {
	case renewed != nil:
		return nil, renewed
	case fresh == p:
		return nil, err
	}
	return open(fresh)
}

// login proves to the server who we are. What the server offers decides how.
func (s *session) login(to Server, p proof) error {
	if p.token != "" {
		return s.loginToken(to, p.token)
	}
	return s.loginPassword(to.User, p.password)
}

// loginPassword uses SASL PLAIN, else SASL LOGIN, else the LOGIN command: the first that is
// offered and understood.
func (s *session) loginPassword(user, password string) error {
	for _, client := range []sasl.Client{sasl.NewPlainClient("", user, password), &loginClient{answers: []string{user, password}}} {
		mechanism, _, err := client.Start()
		if err != nil || !s.caps.Has(imap.AuthCap(mechanism)) {
			continue
		}
		err = s.client.Authenticate(client)
		if answer, ok := errors.AsType[*imap.Error](err); !ok || answer.Type != imap.StatusResponseTypeBad {
			return err
		}
	}
	if s.caps.Has(imap.CapLoginDisabled) {
		return fault.Permanent(errors.New("the mail server takes no password on this connection"),
			"try account.inbox.security = \"tls\"; if it is, this server wants account.inbox.oauth2 instead of a password")
	}
	return s.client.Login(user, password).Wait()
}

// loginToken uses OAUTHBEARER (RFC 7628), or XOAUTH2 where there is nothing else, as at Exchange
// Online.
func (s *session) loginToken(to Server, token string) error {
	for _, client := range []sasl.Client{newOAuthBearer(to, token), &xoauth2{to.User, token}} {
		mechanism, _, err := client.Start()
		if err == nil && s.caps.Has(imap.AuthCap(mechanism)) {
			return s.client.Authenticate(client)
		}
	}
	return fault.Permanent(errors.New("the mail server offers no login by OAuth 2 (neither OAUTHBEARER nor XOAUTH2)"),
		"check account.inbox.host; or use a password: password_file instead of oauth2")
}

// loginFault says what an unsuccessful login means.
func loginFault(to Server, err error) error {
	if refused, ok := errors.AsType[*tokenRefused](err); ok {
		return fault.Permanent(fmt.Errorf("%w for %s: %w", errLogin, to.User, refused), tokenHint)
	}
	answer, ok := errors.AsType[*imap.Error](err)
	if !ok {
		return err
	}
	hint := "check the password and account.inbox.user; many providers (Gmail, iCloud, Yahoo, Fastmail) want an app password here, made in their security settings, and not the usual one"
	if to.Token != nil {
		hint = tokenHint
	}
	switch {
	case refusing(answer, to.Token != nil):
		return fault.Permanent(fmt.Errorf("%w for %s: %w", errLogin, to.User, err), hint)
	case answer.Code == imap.ResponseCodePrivacyRequired:
		return fault.Permanent(fmt.Errorf("%w for %s: %w", errLogin, to.User, err), "set account.inbox.security to tls or starttls")
	case answer.Code == "" || answer.Code == imap.ResponseCodeAlert:
		return fault.Temporary(fmt.Errorf("log in as %s: %w", to.User, err), "if this stays: "+hint)
	}
	return fault.Temporary(fmt.Errorf("log in as %s: %w", to.User, err), "")
}

const tokenHint = "check that account.inbox.user is the mailbox of the person who signed in; then sign in again: igwatchd setup --oauth2"

// refusing tells whether an answer speaks of who asks. Exchange Online says so without a code.
func refusing(answer *imap.Error, byToken bool) bool {
	codes := []imap.ResponseCode{
		imap.ResponseCodeAuthenticationFailed, imap.ResponseCodeAuthorizationFailed, imap.ResponseCodeExpired,
	}
	text := strings.ToLower(answer.Text)
	return slices.Contains(codes, answer.Code) || strings.Contains(text, "application-specific password") ||
		byToken && answer.Code == "" && (strings.Contains(text, "authenticate") || strings.Contains(text, "credentials"))
}
