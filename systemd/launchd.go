package systemd

import (
	_ "embed"
	"encoding/xml"
	"errors"
	"fmt"
	"path"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"
)

//go:embed igwatchd.plist
var plistText string

var plistTemplate = template.Must(template.New("igwatchd.plist").Funcs(template.FuncMap{"xml": element}).Parse(plistText))

// job is what differs between igwatchd's jobs under launchd.
type job struct {
	Program   string
	Arguments []string
	Account   string // whom it runs as; empty: whose session it is
	Folder    string // where it runs; launchd does not start a job whose folder is missing
	Log       string
}

// Plist returns launchd's property list for a service. It is the very text that the service library
// writes: the template for it is complete, and holds nothing that the library would fill in.
// That of one person needs Home. That of the machine runs as _igwatchd, an account that has to be
// there: without it launchd starts nothing, and never does it run as root.
func Plist(s Setup) (string, error) {
	j := job{Program: s.Executable, Arguments: s.Arguments, Account: "_igwatchd", Folder: "/", Log: "/var/log/igwatchd.log"}
	if s.User {
		if !path.IsAbs(s.Home) {
			return "", errors.New("launchd: your home folder is not known")
		}
		j.Account, j.Folder, j.Log = "", s.Home, path.Join(s.Home, "Library/Logs/igwatchd.log")
	}
	var b strings.Builder
	if err := plistTemplate.Execute(&b, j); err != nil {
		return "", fmt.Errorf("launchd: %w", err)
	}
	return b.String(), nil
}

// element writes s as the text of an element. What XML 1.0 cannot hold is refused: another path
// than the one that was meant would be worse than none. Braces are written as numbers, because the
// library takes {{ for its own.
func element(s string) (string, error) {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) || strings.ContainsAny(s, "\uFFFE\uFFFF") {
		return "", fmt.Errorf("%q cannot be written in a property list", s)
	}
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return "", err
	}
	return strings.ReplaceAll(b.String(), "{", "&#123;"), nil
}
