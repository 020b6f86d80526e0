package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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
)

func serviceCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("service", s)
	path := configFlag(fs)
	user := fs.Bool("user", false, "a service of yours alone, without root")
	rest, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return &usageError{"service: say install, uninstall, start, stop or status"}
	}
	i := &installer{s: s, user: *user, config: *path}
	switch rest[0] {
	case "install":
		return i.install(ctx)
	case "uninstall":
		return i.uninstall(ctx)
	case "start":
		return i.control("start", service.Service.Start)
	case "stop":
		return i.control("stop", service.Service.Stop)
	case "status":
		return i.status()
	}
	return &usageError{fmt.Sprintf("service: cannot %q; say install, uninstall, start, stop or status", rest[0])}
}

// installer does what `service` is asked for.
type installer struct {
	s      streams
	user   bool
	config string
}

func (i *installer) say(format string, args ...any) {
	_, _ = fmt.Fprintf(i.s.out, format+"\n", args...)
}

// flags for commands that are shown to the person.
func (i *installer) flags() string {
	if i.user {
		return " --user"
	}
	return ""
}

func (i *installer) systemctl() string {
	if i.user {
		return "systemctl --user"
	}
	return "systemctl"
}

// service describes the service to the library. The units are ours.
func (i *installer) service(executable string, arguments ...string) (service.Service, error) {
	script := systemd.SystemUnit
	if i.user {
		script = systemd.UserUnit
	}
	svc, err := service.New(nil, &service.Config{
		Name: "igwatchd", DisplayName: "igwatchd",
		Description: "Watch for Instagram's export mail, fetch and keep the archive",
		Executable:  executable, Arguments: arguments,
		Option: service.KeyValue{
			"SystemdScript": script, "UserService": i.user, // systemd
			"RunAtLoad": true,                                                                // launchd
			"OnFailure": "restart", "OnFailureDelayDuration": "5s", "DelayedAutoStart": true, // Windows
		},
	})
	if err != nil {
		return nil, fault.Permanent(fmt.Errorf("service: %w", err), "this system has no service manager that igwatchd knows; run it in the foreground: igwatchd run")
	}
	return svc, nil
}

// root makes sure that the system service is handled by root.
func (i *installer) root(what string) error {
	if i.user || runtime.GOOS == "windows" || os.Geteuid() == 0 {
		return nil
	}
	return fault.Permanent(fmt.Errorf("service %s: needs root", what),
		fmt.Sprintf("sudo igwatchd service %s    (or, for a service of yours alone: igwatchd service %s --user)", what, what))
}

func (i *installer) install(ctx context.Context) error {
	if err := i.root("install"); err != nil {
		return err
	}
	executable, err := lasting()
	if err != nil {
		return err
	}
	cfg, err := loadConfig(i.config)
	if err != nil {
		return err
	}
	svc, err := i.service(executable, "run", "--config", cfg.Path)
	if err != nil {
		return err
	}
	linux := runtime.GOOS == "linux"
	if linux && !i.user {
		if err := i.prepareSystem(ctx, cfg); err != nil {
			return fmt.Errorf("service install: %w", err)
		}
	}
	if err := i.installUnit(svc); err != nil {
		return err
	}
	i.say("The service is installed. It starts with the machine.")
	if linux && !i.user {
		i.sayReadable(cfg)
	}
	if linux && i.user {
		i.say("It runs while you are logged in. To keep it running:  loginctl enable-linger")
	}
	i.say("Start it now:  %sigwatchd service start%s", map[bool]string{false: "sudo "}[i.user], i.flags())
	return nil
}

