package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Limits of a secret: how long a command may take, and how long a secret may be.
const (
	secretTimeout = 15 * time.Second
	maxSecret     = 64 << 10
)

// Secret is where a password is, never the password itself: it is read anew on
// each use, so that a changed one works without a restart. One of the first three fields is set.
type Secret struct {
	File       string
	Command    []string // argv; run without a shell
	Credential string   // a systemd credential's name (systemd-creds(1))
	Sealed     string   // where the credential may lie encrypted, for commands outside of the service
}

// Read returns the secret without its line end. Errors never contain it.
func (s Secret) Read(ctx context.Context) (string, error) {
	var data []byte
	var err error
	switch {
	case s.Credential != "":
		dir := os.Getenv("CREDENTIALS_DIRECTORY")
		if dir == "" && s.sealed() {
			data, err = unseal(ctx, s.Credential, s.Sealed)
			break
		}
		if dir == "" {
			return "", fault.Configuration(fmt.Errorf("read credential %s: no CREDENTIALS_DIRECTORY", s.Credential),
				"password_credential works under systemd with LoadCredential= in the unit; else use password_file")
		}
		data, err = readFile(filepath.Join(dir, filepath.Base(s.Credential)))
	case len(s.Command) > 0:
		data, err = runCommand(ctx, s.Command)
	default:
		data, err = readFile(s.File)
	}
	if err != nil {
		return "", err
	}
	secret := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	if secret == "" {
		return "", fault.Temporary(fmt.Errorf("read password: %s is empty", s), "write the password there, on one line")
	}
	return secret, nil
}

func (s Secret) sealed() bool {
	if s.Sealed == "" {
		return false
	}
	_, err := os.Stat(s.Sealed)
	return err == nil
}

// String says where the secret is, for messages.
func (s Secret) String() string {
	switch {
	case s.Credential != "":
		return "credential " + s.Credential
	case len(s.Command) > 0:
		return "the output of " + s.Command[0]
	default:
		return s.File
	}
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		hint := "the user that igwatchd runs as must be able to read it"
		if errors.Is(err, os.ErrNotExist) {
			hint = "write the password to it, on one line"
		}
		return nil, fault.Temporary(fmt.Errorf("read password: %w", err), hint)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	return bounded(f)
}

func bounded(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSecret+1))
	if err == nil && len(data) > maxSecret {
		err = errors.New("read password: longer than 64 KiB")
	}
	return data, err
}

func runCommand(ctx context.Context, argv []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, secretTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = time.Second // a child that keeps the pipe open must not hold us
	var out bytes.Buffer
	cmd.Stdout = &limited{w: &out, left: maxSecret}
	if err := cmd.Run(); err != nil {
		return nil, fault.Temporary(fmt.Errorf("read password: run %s: %w", argv[0], err),
			"the command must print the password on its standard output within 15 seconds")
	}
	return out.Bytes(), nil
}

// limited is a Writer that refuses to grow without end.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(b []byte) (int, error) {
	if l.left -= len(b); l.left < 0 {
		return 0, errors.New("output longer than 64 KiB")
	}
	return l.w.Write(b)
}
