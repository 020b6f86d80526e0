// Command transfer measures igwatchd's download beside curl and sha256sum: the same nginx, TLS 1.3 on
// loopback, the same file. Both sides run as processes of their own, in turn, so that ratios are of
// one run. Needs nginx, curl and coreutils.
//
//	go run ./transfer [-size 2000] [-rounds 3] [-dir FOLDER]
package main

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/igwatchd/igwatchd/bench/origin"
	"github.com/igwatchd/igwatchd/internal/fetch"
)

func main() {
	size := flag.Int64("size", 2000, "of the file, in MB")
	rounds := flag.Int("rounds", 3, "how often")
	dir := flag.String("dir", "", "where to work (default: a temporary folder)")
	flag.Parse()
	if os.Getenv("TRANSFER_CHILD") != "" {
		check(child(flag.Args()))
		return
	}
	check(measure(*size*1e6, *rounds, *dir))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "transfer:", err)
		os.Exit(1)
	}
}

// cost is what a process took.
type cost struct {
	wall, cpu time.Duration
	rss       int64 // KiB
}

func run(name string, env []string, args ...string) (cost, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	began := time.Now()
	err := cmd.Run()
	c := cost{wall: time.Since(began)}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.cpu = time.Duration(u.Utime.Nano() + u.Stime.Nano())
		c.rss = u.Maxrss
	}
	return c, err
}

func measure(size int64, rounds int, dir string) error {
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "transfer"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	file := filepath.Join(dir, "www", "file.zip")
	if err := makeZip(file, size); err != nil {
		return err
	}
	ca, address, stop, err := origin.Start(dir)
	if err != nil {
		return err
	}
	defer stop()
	url := "https://" + address + "/file.zip"
	fmt.Printf("%d MB over TLS 1.3 from nginx on loopback, %d rounds\n", size/1e6, rounds)
	fmt.Printf("%-6s %10s %10s %10s   %10s %10s %10s   %6s %6s\n", "round", "curl", "+sha256sum", "cpu", "igwatchd", "cpu", "RSS KiB", "wall", "cpu")
	var walls, cpus []float64
	for i := range rounds {
		to := filepath.Join(dir, "curl.zip")
		curl, err := run("curl", nil, "--silent", "--show-error", "--fail", "--tlsv1.3", "--cacert", ca, "-o", to, url)
		if err != nil {
			return fmt.Errorf("curl: %w", err)
		}
		sum, err := run("sha256sum", nil, to)
		if err != nil {
			return fmt.Errorf("sha256sum: %w", err)
		}
		if err := os.Remove(to); err != nil {
			return err
		}
		ours := filepath.Join(dir, "ours")
		if err := errors.Join(os.RemoveAll(ours), os.Mkdir(ours, 0o700)); err != nil {
			return err
		}
		us, err := run("/proc/self/exe", []string{"TRANSFER_CHILD=1"}, url, address, ca, ours)
		if err != nil {
			return fmt.Errorf("igwatchd: %w", err)
		}
		wall := us.wall.Seconds() / curl.wall.Seconds()
		cpu := us.cpu.Seconds() / (curl.cpu + sum.cpu).Seconds()
		walls, cpus = append(walls, wall), append(cpus, cpu)
		fmt.Printf("%-6d %9.2fs %9.2fs %9.2fs   %9.2fs %9.2fs %10d   %6.2f %6.2f\n", i+1, curl.wall.Seconds(), sum.wall.Seconds(),
			(curl.cpu + sum.cpu).Seconds(), us.wall.Seconds(), us.cpu.Seconds(), us.rss, wall, cpu)
	}
	slices.Sort(walls)
	slices.Sort(cpus)
	again, err := cut(url, address, ca, dir, size)
	if err != nil {
		return fmt.Errorf("cut: %w", err)
	}
	fmt.Printf("kill -9 in the middle: %.2f %% of the bytes are sent again\n", again*100)
	fmt.Printf("median: wall %.2f x curl alone (which does not hash), CPU %.2f x curl and sha256sum\n", walls[len(walls)/2], cpus[len(cpus)/2])
	return nil
}

// child is igwatchd's side: it fetches, hashes, syncs, and keeps its checkpoints in memory.
func child(args []string) error {
	pool := x509.NewCertPool()
	raw, err := os.ReadFile(args[2])
	if err != nil || !pool.AppendCertsFromPEM(raw) {
		return fmt.Errorf("read %s: %w", args[2], err)
	}
	f := fetch.New(fetch.Options{ByteHosts: []string{args[1]}, AllowPrivate: true, RootCAs: pool, Log: slog.New(slog.DiscardHandler)})
	file, err := f.Get(context.Background(), fetch.Request{URL: args[0], Key: "a/0", Dir: args[3]}, onDisk(args[3]), nil)
	if err != nil {
		return err
	}
	if file.SHA256 == "" {
		return errors.New("no digest")
	}
	return nil
}

// makeZip writes what begins and ends as a zip.
func makeZip(path string, size int64) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	end := append([]byte("PK\x05\x06"), make([]byte, 18)...)
	_, err = io.Copy(f, io.MultiReader(strings.NewReader("PK\x03\x04"), io.LimitReader(rand.Reader, size-26), strings.NewReader(string(end))))
	return errors.Join(err, f.Close())
}
