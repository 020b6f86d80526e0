package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// state asks systemd itself: the library takes a service that fails and is
// started again and again for one that runs.
func (i *installer) state(ctx context.Context) (map[string]string, error) {
	out, err := i.systemctl(ctx, "show", "igwatchd.service",
		"--property=LoadState,ActiveState,SubState,Result,MainPID,ExecMainStatus")
	state := map[string]string{}
	for line := range strings.Lines(out) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		state[key] = value
	}
	if err == nil && state["ActiveState"] == "" {
		err = errors.New("systemd did not say how the service is")
	}
	return state, err
}

// sentence says the state in words, and where it is not as it should be, what to do.
func (i *installer) sentence(state map[string]string) (sentence, hint string) {
	journal := "see why:  " + i.sudo() + "journalctl" + i.flags() + " -u igwatchd -n 30"
	reason := "exit status " + state["ExecMainStatus"]
	if state["Result"] != "exit-code" {
		reason = state["Result"] // signal, watchdog, timeout, …
	}
	switch active := state["ActiveState"]; {
	case state["LoadState"] == "not-found":
		return "igwatchd is not installed as a service", i.sudo() + "igwatchd service install" + i.flags()
	case active == "active":
		return "igwatchd is running, process " + state["MainPID"], ""
	case active == "activating" && state["SubState"] == "auto-restart":
		return "igwatchd has failed (" + reason + ") and will be started again", journal
	case active == "failed" && state["Result"] == "exit-code" && state["ExecMainStatus"] == fmt.Sprint(exitBadSetup):
		return "igwatchd has stopped because its configuration is wrong", "see what:  " + i.sudo() + "igwatchd check"
	case active == "failed":
		return "igwatchd has failed (" + reason + ")", journal
	case active == "inactive":
		return "igwatchd is stopped", i.sudo() + "igwatchd service start" + i.flags()
	default:
		return "igwatchd is " + active, ""
	}
}

// show prints the state after a change, whatever it is.
func (i *installer) show(ctx context.Context) error {
	state, err := i.state(ctx)
	if err != nil {
		return fmt.Errorf("service: %w", err)
	}
	sentence, _ := i.sentence(state)
	i.say("%s", sentence)
	return nil
}

func (i *installer) statusUnit(ctx context.Context) error {
	state, err := i.state(ctx)
	if err != nil {
		return fmt.Errorf("service status: %w", err)
	}
	sentence, hint := i.sentence(state)
	i.say("%s", sentence)
	if state["ActiveState"] == "active" {
		return nil
	}
	if hint != "" {
		i.say("hint: %s", hint)
	}
	return exitCode(exitFailed)
}
