package imapwatch

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/emersion/go-sasl"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// loginClient is the LOGIN mechanism (draft-murchison-sasl-login). The one of go-sasl begins with
// the name unasked and stops at the prompt for it, so it fails at every server without SASL-IR.
// What the prompts say differs from server to server; the draft says not to mind.
type loginClient struct{ answers []string }

var _ sasl.Client = (*loginClient)(nil)

func (c *loginClient) Start() (mechanism string, first []byte, err error) {
	return sasl.Login, nil, nil
}

func (c *loginClient) Next([]byte) ([]byte, error) {
	if len(c.answers) == 0 {
		return nil, errors.New("the mail server asks for more than a name and a password")
	}
	answer := c.answers[0]
	c.answers = c.answers[1:]
	return []byte(answer), nil
}

// xoauth2 is the mechanism that came before OAUTHBEARER
// (https://developers.google.com/workspace/gmail/imap/xoauth2-protocol).
type xoauth2 struct{ user, token string }

var _ sasl.Client = (*xoauth2)(nil)

func (c *xoauth2) Start() (mechanism string, first []byte, err error) {
	return "XOAUTH2", []byte("user=" + c.user + "\x01auth=Bearer " + c.token + "\x01\x01"), nil
}

func (c *xoauth2) Next(challenge []byte) ([]byte, error) { return nil, readRefusal(challenge, c.token) }

// oauthBearer is OAUTHBEARER as go-sasl begins it (RFC 7628).
type oauthBearer struct {
	sasl.Client
	token string
}

func newOAuthBearer(s Server, token string) *oauthBearer {
	name := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(s.User) // saslname, RFC 5801, section 4
	return &oauthBearer{sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{
		Username: name, Token: token, Host: s.Host, Port: s.Port,
	}), token}
}

func (c *oauthBearer) Next(challenge []byte) ([]byte, error) {
	return nil, readRefusal(challenge, c.token)
}

// tokenRefused is a server's no to an access token, with its reason.
type tokenRefused struct{ status, scope string }

func (e *tokenRefused) Error() string {
	text := "the mail server does not accept the access token"
	if e.status != "" {
		text += ": status " + quoted(e.status)
	}
	if e.scope != "" {
		text += ", it wants the scope " + quoted(e.scope)
	}
	return text
}

// readRefusal reads the only challenge there is: why the token is refused (RFC 7628, section
// 3.2.2; XOAUTH2 sends the same). The server now waits for an empty answer before it says NO, but
// go-imap writes "=" for an empty one, which not every server understands. So this is an error,
// the reason is kept, and the connection is given up.
func readRefusal(challenge []byte, token string) error {
	var said struct{ Status, Scope string }
	_ = json.Unmarshal(challenge, &said) // a reason that cannot be read is none
	hide := strings.NewReplacer(token, "…")
	return fault.Permanent(&tokenRefused{status: hide.Replace(said.Status), scope: hide.Replace(said.Scope)}, "")
}
