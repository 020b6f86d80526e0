// Command inbox measures igwatchd's inbox watcher beside a loop of goimapnotify's kind.
//
//	go run ./inbox latency [-mails 60]      delivery → handler, on Dovecot and on imapmemserver
//	go run ./inbox scan [-messages 100000]  the first look at a large mailbox, and a restart
//	go run ./inbox many [-inboxes 2000]     memory for each inbox, and the herd after a server restart
//
// goimapnotify itself is not to be had from the Go module proxy or Debian. Its loop is built again here
// as its source does it: go-imap, IDLE, and on EXISTS with a count that grew a command is run.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/igwatchd/igwatchd/internal/imapwatch"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) < 2 {
		check(fmt.Errorf("say latency, scan or many"))
	}
	fs := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	mails := fs.Int("mails", 60, "how many are delivered")
	messages := fs.Int("messages", 100_000, "in the mailbox")
	inboxes := fs.Int("inboxes", 2000, "watched by one process")
	check(fs.Parse(os.Args[2:]))
	host()
	switch os.Args[1] {
	case "latency":
		check(latency(ctx, *mails))
	case "scan":
		check(scan(ctx, *messages))
	case "many":
		check(many(ctx, *inboxes))
	case "serve":
		check(serveMany(ctx))
	default:
		check(fmt.Errorf("what is %s?", os.Args[1]))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "inbox:", err)
		os.Exit(1)
	}
}

// host says what is measured on.
func host() {
	if os.Args[1] == "serve" {
		return
	}
	dovecot, _ := exec.Command("dovecot", "--version").Output()
	kernel, _ := exec.Command("uname", "-r").Output()
	fmt.Printf("%s, %d cores, kernel %s, Dovecot %s\n", runtime.Version(), runtime.NumCPU(), strings.TrimSpace(string(kernel)), strings.TrimSpace(string(dovecot)))
}

// ledger keeps cursors in memory.
type ledger struct {
	mu sync.Mutex
	m  map[string]imapwatch.Cursor
}

func (l *ledger) Cursor(_ context.Context, folder string) (imapwatch.Cursor, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.m[folder], nil
}

func (l *ledger) Advance(_ context.Context, folder string, c imapwatch.Cursor) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.m == nil {
		l.m = map[string]imapwatch.Cursor{}
	}
	l.m[folder] = c
	return nil
}

// spread prints the median and the 95th percentile, and returns the median.
func spread(what string, list []time.Duration) time.Duration {
	if len(list) == 0 {
		fmt.Printf("  %-44s nothing\n", what)
		return 0
	}
	slices.Sort(list)
	p50, p95 := list[len(list)/2], list[len(list)*95/100]
	fmt.Printf("  %-44s p50 %9.3f ms   p95 %9.3f ms   n %d\n", what, ms(p50), ms(p95), len(list))
	return p50
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// until waits for f.
func until(ctx context.Context, limit time.Duration, f func() bool) error {
	for end := time.Now().Add(limit); !f(); {
		if time.Now().After(end) || ctx.Err() != nil {
			return fmt.Errorf("not in %v", limit)
		}
		time.Sleep(2 * time.Millisecond)
	}
	return nil
}
