package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/igwatchd/igwatchd/internal/daemon"
)

// maxAddress bounds what is read as an address, in bytes.
const maxAddress = 16 << 10

func fetchCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("fetch", s)
	path := configFlag(fs)
	account := fs.String("account", "", "whose archive it is, if several accounts are watched")
	export := fs.String("export", "", "the `ID` of the export that it belongs to, if several are under way")
	rest, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return &usageError{"fetch: give the address of the Download button, in quotes, or - to type it in"}
	}
	address := rest[0]
	if address == "-" {
		if address, err = readAddress(s); err != nil {
			return err
		}
	}
	cfg, err := loadConfig(*path)
	if err != nil {
		return err
	}
	client := daemon.NewClient(cfg.StateDir)
	id, err := client.Give(ctx, *account, *export, address)
	if err == nil {
		_, _ = fmt.Fprintf(s.out, "Fetching; it belongs to export %s. You may interrupt this command: the service goes on.\n", id)
		return awaitVerdicts(ctx, s, client, []string{id})
	}
	if !errors.Is(err, daemon.ErrNotRunning) {
		return err
	}
	d, j, err := openDaemon(ctx, cfg, newLogger(s, slog.LevelWarn))
	if err != nil {
		return err
	}
	defer j.Close() //nolint:errcheck // every commit is on the device already
	if id, err = d.Give(ctx, *account, *export, address); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(s.out, "Fetching; it belongs to export %s.\n", id)
	return settle(ctx, s, cfg, d, j, []string{id})
}

// readAddress takes the address from standard input: whoever can list processes
// can read a command line, and the address is as good as a key.
func readAddress(s streams) (string, error) {
	_, _ = fmt.Fprint(s.err, "Address: ")
	line, err := bufio.NewReader(io.LimitReader(s.in, maxAddress)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("fetch: read address: %w", err)
	}
	if line = strings.TrimSpace(line); line == "" {
		return "", &usageError{"fetch: no address given"}
	}
	return line, nil
}