// installUnit lets the library write the unit. When it fails half-way it leaves
// a file that would stand in the way of the next try: that goes again.
func (i *installer) installUnit(svc service.Service) error {
	unit := i.unitFile()
	_, before := os.Lstat(unit)
	err := svc.Install()
	if err == nil {
		return nil
	}
	if before == nil {
		return fault.Permanent(fmt.Errorf("service install: %w", err), fmt.Sprintf("it is installed already; first:  igwatchd service uninstall%s", i.flags()))
	}
	if unit != "" && os.IsNotExist(before) {
		err = errors.Join(err, durable.Remove(unit))
	}
	return fmt.Errorf("service install: %w", err)
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

// prepareSystem makes the user, the folders, and the drop-in that opens folders
// which lie elsewhere.
func (i *installer) prepareSystem(ctx context.Context, cfg *config.Config) error {
	for path, text := range map[string]string{sysusersFile: systemd.Sysusers, tmpfilesFile: systemd.Tmpfiles} {
		if err := writeSystemFile(path, text); err != nil {
			return err
		}
	}
	if err := system(ctx, "systemd-sysusers", sysusersFile); err != nil {
		return err
	}
	if err := system(ctx, "systemd-tmpfiles", "--create", tmpfilesFile); err != nil {
		return err
	}
	if text := dropIn(cfg); text != "" {
		i.say("Folders outside /var/lib/igwatchd are opened for the service in %s", dropInFile)
		return writeSystemFile(dropInFile, text)
	}
	return durable.Remove(dropInFile)
}

func writeSystemFile(path, text string) error {
	if err := durable.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return durable.WriteFile(path, []byte(text), 0o644)
}

// dropIn opens what the configuration names outside of the service's own folders.
func dropIn(cfg *config.Config) string {
	var lines []string
	home := false
	open := func(setting, path string) {
		for _, own := range []string{"/var/lib/igwatchd", "/etc"} {
			if path == "" || path == own || strings.HasPrefix(path, own+"/") {
				return
			}
		}
		for _, hidden := range []string{"/home/", "/root/", "/run/user/"} {
			if strings.HasPrefix(path, hidden) {
				home = true
				setting = strings.Replace(setting, "ReadWritePaths", "BindPaths", 1)
			}
		}
		if setting != "BindReadOnlyPaths" || home {
			// "-": a folder that is missing now must not keep the service from starting.
			lines = append(lines, fmt.Sprintf("%s=-%s", setting, strings.ReplaceAll(path, " ", `\x20`)))
		}
	}
	open("ReadWritePaths", cfg.StateDir)
	open("ReadWritePaths", cfg.ArchiveDir)
	for _, dir := range cfg.Fetch.DropDirs {
		open("BindReadOnlyPaths", dir)
	}
	open("BindReadOnlyPaths", cfg.Fetch.CookiesFile)
	for _, a := range cfg.Accounts {
		open("BindReadOnlyPaths", a.Inbox.Password.File)
	}
	if len(lines) == 0 {
		return ""
	}
	text := "# Written by `igwatchd service install` from the configuration; run it again after a change.\n[Service]\n"
	if home {
		text += "# Homes are hidden but for what is named here.\nProtectHome=tmpfs\n"
	}
	return text + strings.Join(lines, "\n") + "\n"
}

// sayReadable points at files that the service's user cannot read yet.
func (i *installer) sayReadable(cfg *config.Config) {
	for _, a := range cfg.Accounts {
		file := a.Inbox.Password.File
		info, err := os.Stat(file)
		if file == "" || err != nil || info.Mode().Perm()&0o004 != 0 {
			continue
		}
		i.say("The service's user must be able to read the password:  sudo chown igwatchd %s", file)
	}
	for _, dir := range cfg.Fetch.DropDirs {
		i.say("It must be able to read %s, too:  sudo setfacl -m u:igwatchd:rx %s", dir, dir)
	}
}

func (i *installer) uninstall(ctx context.Context) error {
	if err := i.root("uninstall"); err != nil {
		return err
	}
	svc, err := i.service("")
	if err != nil {
		return err
	}
	_ = svc.Stop() // it may not be running
	if err := svc.Uninstall(); err != nil {
		return fault.Permanent(fmt.Errorf("service uninstall: %w", err), "is it installed? igwatchd service status"+i.flags())
	}
	if runtime.GOOS == "linux" && !i.user {
		for _, f := range []string{dropInFile, sysusersFile, tmpfilesFile} {
			if err := durable.Remove(f); err != nil && !os.IsNotExist(err) {
				return fmt.Errorf("service uninstall: %w", err)
			}
		}
		_ = os.Remove(filepath.Dir(dropInFile)) // if nothing of yours is in it
		if err := system(ctx, "systemctl", "daemon-reload"); err != nil {
			return fmt.Errorf("service uninstall: %w", err)
		}
	}
	i.say("The service is gone. Left as they are: the archive, the journal, the configuration, and the user igwatchd.")
	return nil
}

func (i *installer) control(what string, do func(service.Service) error) error {
	if err := i.root(what); err != nil {
		return err
	}
	svc, err := i.service("")
	if err != nil {
		return err
	}
	if err := do(svc); err != nil {
		return fault.Permanent(fmt.Errorf("service %s: %w", what, err),
			fmt.Sprintf("see why:  %s status igwatchd    and    journalctl%s -u igwatchd", i.systemctl(), i.flags()))
	}
	i.say("igwatchd: %s", map[string]string{"start": "started", "stop": "stopped"}[what])
	return nil
}

// status prints one line; the exit code is 0 while the service runs.
func (i *installer) status() error {
	svc, err := i.service("")
	if err != nil {
		return err
	}
	state, err := svc.Status()
	switch {
	case errors.Is(err, service.ErrNotInstalled):
		i.say("igwatchd is not installed as a service")
	case err != nil:
		i.say("igwatchd has failed: %v", err)
		i.say("see why:  journalctl%s -u igwatchd", i.flags())
	case state == service.StatusRunning:
		i.say("igwatchd is running")
		return nil
	default:
		i.say("igwatchd is stopped")
	}
	return exitCode(exitFailed)
}

// lasting returns the path of this program, if it is one that will still be
// there after a reboot.
func lasting() (string, error) {
	path, err := os.Executable()
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", fmt.Errorf("service install: %w", err)
	}
	if strings.Contains(path, "/go-build") || strings.HasPrefix(path, os.TempDir()+string(filepath.Separator)) {
		return "", fault.Permanent(fmt.Errorf("service install: %s is a temporary file", path),
			"first put the program where it stays:  make build && sudo install -m 0755 bin/igwatchd /usr/local/bin/")
	}
	return path, nil
}

// system runs a program of the system and puts what it said into the error.
func system(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(out)))
	}
	return nil
}
