package config

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/igwatchd/igwatchd/internal/fault"
)

const minimal = `
[[account]]
username = "jane.doe"
[account.inbox]
address = "jane@example.org"
host = "imap.example.org"
password_file = "/etc/igwatchd/imap-password"
`

func TestExampleIsValidAndShowsTheDefaults(t *testing.T) {
	cfg, err := Parse("igwatchd.example.toml", []byte(Example))
	if err != nil {
		t.Fatal(err)
	}
	least, err := Parse("minimal.toml", []byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	// What the example shows without comment sign is the default, so both agree
	// but for what only the example's account names.
	cfg.Path, cfg.Accounts[0].Posts = least.Path, least.Accounts[0].Posts
	cfg.Accounts[0].Inbox.Folders = nil
	cfg.Notify.URLs, cfg.Notify.Command = nil, nil
	if !reflect.DeepEqual(cfg, least) {
		t.Errorf("example and defaults differ:\n%+v\n%+v", cfg, least)
	}
}

func TestExampleExplainsEveryKey(t *testing.T) {
	var walk func(t reflect.Type) []string
	walk = func(typ reflect.Type) []string {
		var keys []string
		for i := range typ.NumField() {
			f := typ.Field(i)
			keys = append(keys, f.Tag.Get("toml"))
			ft := f.Type
			if ft.Kind() == reflect.Slice || ft.Kind() == reflect.Pointer {
				ft = ft.Elem()
			}
			if ft.Kind() == reflect.Struct {
				keys = append(keys, walk(ft)...)
			}
		}
		return keys
	}
	for _, key := range walk(reflect.TypeFor[rawConfig]()) {
		if !regexp.MustCompile(`(?m)^[ #]*(\[*(account\.)?(inbox\.)?` + key + `\]|` + key + ` =)`).MatchString(Example) {
			t.Errorf("the example does not show %s", key)
		}
	}
}

func TestExampleOptionalBlocksParse(t *testing.T) {
	// Taking the comment signs off the replica blocks must leave a valid file.
	text := regexp.MustCompile(`(?m)^# (\[\[replica|dir =|s3 =|access_key|secret_key)`).ReplaceAllString(Example, "$1")
	cfg, err := Parse("x", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Replicas) != 2 {
		t.Errorf("%d replicas, want 2", len(cfg.Replicas))
	}
}

func TestEveryFaultAtOnceWithItsPlace(t *testing.T) {
	const broken = `state_dir = "relative"
archive_dri = "/x"

[[account]]
username = "jane doe"
posts = "many"
  [account.inbox]
  address = "jane"
  prot = 993
  security = 5
[web]
listen = true
`
	_, err := Parse("f.toml", []byte(broken))
	faults, ok := err.(Faults)
	if !ok {
		t.Fatalf("got %v", err)
	}
	want := []string{
		`f.toml:2:1: archive_dri: unknown key; did you mean "archive_dir"?`,
		`f.toml:6:1: account.posts: must be a whole number, not a text`,
		`f.toml:9:3: account.inbox.prot: unknown key; did you mean "port"?`,
		`f.toml:10:3: account.inbox.security: must be a text in quotes, not the number 5`,
		`f.toml:12:1: web.listen: must be a text in quotes, not true`,
	}
	if got := faults.Error(); got != strings.Join(want, "\n") {
		t.Errorf("got:\n%s", got)
	}
}

func TestFaults(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"syntax":             {"state_dir = \n", "f:1:"},
		"duplicate key":      {"state_dir = \"/a\"\nstate_dir = \"/b\"\n", "f:2:"},
		"no account":         {"state_dir = \"/a\"\n", "no account"},
		"relative path":      {"state_dir = \"a\"\n" + minimal, "f:1:1: state_dir: \"a\" must be a whole path"},
		"no password":        {strings.Replace(minimal, "password_file", "#", 1), "password_file: missing"},
		"two passwords":      {minimal + "password_credential = \"x\"\n", "more than one way"},
		"plaintext abroad":   {minimal + "security = \"plaintext\"\n", "account.inbox.security: plaintext is for this machine only"},
		"unknown security":   {minimal + "security = \"ssl\"\n", "f:8:1: account.inbox.security"},
		"port":               {minimal + "port = 70000\n", "between 1 and 65535"},
		"host with port":     {strings.Replace(minimal, "imap.example.org", "imap.example.org:993", 1), "without scheme or port"},
		"twice the name":     {minimal + minimal, "f:10:1: account.username: jane.doe has two"},
		"wildcard host":      {minimal + "[fetch]\nbyte_hosts = [\"*.instagram.com\"]\n", "f:9:1: fetch.byte_hosts: \"*.instagram.com\" is no exact host name"},
		"empty hosts":        {minimal + "[fetch]\nlink_hosts = []\n", "the list is empty"},
		"resolver":           {minimal + "[mail]\nresolver = \"dns.example\"\n", "mail.resolver"},
		"page abroad":        {minimal + "[web]\nlisten = \"0.0.0.0:80\"\n", "this machine only"},
		"webhook http":       {minimal + "[notify]\nwebhook = \"http://example.org/x\"\n", "notify.webhook"},
		"language":           {minimal + "[notify]\nlanguage = \"fr\"\n", "f:9:1: notify.language: \"fr\" is no language that igwatchd writes in; it is one of de, en"},
		"command path":       {minimal + "[notify]\ncommand = [\"tell\"]\n", "whole path"},
		"replica nothing":    {minimal + "[[replica]]\n", "f:8:3: replica.dir: a replica is either"},
		"replica in archive": {minimal + "[[replica]]\ndir = \"/var/lib/igwatchd/archive/copy\"\n", "replica.dir: it and archive_dir lie in one another"},
		"replica twice":      {minimal + "[[replica]]\ndir = \"/mnt/a\"\n[[replica]]\ndir = \"/mnt/a\"\n", "has two [[replica]] blocks"},
		"no age recipient":   {minimal + "[[replica]]\ndir = \"/mnt/a\"\nage_recipients = [\"AGE-SECRET-KEY-1\"]\n", "this is the secret key"},
		"wrong recipient":    {minimal + "[[replica]]\ndir = \"/mnt/a\"\nage_recipients = [\"age1x\"]\n", "is no age recipient"},
		"recovery":           {"recovery_percent = 101\n" + minimal, "recovery_percent: must be between 0 (none) and 100"},
		"s3 without keys":    {minimal + "[[replica]]\ns3 = \"https://h/b/p\"\n", "access_key_file"},
		"drop in archive":    {minimal + "[fetch]\ndrop_dirs = [\"/var/lib/igwatchd/archive/in\"]\n", "lies inside archive_dir"},
		"list for block":     {"account = 3\n", "f:1:1: account: must be a block written with double brackets"},
		"huge file":          {strings.Repeat("#", maxFile+1), "larger than 1 MiB"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cfg, err := Parse("f", []byte(tt.text))
			if err == nil {
				t.Fatalf("accepted: %+v", cfg)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, want %q in it", err, tt.want)
			}
		})
	}
}

