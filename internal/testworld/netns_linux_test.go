package testworld

import (
	"net"
	"os"
	"os/exec"
	"testing"
	"time"
)

const insideVariable = "IGWATCHD_TEST_OWN_NETWORK"

func TestHoleSwallowsPackets(t *testing.T) {
	if os.Getenv(insideVariable) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHoleSwallowsPackets$")
		cmd.Env = append(os.Environ(), insideVariable+"=1")
		OwnNetwork(cmd)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	if err := LoopbackUp(); err != nil {
		t.Fatal(err)
	}
	addr := startEcho(t)
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	wantEcho(t, c)
	_, port, _ := net.SplitHostPort(addr)
	for _, direction := range []string{BothWays, ToServer, FromServer} {
		hole, err := OpenHole(port, direction)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := echoes(c, "hello", echoNot); got != "" || err == nil {
			t.Errorf("%s: echo %q, %v", direction, got, err)
		}
		if err := hole.Close(); err != nil {
			t.Fatal(err)
		}
		// What was lost is sent again.
		_ = c.SetReadDeadline(time.Now().Add(echoSoon))
		buf := make([]byte, 5)
		if n, err := c.Read(buf); err != nil || string(buf[:n]) != "hello" {
			t.Errorf("%s, after: %q, %v", direction, buf[:n], err)
		}
	}
}
