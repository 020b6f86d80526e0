package imapwatch

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// patience is how long tests wait for what happens at once on a machine that has time.
const patience = 3 * time.Minute

// shared are an authority and a Dovecot for all tests that neither stop the server nor need another
// configuration. Each takes a mailbox of its own.
var shared struct {
	once sync.Once
	ca   *testworld.CA
	box  *testworld.Dovecot
	dir  string
	err  error
}

func sharedDovecot(t *testing.T) (*testworld.CA, *testworld.Dovecot) {
	t.Helper()
	shared.once.Do(func() {
		if shared.dir, shared.err = os.MkdirTemp("", "igwatchd-imapwatch-"); shared.err != nil {
			return
		}
		if shared.ca, shared.err = testworld.NewCA(); shared.err != nil {
			return
		}
		shared.box, shared.err = testworld.StartDovecot(context.Background(), shared.ca, filepath.Join(shared.dir, "dovecot"))
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.ca, shared.box
}

// ownDovecot is a Dovecot that a test may do to as it likes.
func ownDovecot(t *testing.T, ca *testworld.CA, options ...testworld.DovecotOption) *testworld.Dovecot {
	t.Helper()
	box, err := testworld.StartDovecot(t.Context(), ca, filepath.Join(t.TempDir(), "dovecot"), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	return box
}

// neighbour is an empty mailbox on the shared Dovecot, and how it is reached.
func neighbour(t *testing.T) (testworld.Mailbox, Server) {
	t.Helper()
	ca, d := sharedDovecot(t)
	box, err := d.Neighbour()
	if err != nil {
		t.Fatal(err)
	}
	return box, serverOf(t, ca, box)
}

// TestMain looks at the end whether a goroutine of this project or of the IMAP library is left.
func TestMain(m *testing.M) {
	flag.Parse()
	// Most tests wait for a server or for time to pass, and few for a processor.
	if err := flag.Set("test.parallel", "12"); err != nil {
		panic(err)
	}
	code := m.Run()
	if shared.box != nil {
		if err := shared.box.Close(); err != nil {
			fmt.Println(err)
			code = 1
		}
	}
	os.RemoveAll(shared.dir)
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		left := goroutines()
		if len(left) == 0 {
			break
		}
		if time.Now().After(end) {
			fmt.Printf("goroutines are left:\n%s\n", strings.Join(left, "\n\n"))
			code = 1
			break
		}
	}
	os.Exit(code)
}

// goroutines returns the stacks of all that belong to this project or to the IMAP library, but for the caller's.
func goroutines() []string {
	buf := make([]byte, 8<<20)
	all := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
	return slices.DeleteFunc(all[1:], func(s string) bool {
		return !strings.Contains(s, "igwatchd/internal") && !strings.Contains(s, "emersion/go-imap")
	})
}
