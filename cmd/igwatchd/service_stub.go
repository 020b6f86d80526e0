package main

import "context"

func serviceCommand(ctx context.Context, s streams, args []string) error { return nil }
