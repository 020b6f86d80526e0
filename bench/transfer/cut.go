package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fetch"
)

// cut kills a download in its middle, lets another process go on, and returns which part of the bytes nginx has sent
// twice.
func cut(url, address, ca, dir string, size int64) (float64, error) {
	work := filepath.Join(dir, "cut")
	if err := os.Mkdir(work, 0o700); err != nil {
		return 0, err
	}
	log := filepath.Join(dir, "sent")
	if err := os.Truncate(log, 0); err != nil {
		return 0, err
	}
	child := func() *exec.Cmd {
		cmd := exec.Command("/proc/self/exe", url, address, ca, work)
		cmd.Env, cmd.Stderr = append(os.Environ(), "TRANSFER_CHILD=1"), os.Stderr
		return cmd
	}
	first := child()
	if err := first.Start(); err != nil {
		return 0, err
	}
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		if parts, _ := filepath.Glob(filepath.Join(work, ".*.part")); len(parts) == 1 {
			if info, err := os.Stat(parts[0]); err == nil && info.Size() >= size/2 {
				break
			}
		}
		if time.Since(begun) > 5*time.Minute {
			return 0, errors.New("it never came to its middle")
		}
	}
	_ = first.Process.Kill()
	_ = first.Wait()
	if err := child().Run(); err != nil {
		return 0, err
	}
	f, err := os.Open(log)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var sent int64
	for lines := bufio.NewScanner(f); lines.Scan(); {
		n, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read nginx's log: %w", err)
		}
		sent += n
	}
	return float64(sent-size) / float64(size), nil
}

// onDisk keeps the checkpoint of one download in a folder, durably.
type onDisk string

func (d onDisk) path() string { return filepath.Join(string(d), "checkpoint") }

func (d onDisk) Load(context.Context, string) (c fetch.Checkpoint, found bool, err error) {
	raw, err := os.ReadFile(d.path())
	if errors.Is(err, fs.ErrNotExist) {
		return c, false, nil
	}
	if err != nil {
		return c, false, err
	}
	return c, true, json.Unmarshal(raw, &c)
}

func (d onDisk) Save(_ context.Context, _ string, c fetch.Checkpoint) error {
	raw, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return durable.WriteFile(d.path(), raw, 0o600)
}

func (d onDisk) Drop(context.Context, string) error {
	if err := os.Remove(d.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
