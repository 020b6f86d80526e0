//go:build linux

package systemd

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/kardianos/service"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // part of the source
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil { //nolint:gosec // part of the source
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s holds something else (-update writes it anew); now:\n%s", path, got)
	}
}

var setups = []struct {
	goos, file string
	setup      Setup
}{
	{"darwin", "launchd/agent.plist", Setup{
		User: true, Home: "/Users/jane", Executable: "/usr/local/bin/igwatchd",
		Arguments: []string{"run", "--config", "/Users/jane/Library/Application Support/igwatchd/igwatchd.toml"},
	}},
	{"darwin", "launchd/daemon.plist", Setup{
		Executable: "/usr/local/bin/igwatchd", Arguments: []string{"run", "--config", "/etc/igwatchd/igwatchd.toml"},
	}},
	{"darwin", "launchd/odd-names.plist", Setup{
		User: true, Home: `/Users/jane & "joe"`, Executable: "/Users/jane & \"joe\"/<bin>/{{Name}}/igwatchd",
		Arguments: []string{"run", "--config", "/Users/jane & \"joe\"/it's/{{if Name}}/ö.toml"},
	}},
	{"windows", "windows/service.txt", Setup{
		Executable: `C:\Program Files\igwatchd\igwatchd.exe`, Arguments: []string{"run", "--config", `C:\ProgramData\igwatchd\igwatchd.toml`},
	}},
}

// TestServiceIsAsWritten compares what is given to the library with what was looked at and found
// good: on macOS the property list itself, on Windows every setting.
func TestServiceIsAsWritten(t *testing.T) {
	for _, c := range setups {
		t.Run(c.file, func(t *testing.T) {
			conf, err := Service(c.goos, c.setup)
			if err != nil {
				t.Fatal(err)
			}
			if c.goos == "darwin" {
				golden(t, c.file, conf.Option["LaunchdConfig"].(string))
				return
			}
			golden(t, c.file, settings(conf))
		})
	}
}

// settings is every field and option of a configuration, one on each line.
func settings(c *service.Config) string {
	var b strings.Builder
	for v, i := reflect.ValueOf(*c), 0; i < v.NumField(); i++ {
		if name := v.Type().Field(i).Name; name == "Option" {
			for _, line := range strings.Split(strings.Trim(fmt.Sprintf("%#v", c.Option), "}"), ", ") { // sorted by fmt
				fmt.Fprintf(&b, "Option %s\n", line[strings.Index(line, `"`):])
			}
		} else {
			fmt.Fprintf(&b, "%s: %#v\n", name, v.Field(i).Interface())
		}
	}
	return b.String()
}

func eachPlist(t *testing.T, test func(t *testing.T, setup Setup, text string)) {
	for _, c := range setups {
		if c.goos != "darwin" {
			continue
		}
		t.Run(c.file, func(t *testing.T) {
			text, err := Plist(c.setup)
			if err != nil {
				t.Fatal(err)
			}
			test(t, c.setup, text)
		})
	}
}

// TestPlistSaysWhatItMust reads the property lists as launchd would: strictly.
func TestPlistSaysWhatItMust(t *testing.T) {
	eachPlist(t, func(t *testing.T, setup Setup, text string) {
		got, err := readPlist(text)
		if err != nil {
			t.Fatal(err)
		}
		program := []any{setup.Executable}
		for _, a := range setup.Arguments {
			program = append(program, a)
		}
		want := map[string]any{
			"Label": "igwatchd", "ProgramArguments": program, "RunAtLoad": true, "KeepAlive": true, "ThrottleInterval": 60,
			"ExitTimeOut": 10, "ProcessType": "Background", "Umask": 0o077,
		}
		if setup.User {
			want["WorkingDirectory"] = setup.Home
			want["StandardOutPath"], want["StandardErrorPath"] = setup.Home+"/Library/Logs/igwatchd.log", setup.Home+"/Library/Logs/igwatchd.log"
		} else {
			want["WorkingDirectory"], want["UserName"] = "/", "_igwatchd"
			want["StandardOutPath"], want["StandardErrorPath"] = "/var/log/igwatchd.log", "/var/log/igwatchd.log"
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
	})
}

// TestPlistIsInstalledAsItIs has the library fill in the lists: its templates are the same on every
// system, and must find nothing to do.
func TestPlistIsInstalledAsItIs(t *testing.T) {
	eachPlist(t, func(t *testing.T, setup Setup, text string) {
		if got := render(t, text); got != text {
			t.Errorf("the library makes of it:\n%s", got)
		}
	})
}

func TestWhatCannotBeInstalledIsRefused(t *testing.T) {
	for what, c := range map[string]struct {
		goos  string
		setup Setup
	}{
		"no home":            {"darwin", Setup{User: true, Executable: "/bin/igwatchd"}},
		"a home like none":   {"darwin", Setup{User: true, Home: "jane", Executable: "/bin/igwatchd"}},
		"a new line":         {"darwin", Setup{User: true, Home: "/Users/jane", Executable: "/bin/igw\natchd"}},
		"an escape":          {"darwin", Setup{User: true, Home: "/Users/jane", Executable: "/bin/igwatchd", Arguments: []string{"\x1b"}}},
		"no UTF-8":           {"darwin", Setup{User: true, Home: "/Users/\xff", Executable: "/bin/igwatchd"}},
		"no character":       {"darwin", Setup{User: true, Home: "/Users/\uFFFE", Executable: "/bin/igwatchd"}},
		"one's own, Windows": {"windows", Setup{User: true, Executable: `C:\igwatchd.exe`}},
	} {
		if conf, err := Service(c.goos, c.setup); err == nil {
			t.Errorf("%s: %+v", what, conf)
		}
	}
}

// TestOptionsAreKnownToTheLibrary looks into its source: an option that is misspelt, or of another
// type than the one that is asked for, would be passed over without a word.
func TestOptionsAreKnownToTheLibrary(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/kardianos/service").Output()
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for goos, file := range map[string]string{"linux": "service_systemd_linux.go", "darwin": "service_darwin.go", "windows": "service_windows.go"} {
		conf, err := Service(goos, Setup{User: goos != "windows", Home: "/Users/jane"})
		if err != nil {
			t.Fatal(err)
		}
		source := read(file)
		for key, value := range conf.Option {
			word := strconv.Quote(key)
			if m := regexp.MustCompile(`(?m)^\s+(\w+)\s+= ` + word + `$`).FindStringSubmatch(read("service.go") + source); m != nil {
				word += "|" + m[1]
			}
			if !regexp.MustCompile(fmt.Sprintf(`\.Option\.%T\((%s),`, value, word)).MatchString(source) {
				t.Errorf("%s: nothing reads the option %s as a %T", goos, key, value)
			}
		}
	}
}
