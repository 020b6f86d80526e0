package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// release is set by the linker for releases.
var release string

// version names this program: the release, else the commit it was built from.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	if revision == "" {
		return info.Main.Version
	}
	return "devel-" + revision + dirty
}

func versionCommand(_ context.Context, s streams, args []string) error {
	fs := newFlags("version", s)
	_ = configFlag(fs)
	if err := parse(fs, args); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "igwatchd %s %s/%s %s\n", version(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	return err
}
