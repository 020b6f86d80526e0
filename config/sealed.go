package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// sealedSuffix marks a password that is encrypted for this machine, beside the configuration.
const sealedSuffix = ".cred"

// SealedFile is where a credential lies encrypted that belongs to the configuration at path.
func SealedFile(path, name string) string {
	return filepath.Join(filepath.Dir(path), name+sealedSuffix)
}

// place tells credentials where they may lie encrypted.
func (c *Config) place() {
	for i := range c.Accounts {
		for _, s := range []*Secret{&c.Accounts[i].Inbox.Password, c.Accounts[i].Password} {
			if s != nil && s.Credential != "" {
				s.Sealed = SealedFile(c.Path, s.Credential)
			}
		}
	}
}

// Sealed are the encrypted credentials that are there, by their names: what a unit has to load.
func (c *Config) Sealed() map[string]string {
	there := map[string]string{}
	for _, a := range c.Accounts {
		for _, s := range []*Secret{&a.Inbox.Password, a.Password} {
			if s == nil || s.Sealed == "" {
				continue
			}
			if _, err := os.Stat(s.Sealed); err == nil {
				there[s.Credential] = s.Sealed
			}
		}
	}
	return there
}

// ErrNotSealed says that this system cannot encrypt credentials.
var ErrNotSealed = errors.New("systemd cannot encrypt credentials here")

// Seal encrypts a secret for this machine, with the host's key (systemd-creds(1)), and proves that it can be
// decrypted again. Not with the TPM's: a change of the firmware would take the inbox away. It needs root.
func Seal(ctx context.Context, name, secret string) ([]byte, error) {
	sealed, err := creds(ctx, []byte(secret), "encrypt", "--with-key=host", "--name="+name, "-", "-")
	if err == nil {
		var again []byte
		if again, err = creds(ctx, sealed, "decrypt", "--name="+name, "-", "-"); err == nil && string(again) == secret {
			return sealed, nil
		}
	}
	return nil, errors.Join(ErrNotSealed, err)
}

// unseal decrypts a credential outside of the service, for root.
func unseal(ctx context.Context, name, file string) ([]byte, error) {
	sealed, err := readFile(file)
	if err != nil {
		return nil, err
	}
	data, err := creds(ctx, sealed, "decrypt", "--name="+name, "-", "-")
	if err != nil {
		return nil, fault.Temporary(fmt.Errorf("read password: decrypt %s: %w", file, err), "only root and the service can: use sudo")
	}
	return data, nil
}

func creds(ctx context.Context, input []byte, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, secretTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "systemd-creds", args...)
	cmd.WaitDelay = time.Second
	cmd.Stdin = bytes.NewReader(input)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &limited{w: &out, left: maxSecret}, &limited{w: &complaint, left: maxSecret}
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("systemd-creds: %w: %.300s", err, bytes.TrimSpace(complaint.Bytes()))
	}
	return out.Bytes(), nil
}
