package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// TestInspectPosts: how many posts the profile shows can be told by hand, also that it shows none.
func TestInspectPosts(t *testing.T) {
	made := func(change func(*testworld.Export)) string {
		e := testworld.DemoExport("jane.doe")
		e.Side = 48
		change(&e)
		paths, err := e.Write(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return paths[0]
	}
	whole := made(func(e *testworld.Export) { e.EverPosted, e.Archived, e.Drafts = testworld.Beside, 4, 3 })
	alone := made(func(e *testworld.Export) { e.EverPosted, e.Archived, e.Drafts = testworld.Instead, 4, 3 })
	none := made(func(e *testworld.Export) { e.Posts, e.Carousels, e.Stories, e.Reels = 0, 0, 0, 0 }) // but a profile photo
	for _, c := range []struct {
		args      string
		code      int
		says, not string
	}{
		{"--posts 12 " + whole, exitOpen, "12 posts", "[range-unknown]"},
		{"--posts 15 " + whole, exitNotSafe, "[posts-missing]", ""}, // not with the archived posts and drafts either
		{"--posts 12 " + alone, exitOpen, "12 posts", "[range-unknown]"},
		{"--posts 15 " + alone, exitNotSafe, "[posts-missing]", ""},
		{none, exitOpen, "[section-missing]", "[range-unknown]"},
		{"--posts 0 " + none, exitOpen, "[posts-empty]", "[section-missing]"},
		{"--posts 3 " + none, exitNotSafe, "[posts-missing]", ""},
		{"--posts -1 " + none, exitUsage, "", ""},
		{"--posts some " + none, exitUsage, "", ""},
	} {
		var out, fault bytes.Buffer
		code := run(t.Context(), append([]string{"inspect"}, strings.Fields(c.args)...), strings.NewReader(""), &out, &fault)
		if code != c.code || !strings.Contains(out.String(), c.says) || c.not != "" && strings.Contains(out.String(), c.not) {
			t.Errorf("inspect %s: exit code %d, want %d with %q and without %q: %s%s", c.args, code, c.code, c.says, c.not, &out, &fault)
		}
	}
}
