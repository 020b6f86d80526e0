package oauth

import (
	"os"
	"testing"
)

// ownerOf only looks whether the file is there: os.Geteuid is -1 here.
func ownerOf(t *testing.T, path string) int {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	return -1
}
