package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

type command struct{ argv []string }

// Command runs a program without a shell and gives it each event as JSON on its
// standard input. Exit status 0 means that the person was told.
func Command(argv []string) Channel { return &command{argv} }

func (c *command) Name() string { return "command" }

func (c *command) Send(ctx context.Context, e Event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	cmd.Stdin = bytes.NewReader(append(body, '\n'))
	cmd.WaitDelay = time.Second // a child that keeps a pipe open must not hold us
	if err := cmd.Run(); err != nil {
		return fault.Temporary(fmt.Errorf("notify command: %s: %w", c.argv[0], err),
			"run it by hand with an event on its standard input, and see notify.command")
	}
	return nil
}
