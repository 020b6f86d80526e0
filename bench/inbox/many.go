package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sort"
	"strings"
	"sync/atomic"
	"time"

	"github.com/igwatchd/igwatchd/internal/imapwatch"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// many watches inboxes whose server is another process, and then cuts all connections at once.
func many(ctx context.Context, inboxes int) error {
	ca, err := testworld.NewCA()
	if err != nil {
		return err
	}
	server := exec.CommandContext(ctx, "/proc/self/exe", "serve")
	in, err := server.StdinPipe()
	if err != nil {
		return err
	}
	out, err := server.StdoutPipe()
	if err != nil {
		return err
	}
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		return err
	}
	defer func() { _ = in.Close(); _ = server.Wait() }()
	cert, err := ca.Issue("localhost", "127.0.0.1")
	if err != nil {
		return err
	}
	if err := sendCertificate(in, cert); err != nil {
		return err
	}
	lines := bufio.NewReader(out)
	addr, err := lines.ReadString('\n')
	if err != nil {
		return err
	}
	s := serverOf(ca, strings.TrimSpace(addr), "u", "p")
	before := heap()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var watchers []*imapwatch.Watcher
	done := make(chan error, inboxes)
	for range inboxes {
		w := imapwatch.New(imapwatch.Options{
			Server: s, Lookback: 48 * time.Hour, Ledger: &ledger{},
			Handle: func(context.Context, imapwatch.Message) error { return nil },
		})
		watchers = append(watchers, w)
		go func() { done <- w.Run(ctx) }()
		time.Sleep(5 * time.Millisecond) // as the daemon does
	}
	all := func() bool {
		n := 0
		for _, w := range watchers {
			if live(w) {
				n++
			}
		}
		return n == inboxes
	}
	if err := until(ctx, 3*time.Minute, all); err != nil {
		return err
	}
	time.Sleep(5 * time.Second)
	after := heap()
	fmt.Printf("%d inboxes, TLS, two connections each, the server in another process\n", inboxes)
	fmt.Printf("  live heap   %7.1f KiB for each inbox\n", float64(after.heap-before.heap)/float64(inboxes)/1024)
	fmt.Printf("  stacks      %7.1f KiB\n", float64(after.stack-before.stack)/float64(inboxes)/1024)
	fmt.Printf("  goroutines  %7.1f\n", float64(after.goroutines-before.goroutines)/float64(inboxes))

	time.Sleep(65 * time.Second) // a connection that lived longer than a minute is replaced at once
	if _, err := io.WriteString(in, "restart\n"); err != nil {
		return err
	}
	began := time.Now()
	if err := until(ctx, time.Minute, func() bool { return !all() }); err != nil {
		return err
	}
	if err := until(ctx, 10*time.Minute, all); err != nil {
		return err
	}
	fmt.Printf("after the server cut all connections at once: all watched again after %.1f s\n", time.Since(began).Seconds())
	if _, err := io.WriteString(in, "report\n"); err != nil {
		return err
	}
	for {
		line, err := lines.ReadString('\n')
		if err != nil || line == ".\n" {
			break
		}
		fmt.Print("  ", line)
	}
	cancel()
	return nil
}

func live(w *imapwatch.Watcher) bool {
	for _, f := range w.Status() {
		if f.State != imapwatch.StateWatching && f.State != imapwatch.StatePolling {
			return false
		}
	}
	return len(w.Status()) >= 2
}

type memory struct {
	heap, stack int64
	goroutines  int
}

func heap() memory {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return memory{int64(m.HeapAlloc), int64(m.StackInuse), runtime.NumGoroutine()}
}

// attempts counts connections in tenths of a second.
type attempts struct {
	n     [6000]atomic.Int64
	began atomic.Int64
}

func (a *attempts) note() {
	if b := a.began.Load(); b != 0 {
		if slot := (time.Now().UnixMilli() - b) / 100; slot >= 0 && slot < int64(len(a.n)) {
			a.n[slot].Add(1)
		}
	}
}

func (a *attempts) report() {
	var counts []int
	total := 0
	for i := range a.n {
		if n := int(a.n[i].Load()); n > 0 {
			counts = append(counts, n)
			total += n
		}
	}
	sort.Ints(counts)
	if len(counts) == 0 {
		return
	}
	fmt.Printf("%d connections in %d different tenths of a second; the fullest tenth had %d, the median one %d\n", total, len(counts), counts[len(counts)-1], counts[len(counts)/2])
}
