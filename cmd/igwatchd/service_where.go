package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/kardianos/service"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/systemd"
)

// lasting returns the path of this program, if it will still be there after a
// reboot, and the service can see it.
func (i *installer) lasting() (string, error) {
	path, err := os.Executable()
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	separator := string(filepath.Separator)
	switch {
	case err != nil:
		return "", fmt.Errorf("service install: %w", err)
	case strings.Contains(path, separator+"go-build") || strings.HasPrefix(path, os.TempDir()+separator):
		return "", fault.Permanent(fmt.Errorf("service install: %s is a temporary file", path),
			"first put the program where it stays:  make build && sudo install -m 0755 bin/igwatchd /usr/local/bin/")
	case !i.user && i.unitFile() != "" && systemd.Hidden(path):
		return "", fault.Permanent(fmt.Errorf("service install: %s: the service cannot see what is there", path),
			"first:  sudo install -m 0755 "+path+" /usr/local/bin/    then:  sudo /usr/local/bin/igwatchd service install")
	}
	return path, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// unitFile is where the library writes the unit; "" where that is not a file of systemd's.
func (i *installer) unitFile() string {
	switch home, err := os.UserHomeDir(); {
	case runtime.GOOS != "linux":
		return ""
	case !i.user:
		return "/etc/systemd/system/igwatchd.service"
	case err == nil:
		return filepath.Join(home, ".config/systemd/user/igwatchd.service")
	}
	return ""
}

// installUnit lets the library write the unit anew. When that fails half-way, the
// library leaves a file that would stand in the way of the next try: the old one
// comes back, or none. unit is "" where there is no such file.
func installUnit(svc service.Service, unit string) error {
	if unit == "" {
		return svc.Install()
	}
	old, missing := os.ReadFile(unit)
	switch {
	case missing == nil && !strings.Contains(string(old), "igwatchd service install"):
		return fault.Permanent(fmt.Errorf("%s was not written by this command", unit), "remove it, or keep using it with systemctl")
	case missing == nil:
		if err := durable.Remove(unit); err != nil {
			return err
		}
	}
	err := svc.Install()
	if err != nil && missing == nil {
		return errors.Join(err, durable.WriteFile(unit, old, 0o644))
	}
	if err != nil {
		return errors.Join(err, durable.Remove(unit))
	}
	return nil
}