func TestPresetFillsWhatIsOpen(t *testing.T) {
	text := strings.NewReplacer("jane@example.org", "jane@gmail.com", "host = \"imap.example.org\"\n", "").Replace(minimal)
	cfg, err := Parse("f", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	in := cfg.Accounts[0].Inbox
	if in.Host != "imap.gmail.com" || in.Port != 993 || in.Security != "tls" || in.AuthservID != "mx.google.com" || in.User != "jane@gmail.com" {
		t.Errorf("got %+v", in)
	}
	// Another server for the same address: Gmail's promise does not hold there.
	cfg, err = Parse("f", []byte(strings.Replace(minimal, "jane@example.org", "jane@gmail.com", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if in := cfg.Accounts[0].Inbox; in.AuthservID != "" || in.Host != "imap.example.org" {
		t.Errorf("got %+v", in)
	}
}

func TestLoadSaysWhereAndWhatToDo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "igwatchd.toml")
	_, err := Load(path)
	if fault.KindOf(err) != fault.ConfigurationKind || !strings.Contains(fault.HintOf(err), "config example") {
		t.Errorf("missing file: %v, hint %q", err, fault.HintOf(err))
	}
	if err := os.WriteFile(path, []byte("nonsense = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Load(path)
	if fault.KindOf(err) != fault.ConfigurationKind || !strings.HasPrefix(err.Error(), path+":1:1: nonsense: unknown key") {
		t.Errorf("unknown key: %v", err)
	}
}

func TestSecret(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "pw")
	if err := os.WriteFile(file, []byte("two words \r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	for name, s := range map[string]Secret{
		"file":       {File: file},
		"credential": {Credential: "pw"},
		"command":    {Command: []string{"cat", file}},
	} {
		if got, err := s.Read(t.Context()); err != nil || got != "two words " {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if err := os.WriteFile(file, []byte("changed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, _ := (Secret{File: file}).Read(t.Context()); got != "changed" {
		t.Errorf("a changed file must be read anew, got %q", got)
	}
	for name, s := range map[string]Secret{
		"no file":    {File: filepath.Join(dir, "none")},
		"failing":    {Command: []string{"false"}},
		"no program": {Command: []string{"/nonexistent/program"}},
		"silent":     {Command: []string{"true"}},
		"endless":    {Command: []string{"cat", "/dev/zero"}},
	} {
		if got, err := s.Read(t.Context()); err == nil || fault.HintOf(err) == "" && name != "endless" {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestSecretCommandDoesNotHang(t *testing.T) {
	start, number := time.Now(), filepath.Join(t.TempDir(), "pid")
	// The shell's child keeps standard output open after the shell is gone.
	if _, err := (Secret{Command: []string{"sh", "-c", `sleep 600 & echo $! > "$0"; exit 3`, number}}).Read(t.Context()); err == nil {
		t.Error("no error")
	}
	if text, err := os.ReadFile(number); err != nil {
		t.Error(err)
	} else if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
		if child, err := os.FindProcess(pid); err == nil {
			_ = child.Kill()
		}
	}
	if time.Since(start) > 5*time.Minute {
		t.Error("waited for the child")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(Example))
	f.Add([]byte(minimal))
	f.Add([]byte("[[account]]\n[account.inbox]\noauth2={a.b=[1,{c=2}]}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		cfg, err := Parse("f", data)
		if (cfg == nil) == (err == nil) {
			t.Fatalf("config %v, error %v", cfg, err)
		}
		var any map[string]any
		if toml.Unmarshal(data, &any) != nil && err == nil {
			t.Fatal("a file that is no TOML was accepted")
		}
	})
}

// TestPostsToldAndNot: no posts is something else than nothing said about posts.
func TestPostsToldAndNot(t *testing.T) {
	for line, want := range map[string]Account{"": {}, "posts = 0\n": {NoPosts: true}, "posts = 7\n": {Posts: 7}} {
		c, err := Parse("f.toml", []byte(strings.Replace(minimal, "[account.inbox]", line+"[account.inbox]", 1)))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Accounts[0]; got.Posts != want.Posts || got.NoPosts != want.NoPosts {
			t.Errorf("%q: %d, %v", line, got.Posts, got.NoPosts)
		}
	}
}
