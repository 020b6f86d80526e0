package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fault"
)

func openCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("open", s)
	path := configFlag(fs)
	show := fs.Bool("print", false, "print the address instead of starting a browser")
	rest, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 1 {
		return &usageError{"open: name one export"}
	}
	cfg, err := loadConfig(*path)
	if err != nil {
		return err
	}
	to := "/"
	if len(rest) == 1 {
		to = "/export/" + url.PathEscape(rest[0])
	}
	address, err := daemon.NewClient(cfg.StateDir).Open(ctx, to)
	if errors.Is(err, daemon.ErrNotRunning) {
		if len(rest) == 1 {
			if found, err := openEvidence(ctx, s, cfg, rest[0], *show); found || err != nil {
				return err
			}
		}
		err = fault.WithHint(err, "start the service: igwatchd service start")
	}
	if err != nil {
		return err
	}
	if !*show && browse(ctx, address) {
		_, _ = fmt.Fprintln(s.out, "The page is open in your browser.")
		return nil
	}
	_, _ = fmt.Fprintf(s.out, "Open this address on this computer. It works once, for five minutes:\n\n%s\n", address)
	return nil
}

// openEvidence opens the page that lies beside a stored archive: it needs no service. found is false if there is none.
func openEvidence(ctx context.Context, s streams, cfg *config.Config, id string, show bool) (found bool, err error) {
	st, err := readStatus(ctx, cfg)
	if err != nil {
		return false, err
	}
	exports := pick(st, []string{id})
	if len(exports) == 0 || exports[0].Path == "" {
		return false, nil
	}
	page := daemon.EvidencePage(exports[0].Path)
	if _, err := os.Stat(page); err != nil {
		return false, nil //nolint:nilerr // the archive is stored, and not judged yet
	}
	_, _ = fmt.Fprintln(s.out, "igwatchd is not running. What it found out about this export stands in a file beside the archive:")
	_, _ = fmt.Fprintf(s.out, "\n%s\n", page)
	if !show && browse(ctx, fileAddress(page)) {
		_, _ = fmt.Fprintln(s.out, "\nIt is open in your browser.")
	}
	return true, nil
}

func fileAddress(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // C:/…
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// browse asks the desktop to open an address, and tells whether there is one that did.
func browse(ctx context.Context, address string) bool {
	name, args := "xdg-open", []string{address}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return false
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return exec.CommandContext(ctx, name, args...).Run() == nil
}
