package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/kardianos/service"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/systemd"
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
		return &usageError{"service: say install, uninstall, start, stop, restart or status"}
	}
	i := &installer{s: s, user: *user, config: *path}
	switch what := rest[0]; what {
	case "install", "uninstall", "start", "stop", "restart":
		if err := i.allowed(what); err != nil {
			return err
		}
		switch what {
		case "install":
			return i.install(ctx)
		case "uninstall":
			return i.uninstall(ctx)
		}
		return i.control(ctx, what)
	case "status":
		return i.status(ctx)
	}
	return &usageError{fmt.Sprintf("service: cannot %q; say install, uninstall, start, stop, restart or status", rest[0])}
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

func (i *installer) sudo() string {
	if i.user || runtime.GOOS == "windows" {
		return ""
	}
	return "sudo "
}

// service describes the service to the library. What the service manager reads is ours.
func (i *installer) service(executable string, arguments ...string) (service.Service, error) {
	home, _ := os.UserHomeDir() // where it is needed, it is missed
	c, err := systemd.Service(runtime.GOOS, systemd.Setup{User: i.user, Home: home, Executable: executable, Arguments: arguments})
	if err != nil {
		return nil, fault.Permanent(fmt.Errorf("service: %w", err), "run it in the foreground: igwatchd run")
	}
	svc, err := service.New(nil, c)
	if err != nil {
		return nil, fault.Permanent(fmt.Errorf("service: %w", err), "this system has no service manager that igwatchd knows; run it in the foreground: igwatchd run")
	}
	return svc, nil
}

// allowed tells who may do it, and where it can be done.
func (i *installer) allowed(what string) error {
	what = "service " + what
	switch platform := service.Platform(); {
	case runtime.GOOS == "linux" && platform != "linux-systemd":
		return fault.Permanent(fmt.Errorf("%s: systemd does not run here", what), "run it under your own supervisor: igwatchd run --config FILE")
	case runtime.GOOS == "darwin" && !i.user:
		return fault.Permanent(fmt.Errorf("%s: on macOS igwatchd runs for one person", what), "igwatchd "+what+" --user")
	case runtime.GOOS == "windows":
		return nil
	case i.user && os.Geteuid() == 0:
		return fault.Permanent(fmt.Errorf("%s: --user is for yourself, not for root", what), "without sudo: igwatchd "+what+" --user")
	case !i.user && os.Geteuid() != 0:
		return fault.Permanent(fmt.Errorf("%s: needs root", what),
			fmt.Sprintf("sudo igwatchd %s    (or, for a service of yours alone: igwatchd %s --user)", what, what))
	}
	return nil
}

func (i *installer) install(ctx context.Context) error {
	executable, err := i.lasting()
	if err != nil {
		return err
	}
	cfg, err := i.loadConfig()
	if err != nil {
		return err
	}
	unit := i.unitFile()
	arguments := []string{"run", "--config", cfg.Path}
	if unit != "" {
		arguments[2] = systemd.Argument(cfg.Path)
	}
	svc, err := i.service(executable, arguments...)
	if err != nil {
		return err
	}
	_, before := os.Lstat(unit)
	if unit != "" && !i.user {
		err = i.prepareSystem(ctx, cfg)
	}
	if err == nil {
		err = installUnit(svc, unit)
	}
	if err != nil {
		if unit != "" && !i.user && os.IsNotExist(before) { // a failed run leaves nothing behind
			err = errors.Join(err, removeSystemFiles())
		}
		return fmt.Errorf("service install: %w", err)
	}
	verb := "start"
	if unit != "" && before == nil {
		verb = "restart"
	}
	i.say("The service is installed.")
	switch {
	case unit != "" && i.user:
		i.say("It runs while you are logged in. To have it run from the start of the machine on:  loginctl enable-linger")
	case unit != "":
		i.say("It starts with the machine. Look whether everything is in reach:  sudo igwatchd check --config %s", cfg.Path)
		i.sayReadable(cfg)
	}
	i.say("%s it now:  %sigwatchd service %s%s", strings.ToUpper(verb[:1])+verb[1:], i.sudo(), verb, i.flags())
	return nil
}

// loadConfig reads the configuration. A person's own service uses the person's
// own, also where the system has one.
func (i *installer) loadConfig() (*config.Config, error) {
	if dir, err := os.UserConfigDir(); i.config == "" && i.user && err == nil {
		if own := filepath.Join(dir, "igwatchd", "igwatchd.toml"); exists(own) {
			return loadConfig(own)
		}
	}
	return loadConfig(i.config)
}

func (i *installer) uninstall(ctx context.Context) error {
	svc, err := i.service("")
	if err != nil {
		return err
	}
	unit := i.unitFile()
	if unit == "" {
		_ = svc.Stop() // it may not be running
		if err := svc.Uninstall(); err != nil {
			return fmt.Errorf("service uninstall: %w", err)
		}
	} else if err := i.uninstallUnit(ctx, svc, unit); err != nil {
		return fmt.Errorf("service uninstall: %w", err)
	}
	i.say("The service is gone. Left as they are: the archive, the journal, the configuration%s.",
		map[bool]string{false: ", and the user igwatchd"}[i.user || unit == ""])
	return nil
}

func (i *installer) control(ctx context.Context, what string) error {
	if i.unitFile() != "" {
		return i.controlUnit(ctx, what)
	}
	svc, err := i.service("")
	if err != nil {
		return err
	}
	if err := service.Control(svc, what); err != nil {
		return fmt.Errorf("service %s: %w", what, err)
	}
	i.say("igwatchd: %s: done", what)
	return nil
}

// status prints one line; the exit code is 0 while the service runs.
func (i *installer) status(ctx context.Context) error {
	if service.Platform() == "linux-systemd" {
		return i.statusUnit(ctx)
	}
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
	case state == service.StatusRunning:
		i.say("igwatchd is running")
		return nil
	default:
		i.say("igwatchd is stopped")
	}
	return exitCode(exitFailed)
}
