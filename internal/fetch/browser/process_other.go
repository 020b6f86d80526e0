//go:build !unix

package browser

import "os/exec"

// Windows has no groups; Chromium's children end with their parent there, and it locks the profile itself.
func ownGroup(*exec.Cmd)            {}
func terminate(cmd *exec.Cmd) error { return cmd.Process.Kill() }
func sweep(int, string)             {}
func of(string) []int               { return nil }
func lock(string) (func(), error)   { return func() {}, nil }
