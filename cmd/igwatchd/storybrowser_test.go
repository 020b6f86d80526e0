package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/igwatchd/igwatchd/internal/fetch/browser"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// goneHost is nobody's.
const goneHost = "localhost:1"

// What the stories hand to the real program, which has no such switches.
const (
	browserTestKey = "TEST_BROWSER"
	loginPageKey   = "TEST_LOGIN_PAGE"
	exportPageKey  = "TEST_EXPORT_PAGE"
)

// mainForStories is main with a Chromium that trusts the world's certificates. A daemon that does not stop is not cut
// short: the story would wait for it, and fail.
func mainForStories() {
	stopWithin = longest
	if text := os.Getenv(browserTestKey); text != "" {
		if err := json.Unmarshal([]byte(text), &browserTest); err != nil {
			panic(err)
		}
		loginPage, exportPage = os.Getenv(loginPageKey), os.Getenv(exportPageKey)
	}
	main()
}

// closingWindow stands for Chromium: a window is closed in good order once its page is there, as a person closes it.
// Whoever is logged in closes the next one at once: each start of Chromium takes seconds of the processor. The stories'
// own folder for temporary files has too long a name for Chromium's socket.
const closingWindow = `#!/bin/sh
export TMPDIR=/tmp
case "$*" in
*--remote-debugging*) exec %[1]s "$@" ;;
esac
[ ! -e %[2]s ] || exit 0
%[1]s --dump-dom "$@" >/dev/null && touch %[2]s
`

func (w *world) loggedInFile() string { return filepath.Join(w.dir, "logged-in") }

// logIn is a log-in that was before: the profile is there, and from now on the page wants no session.
func (w *world) logIn() error {
	w.loggedIn = true
	return errors.Join(os.MkdirAll(filepath.Join(w.dir, "state", "browser", "jane.doe"), 0o700), os.WriteFile(w.loggedInFile(), nil, 0o600))
}

// show changes what the Accounts Center shows, and forgets what it was asked.
func (w *world) show(scene testworld.Scene) {
	scene.Requested, scene.Open = time.Now().UTC().Truncate(24*time.Hour), w.loggedIn
	w.accounts.Set(scene)
}

// startAccounts starts the Accounts Center with what the site offers, and a Chromium that trusts it. env is for the
// program.
func (w *world) startAccounts() (env map[string]string, err error) {
	if w.accounts, err = testworld.StartAccounts(w.ca, w.job); err != nil {
		return nil, err
	}
	program, err := exec.LookPath("chromium")
	if err != nil {
		return nil, err
	}
	wrapper := filepath.Join(w.dir, "chromium")
	if err := os.WriteFile(wrapper, fmt.Appendf(nil, closingWindow, program, w.loggedInFile()), 0o700); err != nil { //nolint:gosec // a program
		return nil, err
	}
	test, err := json.Marshal(browser.Test{NoSandbox: os.Geteuid() == 0, SPKI: []string{w.accounts.SPKI()}, Headless: true, PasswordHosts: []string{w.accounts.Host()}})
	if err != nil {
		return nil, err
	}
	w.keys["browser.program"] = fmt.Sprintf("%q", wrapper)
	w.keys["fetch.link_hosts"] = fmt.Sprintf("[%q, %q]", w.accounts.Host(), w.site.LinkHost())
	return map[string]string{
		browserTestKey: string(test), loginPageKey: w.accounts.SessionLink(), exportPageKey: w.accounts.PageLink(),
	}, w.writeConfig()
}

// accountsCmd starts the Accounts Center with what the site offers, or changes what it shows.
func accountsCmd(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	if w.accounts == nil {
		env, err := w.startAccounts()
		ts.Check(err)
		ts.Defer(func() { _ = w.accounts.Close() })
		for key, value := range env {
			ts.Setenv(key, value)
		}
	}
	var scene testworld.Scene
	for _, a := range args {
		switch what, value, _ := strings.Cut(a, "="); what {
		case "show":
			scene.Show = map[string]testworld.Show{
				"ready": testworld.ShowReady, "empty": testworld.ShowEmpty, "password": testworld.ShowPasswordFirst,
				"two-factor": testworld.ShowTwoFactor, "checkpoint": testworld.ShowCheckpoint, "preparing": testworld.ShowPreparing,
			}[value]
		case "password":
			scene.Password = value
		case "parts":
			_, _ = fmt.Sscan(value, &scene.Parts)
		case "logged-in":
			ts.Check(w.logIn())
		case "away": // the name leads to a port where nobody listens
			ts.Setenv(exportPageKey, "https://"+goneHost+"/dyi/")
			w.keys["fetch.link_hosts"] = fmt.Sprintf("[%q, %q]", goneHost, w.site.LinkHost())
			ts.Check(w.writeConfig())
		default:
			ts.Fatalf("accounts: what is %s?", a)
		}
	}
	w.show(scene)
	w.asked = len(w.accounts.Requests())
}

// askedCmd looks whether the Accounts Center was asked for a path since its last change.
func askedCmd(ts *testscript.TestScript, neg bool, args []string) {
	n := 0
	w := worldOf(ts)
	for _, r := range w.accounts.Requests()[w.asked:] {
		if strings.Contains(r.Path, args[0]) {
			n++
		}
	}
	if n > 0 == neg {
		ts.Fatalf("%s was asked for %d times", args[0], n)
	}
}

// passwordsCmd compares how many passwords were typed at the Accounts Center.
func passwordsCmd(ts *testscript.TestScript, _ bool, args []string) {
	if got := strings.Join(worldOf(ts).accounts.Passwords(), " "); got != strings.Join(args, " ") {
		ts.Fatalf("typed: %q", got)
	}
}

// partsCmd waits until an export has so many files.
func partsCmd(ts *testscript.TestScript, _ bool, args []string) {
	until(ts, args[0]+" files", func() bool {
		st, err := worldOf(ts).status(context.Background())
		return err == nil && len(st.Exports) > 0 && fmt.Sprint(len(st.Exports[0].Parts)) == args[0]
	})
}
