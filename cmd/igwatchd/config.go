package main

import (
	"context"
	"fmt"

	"github.com/igwatchd/igwatchd/config"
)

func configCommand(_ context.Context, s streams, args []string) error {
	fs := newFlags("config", s)
	_ = configFlag(fs)
	rest, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 || rest[0] != "example" {
		return &usageError{"config: say: igwatchd config example"}
	}
	_, err = fmt.Fprint(s.out, config.Example)
	return err
}
