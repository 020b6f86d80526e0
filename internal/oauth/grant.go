package oauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// early is how long before its end an access token counts as ended: clocks differ, and a login
// takes its time.
const early = time.Minute

// Grant is what a provider has granted: the content of a token file.
type Grant struct {
	// A refresh token is only ever sent to where it came from, and for whom.
	TokenURL string `json:"token_url"`
	ClientID string `json:"client_id"`

	RefreshToken string    `json:"refresh_token"`
	AccessToken  string    `json:"access_token,omitempty"`
	Expires      time.Time `json:"expires,omitzero"` // of the access token; zero: not told
}

// grant takes over what the provider answered.
func (p Provider) grant(t *oauth2.Token) (*Grant, error) {
	if !strings.EqualFold(t.Type(), "Bearer") {
		// RFC 6749, section 7.1: not to be used by who does not understand it.
		return nil, fault.Permanent(fmt.Errorf("the provider gives a token of type %q, and a mail login needs a bearer token", short(t.Type())), "")
	}
	if !plain(t.AccessToken, answerLimit) { // it goes into a line that a control character would end
		return nil, fault.Permanent(errors.New("the provider gives a token that no bearer token can be"), "")
	}
	return &Grant{
		TokenURL: p.TokenURL, ClientID: p.ClientID,
		RefreshToken: t.RefreshToken, AccessToken: t.AccessToken,
		Expires: t.Expiry.Round(0), // by the wall clock: the other one stops while the machine sleeps
	}, nil
}

// first is grant for a sign-in, which has to bring a refresh token.
func (p Provider) first(t *oauth2.Token) (*Grant, error) {
	g, err := p.grant(t)
	if err == nil && g.RefreshToken == "" {
		err = fault.Permanent(errors.New("the provider gave no refresh token: the login would end within the hour"),
			"the scopes must ask for one, usually by \"offline_access\"")
	}
	return g, err
}

// usable tells whether the access token can be tried.
func (g *Grant) usable(now time.Time, refused string) bool {
	return g != nil && g.AccessToken != "" && g.AccessToken != refused &&
		(g.Expires.IsZero() || now.Add(early).Before(g.Expires))
}

// errNobody says that there is no token file.
var errNobody = errors.New("nobody has signed in yet")

// load reads a token file.
func load(path string) (*Grant, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNobody
	}
	if err != nil {
		return nil, fault.Temporary(fmt.Errorf("read token file: %w", err), "the user that igwatchd runs as must be able to read it")
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	data, err := io.ReadAll(io.LimitReader(f, answerLimit+1))
	if err != nil {
		return nil, fault.Temporary(fmt.Errorf("read token file: %w", err), "")
	}
	g := new(Grant)
	if len(data) > answerLimit || json.Unmarshal(data, g) != nil || g.RefreshToken == "" {
		return nil, fault.Permanent(fmt.Errorf("read token file: %s is not one", path), "")
	}
	return g, nil
}

// save writes a token file, for its owner's eyes alone. Whoever owns the folder owns the file, so
// that root can sign in for the service.
func (g *Grant) save(path string) error {
	data, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		return fmt.Errorf("write token file: %w", err)
	}
	if err := durable.WriteFile(path, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("write token file: %w", err)
	}
	return handOver(path)
}

// makeFolder makes the folder of a token file.
func makeFolder(path string) error {
	dir := filepath.Dir(path)
	if err := durable.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder for the token file: %w", err)
	}
	return handOver(dir)
}
