package testworld

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// process is a running master with all its children.
type process struct {
	pid   int
	ended chan struct{} // closed when the master is gone
	err   error         // why, set before ended is closed
}

// launch starts a program as the head of its own process group. One thread of its own starts it
// and waits for it: Linux tells the program when the thread that started it ends.
func launch(name string, args ...string) (*process, error) {
	p := &process{ended: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		defer close(p.ended)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		var output bytes.Buffer
		cmd := exec.Command(name, args...)
		cmd.Stdout, cmd.Stderr = &output, &output
		// A child that lives on must not keep Wait waiting for its output.
		cmd.WaitDelay = time.Second
		ownGroup(cmd)
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		p.pid = cmd.Process.Pid
		started <- nil
		err := cmd.Wait()
		p.err = fmt.Errorf("%w: %s", errors.Join(err, errors.New("exited")), strings.TrimSpace(output.String()))
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// findBinary looks in the PATH and then in dirs.
func findBinary(name string, dirs ...string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range dirs {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", ErrNoDovecot
}

// freePort returns a port that nobody had a moment ago.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
