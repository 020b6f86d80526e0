package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/igwatchd/igwatchd/internal/vault"
)

// replicaCommand needs no configuration: a disk may be prepared before there is one.
func replicaCommand(_ context.Context, s streams, args []string) error {
	fs := newFlags("replica", s)
	_ = configFlag(fs)
	rest, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(rest) != 2 || rest[0] != "init" {
		return &usageError{"replica: the one thing it does is: igwatchd replica init DIR"}
	}
	dir, err := filepath.Abs(rest[1])
	if err != nil {
		return err
	}
	if err := vault.Init(dir); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(s.out, `%s is prepared: igwatchd writes copies there only while the file is there that now lies in it.

Say so in the configuration, and restart the service:

  [[replica]]
  dir = %q

The user that igwatchd runs as must be able to write there; for the system service:
  sudo chown igwatchd: %s
`, dir, dir, dir)
	return nil
}
