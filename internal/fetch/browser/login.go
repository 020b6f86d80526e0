package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// flags are common to the person's window and to visits. Both must keep the session in the same way.
var flags = []string{
	"--no-first-run", "--no-default-browser-check", "--password-store=basic", "--use-mock-keychain", "--disable-sync",
	"--disable-breakpad", "--disable-crash-reporter", "--disable-component-update", "--disable-dev-shm-usage",
}

// Login opens a window on start with the profile, and returns when the person has closed it, or when ctx
// ends. The window is an ordinary one: nothing looks into it, controls it, or limits where the person goes.
func Login(ctx context.Context, o Options, start string) error {
	program, err := o.program()
	if err != nil {
		return err
	}
	if err := Showable(o); err != nil {
		return err
	}
	release, err := o.hold()
	if err != nil {
		return err
	}
	defer release()
	if err := o.unlockStale(); err != nil {
		return err
	}
	args := append([]string{"--user-data-dir=" + o.Profile}, flags...)
	if o.Test.Headless {
		args = append(args, "--headless", "--disable-gpu")
	}
	args = append(append(args, o.Test.flags()...), start)
	cmd := exec.CommandContext(ctx, program, args...)
	ownGroup(cmd)
	// Asked first: a browser that is killed at once loses the session it has not yet written.
	cmd.Cancel = func() error { return terminate(cmd) }
	cmd.WaitDelay = 5 * time.Second
	out := &tail{}
	cmd.Stdout, cmd.Stderr = out, out
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return fault.Configuration(fmt.Errorf("start Chromium: %w", err), "")
	}
	defer func() {
		sweep(cmd.Process.Pid, o.Profile)
		_ = o.unlockStale() // or the next start does it
	}()
	err = cmd.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("wait for the log-in window: %w", cause)
	}
	if _, ok := errors.AsType[*exec.ExitError](err); ok && time.Since(began) > 10*time.Second {
		return nil // how a window was closed is the person's affair
	}
	if err != nil {
		return out.explain(fmt.Errorf("open the log-in window: %w", err))
	}
	return nil
}

// Forget removes the profile, and with it the session.
func Forget(o Options) error {
	release, err := o.hold()
	if err != nil {
		return err
	}
	defer release()
	if err := os.RemoveAll(o.Profile); err != nil {
		return fmt.Errorf("remove the browser profile: %w", err)
	}
	return nil
}

func (t Test) flags() (flags []string) {
	if t.NoSandbox {
		flags = append(flags, "--no-sandbox")
	}
	for _, key := range t.SPKI {
		flags = append(flags, "--ignore-certificate-errors-spki-list="+key)
	}
	return flags
}
