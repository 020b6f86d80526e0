package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kardianos/service"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/systemd"
)

// Files that belong to the system service besides its unit.
const (
	sysusersFile = "/etc/sysusers.d/igwatchd.conf"
	tmpfilesFile = "/etc/tmpfiles.d/igwatchd.conf"
	dropInFile   = "/etc/systemd/system/igwatchd.service.d/paths.conf"
	sealedInFile = "/etc/systemd/system/igwatchd.service.d/passwords.conf"
)

// prepareSystem makes the user, the folders, and the drop-in that opens folders
// which lie elsewhere.
func (i *installer) prepareSystem(ctx context.Context, cfg *config.Config) error {
	text, err := dropIn(cfg)
	if err != nil {
		return err
	}
	for path, text := range map[string]string{sysusersFile: systemd.Sysusers, tmpfilesFile: systemd.Tmpfiles, dropInFile: text} {
		if err := place(path, text); err != nil {
			return err
		}
	}
	if err := loadSealed(cfg); err != nil {
		return err
	}
	if text != "" {
		i.say("Folders outside %s are opened for the service in %s", systemd.StateDir, dropInFile)
	}
	if _, err := system(ctx, "", "systemd-sysusers", sysusersFile); err != nil {
		return err
	}
	if _, err := system(ctx, "", "systemd-tmpfiles", "--create", tmpfilesFile); err != nil {
		return err
	}
	return i.makeFolders(ctx, cfg)
}

// place writes a file of the system, or removes it if it would be empty.
func place(path, text string) error {
	if text == "" {
		return durable.Remove(path)
	}
	return errors.Join(durable.MkdirAll(filepath.Dir(path), 0o755), durable.WriteFile(path, []byte(text), 0o644))
}

// loadSealed has systemd decrypt for the service the passwords that are kept encrypted.
func loadSealed(cfg *config.Config) error {
	text, err := systemd.Credentials(cfg.Sealed())
	if err != nil {
		return fault.Configuration(err, "keep the configuration in /etc/igwatchd")
	}
	return place(sealedInFile, text)
}

// makeFolders makes the folders for writing that are not there. It is done once
// and not at each start, when the disk that belongs there may not be mounted.
func (i *installer) makeFolders(ctx context.Context, cfg *config.Config) error {
	var lines string
	for _, dir := range []string{cfg.StateDir, cfg.ArchiveDir} {
		switch {
		case strings.HasPrefix(dir+"/", systemd.StateDir+"/"): // tmpfiles and the daemon see to it
		case exists(dir):
			i.say("%s is there already. Unless it is igwatchd's:  sudo chown igwatchd: %q", dir, dir)
		default:
			lines += systemd.Folder(dir)
		}
	}
	if lines == "" {
		return nil
	}
	_, err := system(ctx, lines, "systemd-tmpfiles", "--create", "-")
	return err
}

// dropIn opens what the configuration names outside of the service's own folders.
// It refuses files that the service cannot be shown.
func dropIn(cfg *config.Config) (string, error) {
	write := []string{cfg.StateDir, cfg.ArchiveDir}
	var disks []string
	for _, r := range cfg.Replicas {
		if r.Dir != "" {
			disks = append(disks, r.Dir)
		}
	}
	text, err := systemd.Paths(write, cfg.Fetch.DropDirs, disks)
	if err != nil {
		return "", fault.Configuration(err, "choose other folders in "+cfg.Path)
	}
	opened := slices.Concat(write, cfg.Fetch.DropDirs, disks)
	files := []string{cfg.Path, cfg.Fetch.CookiesFile, cfg.Fetch.CAFile}
	for _, a := range cfg.Accounts {
		files = append(append(files, a.Inbox.CAFile, a.Inbox.Password.File), a.Inbox.Password.Command...)
	}
	for _, r := range cfg.Replicas {
		files = append(files, r.CAFile, r.AccessKeyFile, r.SecretKeyFile)
	}
	files = append(files, cfg.Notify.Command...)
	var errs []error
	for _, file := range files {
		if systemd.Hidden(file, opened...) {
			errs = append(errs, fmt.Errorf("%s: the service cannot see what is there", file))
		}
	}
	return text, fault.Configuration(errors.Join(errs...), "keep such files in /etc/igwatchd, or in a folder that is one of fetch.drop_dirs")
}

// sayReadable points at drop folders that the service's user may not be able to read.
func (i *installer) sayReadable(cfg *config.Config) {
	for _, dir := range cfg.Fetch.DropDirs {
		info, err := os.Stat(dir)
		switch {
		case err != nil:
			i.say("Drop folders must be there before the service starts:  mkdir %q", dir)
		case info.Mode().Perm()&0o005 != 0o005:
			i.say("It must be able to read the drop folder:  sudo setfacl -R -m u:igwatchd:rX,d:u:igwatchd:rX %q", dir)
		}
	}
}

func removeSystemFiles() error {
	err := errors.Join(durable.Remove(dropInFile), durable.Remove(sealedInFile), durable.Remove(sysusersFile), durable.Remove(tmpfilesFile))
	_ = os.Remove(filepath.Dir(dropInFile)) // if nothing of yours is in it
	return err
}

func (i *installer) uninstallUnit(ctx context.Context, svc service.Service, unit string) error {
	if !exists(unit) {
		return fault.Permanent(errors.New("it is not installed"), "igwatchd service status"+i.flags())
	}
	if _, err := i.systemctl(ctx, "stop", "igwatchd.service"); err != nil {
		return err
	}
	if err := svc.Uninstall(); err != nil {
		return err
	}
	if i.user {
		return nil
	}
	if err := removeSystemFiles(); err != nil {
		return err
	}
	_, err := i.systemctl(ctx, "daemon-reload")
	return err
}

func (i *installer) controlUnit(ctx context.Context, what string) error {
	if what != "stop" && !i.user && exists(tmpfilesFile) { // passwords written since then must be readable too
		if _, err := system(ctx, "", "systemd-tmpfiles", "--create", tmpfilesFile); err != nil {
			return fmt.Errorf("service %s: %w", what, err)
		}
	}
	if _, err := i.systemctl(ctx, what, "igwatchd.service"); err != nil {
		state, serr := i.state(ctx)
		if serr != nil {
			return fmt.Errorf("service %s: %w", what, err)
		}
		sentence, hint := i.sentence(state)
		return fault.Permanent(fmt.Errorf("service %s: %s", what, sentence), hint)
	}
	return i.show(ctx)
}

func (i *installer) systemctl(ctx context.Context, args ...string) (string, error) {
	if i.user {
		args = append([]string{"--user"}, args...)
	}
	return system(ctx, "", "systemctl", args...)
}

// system runs a program of the system and returns what it says. What it
// complains of becomes part of the error.
func system(ctx context.Context, input, name string, args ...string) (string, error) {
	var out, complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &complaint
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(complaint.String()))
	}
	return out.String(), nil
}
