//go:build unix

package browser

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// ownGroup makes Chromium the head of a process group, which its children stay in.
func ownGroup(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
}

func terminate(cmd *exec.Cmd) error { return syscall.Kill(cmd.Process.Pid, syscall.SIGTERM) }

// sweep ends what is left of the group that pid was the head of, and every process of the profile that has
// left the group, and waits until they are gone. The group's number is not given out anew while a member lives.
func sweep(pid int, profile string) {
	for range 100 {
		gone := errors.Is(syscall.Kill(-pid, syscall.SIGKILL), syscall.ESRCH)
		strays := of(profile)
		for _, stray := range strays {
			_ = syscall.Kill(stray, syscall.SIGKILL)
		}
		if gone && len(strays) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// lock locks the folder itself: the kernel unlocks it when this process ends, however it ends.
func lock(dir string) (func(), error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}
