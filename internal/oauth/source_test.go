package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// place is a provider, and the token file of somebody who has signed in there.
type place struct {
	*testworld.Provider
	client Provider
	file   string
	ca     *testworld.CA
}

func newPlace(t *testing.T) *place {
	t.Helper()
	ca, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	p, err := testworld.StartProvider(ca)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	x := &place{p, Provider{
		ClientID: testworld.OIDCClient, AuthURL: p.AuthURL(), TokenURL: p.TokenURL(), DeviceURL: p.DeviceURL(),
		Scopes: strings.Fields(testworld.OIDCScope), RedirectHost: "127.0.0.1", RootCAs: ca.Pool(),
	}, filepath.Join(t.TempDir(), "oauth2", "jane.json"), ca}
	x.signIn(t)
	return x
}

// signIn signs in anew; the access token counts as valid for an hour.
func (x *place) signIn(t *testing.T) (access string) {
	t.Helper()
	access, refresh := x.SignIn()
	if err := x.source().Keep(t.Context(), &Grant{
		TokenURL: x.TokenURL(), ClientID: testworld.OIDCClient,
		RefreshToken: refresh, AccessToken: access, Expires: time.Now().Add(time.Hour),
	}); err != nil {
		t.Fatal(err)
	}
	return access
}

func (x *place) source() *Source { return NewSource(x.client, x.file, "jane") }

