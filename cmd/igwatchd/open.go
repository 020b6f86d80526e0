package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"time"

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
