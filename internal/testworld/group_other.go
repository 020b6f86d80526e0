//go:build !unix

package testworld

import (
	"errors"
	"os/exec"
)

// Dovecot runs on Unix only.
var errNoGroups = errors.New("process groups need Unix")

func ownGroup(*exec.Cmd)    {}
func pauseGroup(int) error  { return errNoGroups }
func resumeGroup(int) error { return errNoGroups }
func killGroup(int) error   { return errNoGroups }
func terminate(int) error   { return errNoGroups }
