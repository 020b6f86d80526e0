// Command keep measures the whole way of an archive, from the first byte of the
// download to the proof that it is stored, beside what a careful person would type:
// curl, unzip -t, sha256sum, cp, sync, sha256sum. The same nginx, TLS 1.3 on
// loopback, the same file, in turn. Needs nginx, curl, unzip and coreutils.
//
//	go run ./keep [-size 2000] [-rounds 3] [-dir FOLDER]
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/bench/origin"
)

const name = "instagram-jane.doe-2026-05-08-AbCd1234.zip"

func main() {
	size := flag.Int64("size", 2000, "of the archive, in MB")
	rounds := flag.Int("rounds", 3, "how often")
	dir := flag.String("dir", "", "where to work (default: a temporary folder)")
	flag.Parse()
	var err error
	if os.Getenv("KEEP_CHILD") != "" {
		err = child(flag.Args())
	} else {
		err = measure(*size*1e6, *rounds, *dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "keep:", err)
		os.Exit(1)
	}
}

// stages are the seconds that each part of our way took.
type stages struct {
	Fetch, Inspect, Store, ReadBack, Copy float64
}

func (s stages) proven() float64 { return s.Fetch + s.Inspect + s.Store + s.ReadBack }

// timed runs a shell command and returns its seconds.
func timed(dir, script string, args ...string) (float64, error) {
	cmd := exec.Command("sh", append([]string{"-euc", script, "sh"}, args...)...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	began := time.Now()
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("%s: %w", script, err)
	}
	return time.Since(began).Seconds(), err
}

func measure(size int64, rounds int, dir string) error {
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "keep"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	if err := writeArchive(filepath.Join(dir, "www", name), size); err != nil {
		return err
	}
	ca, address, stop, err := origin.Start(dir)
	if err != nil {
		return err
	}
	defer stop()
	url := "https://" + address + "/" + name
	fmt.Printf("%d MB over TLS 1.3 from nginx on loopback, %d rounds; seconds\n", size/1e6, rounds)
	fmt.Printf("%-5s %8s | %8s %8s %8s %8s %8s | %8s %8s %8s %8s | %6s %6s %6s\n", "round", "by hand", "fetch", "inspect", "store", "readback", "= proven", "2nd copy", "write", "read", "network", "hand", "disk", "copy")
	var hands, disks, copies []float64
	for i := range rounds {
		work := filepath.Join(dir, "work")
		fresh := func() error {
			_, err := timed(dir, `rm -rf work; mkdir -p work/copy work/usb; sync -f work`)
			return err
		}
		if err := fresh(); err != nil {
			return err
		}
		hand, err := timed(work, `curl -sSf --tlsv1.3 --cacert "$1" -o a.zip "$2" && unzip -tqq a.zip && sha256sum a.zip && cp a.zip copy && sync && sha256sum copy/a.zip`, ca, url)
		if err != nil {
			return err
		}
		if err := fresh(); err != nil {
			return err
		}
		write, err := timed(work, `dd if="$1" of=raw bs=1M conv=fdatasync status=none`, filepath.Join(dir, "www", name))
		if err != nil {
			return err
		}
		read, err := timed(work, `dd if=raw of=/dev/null bs=1M iflag=direct status=none`)
		if err != nil {
			return err
		}
		network, err := timed(work, `curl -sSf --tlsv1.3 --cacert "$1" -o /dev/null "$2"`, ca, url)
		if err != nil {
			return err
		}
		if err := fresh(); err != nil {
			return err
		}
		cmd := exec.Command("/proc/self/exe", url, address, ca, work)
		cmd.Env, cmd.Stderr = append(os.Environ(), "KEEP_CHILD=1"), os.Stderr
		out, err := cmd.Output()
		var s stages
		if err = errors.Join(err, json.Unmarshal(out, &s)); err != nil {
			return err
		}
		byHand, byDisk, byCopy := s.proven()/hand, s.proven()/max(write, read), s.Copy/(write+read)
		hands, disks, copies = append(hands, byHand), append(disks, byDisk), append(copies, byCopy)
		fmt.Printf("%-5d %8.2f | %8.2f %8.2f %8.2f %8.2f %8.2f | %8.2f %8.2f %8.2f %8.2f | %6.2f %6.2f %6.2f\n", i+1, hand,
			s.Fetch, s.Inspect, s.Store, s.ReadBack, s.proven(), s.Copy, write, read, network, byHand, byDisk, byCopy)
	}
	median := func(list []float64) float64 { slices.Sort(list); return list[len(list)/2] }
	fmt.Printf("median: %.2f x by hand; %.2f x the slower of writing and reading the disk; a second copy %.2f x its own write and read\n",
		median(hands), median(disks), median(copies))
	return nil
}
