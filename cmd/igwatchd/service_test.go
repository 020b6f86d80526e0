package main

import (
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/fault"
)

func TestDropInOpensOnlyWhatIsElsewhere(t *testing.T) {
	cfg := config.Defaults()
	if text, err := dropIn(cfg); text != "" || err != nil {
		t.Errorf("the defaults need no drop-in, got:\n%s%v", text, err)
	}
	cfg.ArchiveDir = "/srv/my pictures"
	cfg.Fetch.DropDirs = []string{"/home/jane/Downloads"}
	cfg.Fetch.CookiesFile = "/home/jane/Downloads/cookies.txt"
	text, err := dropIn(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ProtectHome=tmpfs\n", "BindReadOnlyPaths=\"-/home/jane/Downloads\"\n", "ReadWritePaths=\"-/srv/my pictures\"\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}

// What the service cannot see must be said at once, not weeks later when the mail comes.
func TestFilesThatTheServiceCannotSeeAreRefused(t *testing.T) {
	for what, set := range map[string]func(c *config.Config){
		"/home/jane/igwatchd.toml": func(c *config.Config) { c.Path = "/home/jane/igwatchd.toml" },
		"/home/jane/cookies.txt":   func(c *config.Config) { c.Fetch.CookiesFile = "/home/jane/cookies.txt" },
		"/root/pw": func(c *config.Config) {
			c.Accounts = []config.Account{{Inbox: config.Inbox{Password: config.Secret{File: "/root/pw"}}}}
		},
		"/home/jane/pw.sh": func(c *config.Config) {
			c.Accounts = []config.Account{{Inbox: config.Inbox{Password: config.Secret{Command: []string{"/home/jane/pw.sh"}}}}}
		},
		"/home/jane/ca.pem": func(c *config.Config) {
			c.Accounts = []config.Account{{Inbox: config.Inbox{CAFile: "/home/jane/ca.pem"}}}
		},
		"/home/jane/tell-me": func(c *config.Config) { c.Notify.Command = []string{"/home/jane/tell-me"} },
		"/tmp/drop":          func(c *config.Config) { c.Fetch.DropDirs = []string{"/tmp/drop"} },
		"/var/tmp/archive":   func(c *config.Config) { c.ArchiveDir = "/var/tmp/archive" },
	} {
		cfg := config.Defaults()
		set(cfg)
		text, err := dropIn(cfg)
		if err == nil || !strings.Contains(err.Error(), what) || fault.KindOf(err) != fault.ConfigurationKind || fault.HintOf(err) == "" {
			t.Errorf("%s: %v\n%s", what, err, text)
		}
	}
}

func TestSentences(t *testing.T) {
	for _, c := range []struct{ state, sentence, hint string }{
		{"loaded active running success 12 0", "igwatchd is running, process 12", ""},
		{"loaded inactive dead success 0 0", "igwatchd is stopped", "sudo igwatchd service start"},
		{"loaded failed failed exit-code 0 78", "igwatchd has stopped because its configuration is wrong", "see what:  sudo igwatchd check"},
		{"loaded failed failed exit-code 0 1", "igwatchd has failed (exit status 1)", "see why:  sudo journalctl -u igwatchd -n 30"},
		{"loaded failed failed watchdog 0 6", "igwatchd has failed (watchdog)", "see why:  sudo journalctl -u igwatchd -n 30"},
		{"loaded activating auto-restart signal 0 9", "igwatchd has failed (signal) and will be started again", "see why:  sudo journalctl -u igwatchd -n 30"},
		{"loaded activating start success 12 0", "igwatchd is activating", ""},
		{"not-found inactive dead success 0 0", "igwatchd is not installed as a service", "sudo igwatchd service install"},
	} {
		f := strings.Fields(c.state)
		sentence, hint := new(installer).sentence(map[string]string{
			"LoadState": f[0], "ActiveState": f[1], "SubState": f[2], "Result": f[3], "MainPID": f[4], "ExecMainStatus": f[5],
		})
		if sentence != c.sentence || hint != c.hint {
			t.Errorf("%s: %q, %q", c.state, sentence, hint)
		}
	}
}
