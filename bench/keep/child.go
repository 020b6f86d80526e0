package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/vault"
)

// child is igwatchd's side: the stations one after the other, as the daemon runs them.
func child(args []string) error {
	url, address, caFile, work := args[0], args[1], args[2], args[3]
	ctx := context.Background()
	pool := x509.NewCertPool()
	raw, err := os.ReadFile(caFile)
	if err != nil || !pool.AppendCertsFromPEM(raw) {
		return fmt.Errorf("read %s: %w", caFile, err)
	}
	v, err := vault.Open(filepath.Join(work, "archive"))
	if err != nil {
		return err
	}
	dir, err := v.Incoming("x")
	if err != nil {
		return err
	}
	var s stages
	began := time.Now()
	lap := func(into *float64) {
		*into = time.Since(began).Seconds()
		began = time.Now()
	}
	f := fetch.New(fetch.Options{ByteHosts: []string{address}, AllowPrivate: true, RootCAs: pool, Log: slog.New(slog.DiscardHandler)})
	file, err := f.Get(ctx, fetch.Request{URL: url, Key: "x/0", Dir: dir}, memory{}, nil)
	if err != nil {
		return err
	}
	lap(&s.Fetch)

	zip, err := os.Open(filepath.Join(dir, file.Name))
	if err != nil {
		return err
	}
	report, err := inspect.Inspect(ctx, []inspect.Part{{Name: file.Name, Size: file.Size, SHA256: file.SHA256, R: zip}}, func(int64, int64) {})
	if err = errors.Join(err, zip.Close()); err != nil {
		return err
	}
	for _, p := range report.Problems {
		if p.Severity == inspect.Error {
			return fmt.Errorf("the archive of this measurement is not sound: %s", p.Text)
		}
	}
	lap(&s.Inspect)

	payload := []vault.Payload{{Name: file.Name, Size: file.Size, SHA256: file.SHA256, Seen: file.Seen}}
	path, err := v.Seal(ctx, vault.Bag{Owner: "jane.doe", ID: "x", Date: began, Agent: "igwatchd", Payload: payload})
	if err != nil {
		return err
	}
	lap(&s.Store)
	proof, err := vault.ReadBack(ctx, path, payload)
	if err != nil || len(proof.Damage) > 0 {
		return fmt.Errorf("read back: %v, %w", proof.Damage, err)
	}
	lap(&s.ReadBack)

	usb := filepath.Join(work, "usb")
	if err := vault.Init(usb); err != nil {
		return err
	}
	replica, err := vault.NewReplica(vault.OpenMarked(usb), vault.ReplicaOptions{Name: "usb"})
	if err != nil {
		return err
	}
	began = time.Now()
	proof, err = replica.Store(ctx, path, vault.Ref{Owner: "jane.doe", ID: "x", Digest: proof.Digest})
	if err != nil || len(proof.Damage) > 0 {
		return fmt.Errorf("copy: %v, %w", proof.Damage, err)
	}
	lap(&s.Copy)
	return json.NewEncoder(os.Stdout).Encode(s)
}

// memory keeps checkpoints.
type memory map[string]fetch.Checkpoint

func (m memory) Load(_ context.Context, key string) (fetch.Checkpoint, bool, error) {
	c, ok := m[key]
	return c, ok, nil
}

func (m memory) Save(_ context.Context, key string, c fetch.Checkpoint) error { m[key] = c; return nil }

func (m memory) Drop(_ context.Context, key string) error { delete(m, key); return nil }
