package systemd

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// What the unit hides from the service, so that a path there means something
// else to it than to the person who wrote it: ProtectHome= and PrivateTmp= of
// systemd.exec(5).
var (
	homes   = []string{"/home", "/root", "/run/user"}
	private = []string{"/tmp", "/var/tmp", "/dev", "/proc", "/sys"}
)

// StateDir is the folder of the system service's own (StateDirectory= in the unit).
const StateDir = "/var/lib/igwatchd"

// Hidden tells whether the system service cannot see path, or sees something else
// there, although the folders in opened are opened to it by Paths.
func Hidden(path string, opened ...string) bool {
	return (under(path, homes) || under(path, private)) && !under(path, opened)
}

// Folder is the line of tmpfiles.d(5) that makes a folder of igwatchd's own.
func Folder(path string) string { return "d " + quote(path) + " 0750 igwatchd igwatchd\n" }

// Paths returns the drop-in igwatchd.service.d/paths.conf, which opens what the
// unit of the system service keeps closed: folders to write, folders to read, and
// folders to write on disks that come and go.
// It is empty if nothing needs to be opened. Paths must be absolute.
//
// A folder that is opened one by one is a mount of its own inside the service, and
// keeps its disk from being let go when it is unmounted outside. So disks are opened
// by ProtectSystem=full: outside of /usr, /boot and /etc, the service's user may then write
// what the permissions of files let it write, which is little.
//
// Each is opened only if it exists when the service starts: a folder that is
// missing is reported by igwatchd, and must not keep it from starting.
func Paths(write, read, disks []string) (string, error) {
	var lines []string
	var errs []error
	open := func(paths []string, bind, plain string) {
		for _, path := range paths {
			path = filepath.Clean(path)
			switch {
			case path == "/" || slices.Contains(homes, path) || strings.ContainsFunc(path, unicode.IsControl):
				errs = append(errs, fmt.Errorf("%q cannot be opened to the service", path))
			case under(path, private):
				errs = append(errs, fmt.Errorf("%s: the service has a %s of its own", path, firstOf(path, private)))
			case under(path, homes):
				lines = append(lines, bind+quote("-"+path))
			case plain != "" && !under(path, []string{StateDir}):
				lines = append(lines, plain+quote("-"+path))
			}
		}
	}
	open(write, "BindPaths=", "ReadWritePaths=")
	open(read, "BindReadOnlyPaths=", "") // all else can be read already
	before := len(lines)
	open(disks, "BindPaths=", "full ")
	come := func(line string) bool { return strings.HasPrefix(line, "full ") }
	if slices.ContainsFunc(lines[before:], come) {
		lines = append([]string{"# For disks that are mounted and unmounted while it runs.\nProtectSystem=full"}, slices.DeleteFunc(lines, come)...)
	}
	if len(errs) > 0 {
		return "", errors.Join(errs...)
	}
	if len(lines) == 0 {
		return "", nil
	}
	text := "# Written by \"igwatchd service install\" for archive_dir, drop_dirs and replicas of the configuration.\n" +
		"# Run that again when they change.\n[Service]\n"
	if slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "Bind") }) {
		text += "# Empty folders take the place of /home and /root; only what is named here is put into them.\nProtectHome=tmpfs\n"
	}
	return text + strings.Join(slices.Compact(lines), "\n") + "\n", nil
}

// under tells whether path is one of dirs or in one of them.
func under(path string, dirs []string) bool { return firstOf(path, dirs) != "" }

func firstOf(path string, dirs []string) string {
	for _, dir := range dirs {
		if path == dir || strings.HasPrefix(path, dir+"/") {
			return dir
		}
	}
	return ""
}

// quote writes a path as one word of a unit file (systemd.syntax(7)); % begins a specifier.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`).Replace(s) + `"`
}

// Argument prepares an argument of ExecStart= for the template, whose cmd puts it
// into quotes and does no more: % begins a specifier, $ a variable (systemd.service(5)).
func Argument(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `%%`, `$`, `$$`).Replace(s)
}
