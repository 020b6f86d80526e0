package testworld

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// KillSessions ends the processes that serve those who are logged in, without a goodbye, and tells
// how many there were. The server itself goes on.
func (d *Dovecot) KillSessions() (killed int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.master == nil {
		return 0, errors.New("kill sessions: dovecot is not running")
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, fmt.Errorf("kill sessions: %w", err)
	}
	for _, path := range stats {
		line, err := os.ReadFile(path)
		if err != nil {
			continue // it has just ended
		}
		// PID (NAME) STATE PPID PGRP …, see proc(5).
		front, rest, _ := strings.Cut(string(line), ") ")
		number, name, _ := strings.Cut(front, " (")
		fields := strings.Fields(rest)
		if name != "imap" || len(fields) < 3 || fields[2] != strconv.Itoa(d.master.pid) {
			continue
		}
		pid, err := strconv.Atoi(number)
		if err != nil {
			return killed, fmt.Errorf("kill sessions: %w", err)
		}
		if err := ignoreGone(syscall.Kill(pid, syscall.SIGKILL)); err != nil {
			return killed, fmt.Errorf("kill sessions: %w", err)
		}
		killed++
	}
	return killed, nil
}
