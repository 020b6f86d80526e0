package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes `igwatchd` a command of the stories: the real program, run as
// a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"igwatchd": mainForStories})
}

// noLastWait, in the environment, spares each process the second for which the race detector waits at its end.
const noLastWait = "GORACE=atexit_sleep_ms=10"

// TestStories runs testdata/script: one story for each command and each thing
// that can be wrong.
func TestStories(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_CONFIG_HOME", env.WorkDir+"/.config")
			env.Setenv("TZ", "UTC")
			env.Vars = append(env.Vars, noLastWait)
			env.Values[worldKey{}] = new(*world)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exitcode":     exitcodeCmd,
			"world":        worldCmd,
			"set":          setCmd,
			"export":       exportCmd,
			"offer":        offerCmd,
			"sign":         signCmd,
			"replica":      replicaCmd,
			"harm":         harmCmd,
			"deliver":      deliverCmd,
			"site":         siteCmd,
			"expect":       expectCmd,
			"await-status": awaitStatusCmd,
			"quiet":        quietCmd,
			"await":        awaitCmd,
			"spoil":        spoilCmd,
			"mail":         mailCmd,
			"provider":     providerCmd,
			"accounts":     accountsCmd,
			"asked":        askedCmd,
			"passwords":    passwordsCmd,
			"told":         toldCmd,
			"parts":        partsCmd,
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}
