package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/oauth2"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// grace is how long a refresh that is under way may still take when the program has to stop. The
// provider may have replaced the refresh token already, and the new one would be lost.
const grace = 2 * time.Second

// Source hands out access tokens. It may be used by many at once, and beside other processes with
// the same token file.
type Source struct {
	provider Provider
	file     string
	command  string // what the person has to do if the grant is gone

	turn chan struct{} // held by the one who looks or refreshes; guards what follows
	held *Grant
	// unsaved is a grant that the provider gave and the disk did not take. It replaces the
	// refresh token replaces, and must not be used before it is saved.
	unsaved  *Grant
	replaces string

	now  func() time.Time // tests move the clock
	save func(g *Grant, path string) error
}

// NewSource returns a Source of the token file. account is whose inbox it is, for hints.
func NewSource(p Provider, file, account string) *Source {
	return &Source{
		provider: p, file: file, command: "igwatchd setup --oauth2 --account " + account,
		turn: make(chan struct{}, 1), now: time.Now, save: (*Grant).save,
	}
}

// Token returns an access token: the one from before while it is valid and not the refused one,
// and else a new one, which all who wait share. A permanent error means that the person has to
// sign in again, or that the provider does not know the client; a temporary one goes away by itself.
func (s *Source) Token(ctx context.Context, refused string) (string, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if s.held.usable(s.now(), refused) {
		return s.held.AccessToken, nil
	}
	if _, err := s.load(); err != nil { // before a lock file is made for nothing
		return "", err
	}
	unlock, err := lock(ctx, s.file)
	if err != nil {
		return "", err
	}
	defer unlock()
	// Read anew each time: another process may have refreshed, or the person signed in again.
	g, err := s.load()
	if err != nil {
		return "", err
	}
	if s.unsaved != nil && s.replaces == g.RefreshToken {
		if g, err = s.unsaved, s.save(s.unsaved, s.file); err != nil {
			return "", err
		}
	}
	s.unsaved = nil
	if !g.usable(s.now(), refused) {
		if g, err = s.refresh(ctx, g); err != nil {
			return "", err
		}
	}
	s.held = g
	return g.AccessToken, nil
}

// load reads the token file and looks whether it is for this provider and client.
func (s *Source) load() (*Grant, error) {
	g, err := load(s.file)
	switch {
	case errors.Is(err, errNobody):
		return nil, fault.Permanent(err, "sign in: "+s.command)
	case err == nil && (g.TokenURL != s.provider.TokenURL || g.ClientID != s.provider.ClientID):
		err = fault.Permanent(errors.New("the sign-in was for another provider or client_id than the configuration names now"), "")
	}
	if fault.KindOf(err) == fault.PermanentKind {
		err = fault.WithHint(err, "sign in again: "+s.command)
	}
	return g, err
}

// refresh gets a new access token (RFC 6749, section 6) and saves what came with it.
func (s *Source) refresh(ctx context.Context, old *Grant) (*Grant, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx, cancel := outlast(ctx, grace)
	defer cancel()
	ctx, conf, err := s.provider.client(ctx)
	if err != nil {
		return nil, err
	}
	const doing = "renew it"
	t, err := conf.TokenSource(ctx, &oauth2.Token{RefreshToken: old.RefreshToken}).Token()
	if err != nil {
		return nil, explain(doing, err, "sign in again: "+s.command, old.RefreshToken, conf.ClientSecret)
	}
	g, err := s.provider.grant(t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	if err := s.save(g, s.file); err != nil {
		s.unsaved, s.replaces = g, old.RefreshToken
		return nil, err
	}
	return g, nil
}

// Ready looks whether a sign-in can be kept, so that nobody signs in for nothing.
func (s *Source) Ready(ctx context.Context) error {
	if err := makeFolder(s.file); err != nil {
		return err
	}
	unlock, err := lock(ctx, s.file)
	if err == nil {
		unlock()
	}
	return err
}

// Keep makes g, which a person has just signed in for, the content of the token file.
func (s *Source) Keep(ctx context.Context, g *Grant) error {
	if err := makeFolder(s.file); err != nil {
		return err
	}
	unlock, err := lock(ctx, s.file)
	if err != nil {
		return err
	}
	defer unlock()
	return s.save(g, s.file)
}

// outlast returns a context that ends later than ctx does.
func outlast(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return longer, func() { stop(); cancel() }
}
