package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/fault"
)

const withCredential = `
[[account]]
username = "jane.doe"
  [account.inbox]
  address = "jane@example.org"
  host = "imap.example.org"
  password_credential = "NAME"
`

func TestCredentialsLieBesideTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	c, err := Parse(filepath.Join(dir, "igwatchd.toml"), []byte(strings.Replace(withCredential, "NAME", "imap-password", 1)))
	if err != nil {
		t.Fatal(err)
	}
	s := c.Accounts[0].Inbox.Password
	if len(c.Sealed()) != 0 || s.Sealed != filepath.Join(dir, "imap-password.cred") {
		t.Errorf("%v, %+v", c.Sealed(), s)
	}
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	if _, err := s.Read(t.Context()); fault.KindOf(err) != fault.ConfigurationKind {
		t.Errorf("without any: %v", err)
	}
	if err := os.WriteFile(s.Sealed, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := c.Sealed(); got["imap-password"] != s.Sealed {
		t.Errorf("%v", got)
	}
	if _, err := s.Read(t.Context()); err == nil || !strings.Contains(fault.HintOf(err), "sudo") {
		t.Errorf("what cannot be decrypted: %v", err)
	}
	// In the service, systemd has decrypted it already.
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	if err := os.WriteFile(filepath.Join(dir, "imap-password"), []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Read(t.Context()); got != "s3cret" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestCredentialNamesAreNames(t *testing.T) {
	for _, name := range []string{"../imap", "a b", "a:b", ".hidden", "a%n"} {
		if _, err := Parse("/x.toml", []byte(strings.Replace(withCredential, "NAME", name, 1))); err == nil || !strings.Contains(err.Error(), "a credential's name") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSealingIsProvenOrRefused(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Seal(t.Context(), "imap-password", "s3cret"); !errors.Is(err, ErrNotSealed) {
		t.Errorf("without the program: %v", err)
	}
	// One that encrypts and cannot decrypt it again is of no use.
	script := "#!/bin/sh\ncase $1 in encrypt) echo sealed;; *) echo other;; esac\n"
	if err := os.WriteFile(filepath.Join(os.Getenv("PATH"), "systemd-creds"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Seal(t.Context(), "imap-password", "s3cret"); !errors.Is(err, ErrNotSealed) {
		t.Errorf("one that forgets: %v", err)
	}
}
