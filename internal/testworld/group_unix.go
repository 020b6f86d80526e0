//go:build unix

package testworld

import (
	"errors"
	"os/exec"
	"syscall"
)

// ownGroup makes the program the head of a process group, which its children stay in.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithParent(cmd.SysProcAttr)
}

func pauseGroup(pid int) error  { return syscall.Kill(-pid, syscall.SIGSTOP) }
func resumeGroup(pid int) error { return ignoreGone(syscall.Kill(-pid, syscall.SIGCONT)) }
func killGroup(pid int) error   { return ignoreGone(syscall.Kill(-pid, syscall.SIGKILL)) }
func terminate(pid int) error   { return ignoreGone(syscall.Kill(pid, syscall.SIGTERM)) }

func ignoreGone(err error) error {
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}
