package oauth

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// TestMain lets the test program be igwatchd in another process.
func TestMain(m *testing.M) {
	if os.Getenv("IGWATCHD_TEST_TOKEN_FILE") == "" {
		os.Exit(m.Run())
	}
	if err := otherProcess(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// otherProcess wants one fresh token after the other, or dies between saving and using one.
func otherProcess() error {
	pem, err := os.ReadFile(os.Getenv("IGWATCHD_TEST_CA"))
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	s := NewSource(Provider{ClientID: os.Getenv("IGWATCHD_TEST_CLIENT"), TokenURL: os.Getenv("IGWATCHD_TEST_TOKEN_URL"), RootCAs: pool},
		os.Getenv("IGWATCHD_TEST_TOKEN_FILE"), "jane")
	if os.Getenv("IGWATCHD_TEST_DIE") != "" {
		s.save = func(g *Grant, path string) error {
			if err := g.save(path); err != nil {
				return err
			}
			if self, err := os.FindProcess(os.Getpid()); err != nil || self.Kill() != nil {
				return errors.New("still alive")
			}
			select {}
		}
	}
	token := os.Getenv("IGWATCHD_TEST_REFUSED")
	for range 20 {
		next, err := s.Token(context.Background(), token)
		if err != nil || next == token {
			return fmt.Errorf("the same token or %w", err)
		}
		token = next
	}
	return nil
}

func (x *place) process(t *testing.T, more ...string) *exec.Cmd {
	t.Helper()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := x.ca.WriteFile(ca); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "IGWATCHD_TEST_CA="+ca, "IGWATCHD_TEST_CLIENT="+x.client.ClientID,
		"IGWATCHD_TEST_TOKEN_URL="+x.client.TokenURL, "IGWATCHD_TEST_TOKEN_FILE="+x.file)
	cmd.Env = append(cmd.Env, more...)
	cmd.Stderr = new(bytes.Buffer)
	return cmd
}

func TestProcessesDoNotDestroyOneAnothersTokens(t *testing.T) {
	x := newPlace(t)
	var wg sync.WaitGroup
	for range 3 {
		cmd := x.process(t, "IGWATCHD_TEST_REFUSED="+x.saved(t).AccessToken)
		wg.Go(func() {
			if err := cmd.Run(); err != nil {
				t.Errorf("%v: %s", err, cmd.Stderr)
			}
		})
	}
	wg.Wait()
	// A process may take over what another has got, so there are fewer refreshes than tokens.
	if n := x.Refreshes(); n < 20 || n > 60 {
		t.Errorf("%d refreshes", n)
	}
	x.get(t, x.source(), x.saved(t).AccessToken)
}

func TestAReplacedTokenSurvivesTheEndOfTheProcess(t *testing.T) {
	x := newPlace(t)
	before := x.saved(t)
	cmd := x.process(t, "IGWATCHD_TEST_DIE=1", "IGWATCHD_TEST_REFUSED="+before.AccessToken)
	err := cmd.Run()
	if _, ok := errors.AsType[*exec.ExitError](err); !ok || cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("it did not die: %v, %s", err, cmd.Stderr)
	}
	if g := x.saved(t); g.RefreshToken == before.RefreshToken || x.Refreshes() != 1 {
		t.Fatal("the new token is not on disk")
	}
	x.get(t, x.source(), "")
	x.get(t, x.source(), x.saved(t).AccessToken)
}