func (x *place) saved(t *testing.T) *Grant {
	t.Helper()
	g, err := load(x.file)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// get wants a token that the provider takes.
func (x *place) get(t *testing.T, s *Source, refused string) string {
	t.Helper()
	token, err := s.Token(t.Context(), refused)
	if err != nil {
		t.Fatal(err)
	}
	if !x.Knows(token) || token == refused {
		t.Fatalf("the token is not one that works")
	}
	return token
}

func TestATokenIsKeptWhileItIsValidAndReplacedAfterwards(t *testing.T) {
	x := newPlace(t)
	s := x.source()
	first := x.get(t, s, "")
	if again := x.get(t, s, ""); again != first || x.Refreshes() != 0 {
		t.Errorf("a valid token was replaced")
	}
	before := x.saved(t).RefreshToken
	now := time.Now().Add(time.Hour - early + time.Second)
	s.now = func() time.Time { return now }
	second := x.get(t, s, "")
	if second == first || x.Refreshes() != 1 {
		t.Errorf("an ended token was not replaced: %d refreshes", x.Refreshes())
	}
	// What the provider replaced is on disk, for its owner alone.
	if g := x.saved(t); g.RefreshToken == before || g.AccessToken != second || !x.Knows(g.RefreshToken) {
		t.Error("the file does not hold the new tokens")
	}
	if info, err := os.Stat(x.file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	// Another process, or this one after a restart, needs no refresh for it.
	if token := x.get(t, x.source(), ""); token != second || x.Refreshes() != 1 {
		t.Error("a valid token on disk was not used")
	}
}

func TestManyWhoAskAtOnceShareOneRefresh(t *testing.T) {
	x := newPlace(t)
	a, b := x.source(), x.source() // two accounts may share a token file
	stale := x.get(t, a, "")
	x.EndAccess()
	var wg sync.WaitGroup
	tokens := make(chan string, 40)
	for i := range cap(tokens) {
		s := []*Source{a, b}[i%2]
		wg.Go(func() {
			token, err := s.Token(t.Context(), stale)
			if err != nil {
				t.Error(err)
			}
			tokens <- token
		})
	}
	wg.Wait()
	first := <-tokens
	for range cap(tokens) - 1 {
		if got := <-tokens; got != first {
			t.Fatal("two of them got different tokens")
		}
	}
	if x.Refreshes() != 1 {
		t.Errorf("%d refreshes, want 1", x.Refreshes())
	}
}

func TestWhoSignsInAgainIsNoticed(t *testing.T) {
	x := newPlace(t)
	s := x.source()
	stale := x.get(t, s, "")
	x.Revoke()
	_, err := s.Token(t.Context(), stale)
	if fault.KindOf(err) != fault.PermanentKind || fault.HintOf(err) != "sign in again: igwatchd setup --oauth2 --account jane" || !strings.Contains(err.Error(), `"invalid_grant"`) {
		t.Errorf("%v, hint %q", err, fault.HintOf(err))
	}
	want := x.signIn(t)
	if got := x.get(t, s, stale); got != want {
		t.Error("the new sign-in is not used")
	}
}

func TestNothingIsSentWithoutASignInForThisProvider(t *testing.T) {
	x := newPlace(t)
	missing := NewSource(x.client, filepath.Join(t.TempDir(), "none", "x.json"), "jane")
	_, err := missing.Token(t.Context(), "")
	if fault.KindOf(err) != fault.PermanentKind || !errors.Is(err, errNobody) || !strings.Contains(fault.HintOf(err), "igwatchd setup --oauth2") {
		t.Errorf("%v, hint %q", err, fault.HintOf(err))
	}
	if _, err := os.Stat(filepath.Dir(missing.file)); err == nil {
		t.Error("asking made a folder")
	}
	evil := newPlace(t)
	other := x.client
	other.TokenURL = evil.TokenURL()
	for name, p := range map[string]Provider{"provider": other, "client": {ClientID: "another", TokenURL: x.TokenURL()}} {
		_, err := NewSource(p, x.file, "jane").Token(t.Context(), x.saved(t).AccessToken)
		if fault.KindOf(err) != fault.PermanentKind || !strings.Contains(err.Error(), "another provider or client_id") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, content := range []string{"", "{}", "null", "[]", `{"refresh_token":5}`, strings.Repeat(" ", answerLimit+1)} {
		if err := os.WriteFile(x.file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := x.source().Token(t.Context(), ""); fault.KindOf(err) != fault.PermanentKind || fault.HintOf(err) == "" {
			t.Errorf("%.20q: %v", content, err)
		}
	}
}

func TestANewTokenIsNotUsedBeforeItIsSaved(t *testing.T) {
	x := newPlace(t)
	s := x.source()
	stale := x.get(t, s, "")
	full := true
	s.save = func(g *Grant, path string) error {
		if full {
			return fault.Temporary(errors.New("disk full"), "")
		}
		return g.save(path)
	}
	for range 3 { // the refresh token on disk is used up: a second refresh would end the sign-in
		if token, err := s.Token(t.Context(), stale); err == nil || token != "" {
			t.Fatal("a token was handed out although the disk is full")
		}
	}
	full = false
	token := x.get(t, s, stale)
	if x.Refreshes() != 1 || x.saved(t).AccessToken != token {
		t.Errorf("%d refreshes", x.Refreshes())
	}
	// If the person has signed in again meanwhile, what could not be saved is forgotten.
	full = true
	if _, err := s.Token(t.Context(), token); err == nil {
		t.Fatal("no error")
	}
	want := x.signIn(t)
	full = false
	if got := x.get(t, s, token); got != want {
		t.Error("an old grant has replaced a new sign-in")
	}
}

func TestARefreshUnderWayIsFinishedWhenTheProgramStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := hostile(t, 200, `{"access_token":"new","token_type":"Bearer","refresh_token":"REPLACED"}`, func() {
		cancel()
		time.Sleep(100 * time.Millisecond) // the answer is still on its way
	})
	s := NewSource(p, filepath.Join(t.TempDir(), "x.json"), "jane")
	if err := s.Keep(t.Context(), &Grant{TokenURL: p.TokenURL, ClientID: "c", RefreshToken: "REFRESH"}); err != nil {
		t.Fatal(err)
	}
	_, _ = s.Token(ctx, "")
	if g, err := load(s.file); err != nil || g.RefreshToken != "REPLACED" {
		t.Errorf("the replaced refresh token is lost: %v", err)
	}
	if _, err := s.Token(ctx, "new"); !errors.Is(err, context.Canceled) {
		t.Errorf("after the stop: %v", err)
	}
}

func TestTheGraceForATokenHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		began := time.Now()
		longer, end := outlast(ctx, time.Minute)
		defer end()
		if longer.Err() != nil {
			t.Error("no grace")
		}
		<-longer.Done()
		if took := time.Since(began); took != time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

func TestWhatIsMadeBelongsToTheOwnerOfTheFolder(t *testing.T) {
	state := t.TempDir()
	owner := os.Geteuid()
	if owner == 0 {
		owner = 12345
		if err := os.Chown(state, owner, owner); err != nil {
			t.Fatal(err)
		}
	}
	x := newPlace(t)
	x.file = filepath.Join(state, "oauth2", "jane.json")
	x.signIn(t)
	x.get(t, x.source(), x.saved(t).AccessToken) // such as `sudo igwatchd check`
	for _, name := range []string{"oauth2", "oauth2/jane.json", "oauth2/jane.json.lock"} {
		if got := ownerOf(t, filepath.Join(state, name)); got != owner {
			t.Errorf("%s belongs to %d, want %d", name, got, owner)
		}
	}
}

func TestTheFileIsPlainJSON(t *testing.T) {
	x := newPlace(t)
	data, err := os.ReadFile(x.file)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]string
	if err := json.Unmarshal(data, &m); err != nil || len(m) != 5 || m["client_id"] != testworld.OIDCClient {
		t.Errorf("%v, %d keys", err, len(m))
	}
}
