package main

import (
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/config"
)

func TestDropInOpensOnlyWhatIsElsewhere(t *testing.T) {
	cfg := config.Defaults()
	if text := dropIn(cfg); text != "" {
		t.Errorf("the defaults need no drop-in, got:\n%s", text)
	}
	cfg.ArchiveDir = "/srv/my pictures"
	if text := dropIn(cfg); !strings.Contains(text, "[Service]\nReadWritePaths=-/srv/my\\x20pictures\n") || strings.Contains(text, "ProtectHome") {
		t.Errorf("got:\n%s", text)
	}
	cfg.Fetch.DropDirs = []string{"/home/jane/Downloads"}
	text := dropIn(cfg)
	for _, want := range []string{"ProtectHome=tmpfs\n", "BindReadOnlyPaths=-/home/jane/Downloads\n", "ReadWritePaths=-/srv"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	cfg.ArchiveDir = "/home/jane/archive"
	if text := dropIn(cfg); !strings.Contains(text, "\nBindPaths=-/home/jane/archive\n") {
		t.Errorf("got:\n%s", text)
	}
}
