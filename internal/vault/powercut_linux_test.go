package vault

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/igwatchd/igwatchd/internal/journal"
)

// TestPowerCutLosesNothingAcknowledged cuts the power of a file system while
// another process stores bags, copies and proofs on it: the file system is shut
// down without its log (EXT4_IOC_SHUTDOWN, XFS_IOC_GOINGDOWN with NOLOGFLUSH)
// and mounted again. POWER_CUTS says how often, on each of ext4 and xfs; IGWATCHD_LONG=1 stands for 100.
func TestPowerCutLosesNothingAcknowledged(t *testing.T) {
	if dir := os.Getenv("POWER_CUT_WRITER"); dir != "" {
		storeUntilTheEnd(t, dir)
		return
	}
	if os.Getenv("POWER_CUT_ALONE") == "" {
		inOwnMountNamespace(t)
		return
	}
	rounds := 4
	if os.Getenv("IGWATCHD_LONG") != "" {
		rounds = 100
	}
	if n, err := strconv.Atoi(os.Getenv("POWER_CUTS")); err == nil {
		rounds = n
	}
	for _, mkfs := range [][]string{{"mkfs.ext4", "-q"}, {"mkfs.xfs", "-q"}} {
		t.Run(mkfs[0], func(t *testing.T) {
			disk := makeDisk(t, mkfs)
			var sum tally
			turns := rand.Perm(10) // a few rounds see early and late cuts
			for i := range rounds {
				disk.round(t, turns[i%len(turns)], &sum)
			}
			t.Logf("%d cuts: %d acknowledged proofs, %d bags and copies that claimed to be whole, %d in the making", rounds, sum.acknowledged, sum.claims, sum.unfinished)
			if sum.acknowledged < rounds/2 || sum.claims < rounds/2 {
				t.Error("the writer hardly wrote")
			}
		})
	}
}

// inOwnMountNamespace runs the test where nobody else sees its mounts: a process
// that copies the mount table, as tests with namespaces do, would keep the file
// system in use, and it would not be mounted anew after the cut.
func inOwnMountNamespace(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("cutting the power of a file system takes root")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPowerCutLosesNothingAcknowledged$", "-test.v", "-test.timeout=2h")
	cmd.Env = append(os.Environ(), "POWER_CUT_ALONE=1")
	cmd.SysProcAttr = &unix.SysProcAttr{Unshareflags: unix.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "--- SKIP") {
		t.Skip("see above why")
	}
}

type tally struct{ acknowledged, claims, unfinished int }

// disk is a file system in a file, mounted through a loop device.
type disk struct{ image, dir string }

// makeDisk skips where the kernel or the user's rights do not allow for power
// cuts; that is said, and nothing else is skipped for it.
func makeDisk(t *testing.T, mkfs []string) disk {
	t.Helper()
	if _, err := os.Stat("/dev/loop-control"); err != nil {
		t.Skipf("the kernel has no loop devices: %v", err)
	}
	d := disk{image: filepath.Join(t.TempDir(), "image"), dir: t.TempDir()}
	err := os.WriteFile(d.image, nil, 0o600)
	if err = errors.Join(err, os.Truncate(d.image, 512<<20)); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), mkfs[0], append(mkfs[1:], d.image)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.CommandContext(t.Context(), "mount", "-o", "loop", d.image, d.dir).CombinedOutput(); err != nil {
		t.Skipf("the kernel cannot mount this: %v\n%s", err, out)
	}
	t.Cleanup(func() { _ = unix.Unmount(d.dir, unix.MNT_DETACH) })
	return d
}

// cut is what a power cut leaves: what the file system had not written is gone.
func (d disk) cut(t *testing.T) {
	t.Helper()
	f, err := os.Open(d.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const shutdown, noLogFlush = 0x8004587d, 2
	if err := unix.IoctlSetPointerInt(int(f.Fd()), shutdown, noLogFlush); err != nil {
		t.Skipf("the kernel cannot shut a file system down: %v", err)
	}
}

// round cuts the power soon after some proofs were acknowledged.
func (d disk) round(t *testing.T, proofs int, sum *tally) {
	t.Helper()
	work := filepath.Join(d.dir, "work")
	if err := os.Mkdir(work, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPowerCutLosesNothingAcknowledged$")
	cmd.Env = append(os.Environ(), "POWER_CUT_WRITER="+work)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); line != "ready\n" {
		rest, _ := io.ReadAll(lines)
		t.Fatalf("%q, %v\n%s", line, err, rest)
	}
	var text strings.Builder
	acknowledged := make(chan struct{}, 1<<16)
	go func() { // ends with the writer
		defer close(acknowledged)
		for {
			line, err := lines.ReadString('\n')
			text.WriteString(line)
			if err != nil {
				return
			}
			acknowledged <- struct{}{}
		}
	}()
	for range proofs { // however fast the machine is
		<-acknowledged
	}
	time.Sleep(time.Duration(rand.IntN(40_000)) * time.Microsecond)
	// Stopped first: a writer that runs on would acknowledge after the cut.
	var status unix.WaitStatus
	if err := cmd.Process.Signal(unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.Wait4(cmd.Process.Pid, &status, unix.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("the writer did not stop: %v, %v", status, err)
	}
	d.cut(t)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for range acknowledged { // until all is read
	}
	_ = cmd.Wait()
	if err := unix.Unmount(d.dir, 0); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "mount", "-o", "loop", d.image, d.dir).CombinedOutput(); err != nil {
		t.Fatalf("after the cut: %v\n%s", err, out)
	}
	d.check(t, work, text.String(), sum)
	if err := os.RemoveAll(work); err != nil {
		t.Fatal(err)
	}
}

// check looks for lies: acknowledged proofs that are gone, and bags or copies
// that claim to be whole and are not.
func (d disk) check(t *testing.T, work, acknowledged string, sum *tally) {
	t.Helper()
	stands := map[string]bool{} // PLACE ID, for what is whole
	for _, dir := range []string{"archive", "plain", "encrypted"} {
		bags, _ := filepath.Glob(filepath.Join(work, dir, "jane.doe", "*"))
		for _, bag := range bags {
			claim := "bagit.txt"
			if dir == "encrypted" {
				claim = encryptedManifest
			}
			text, err := os.ReadFile(filepath.Join(bag, claim))
			if err != nil {
				sum.unfinished++
				continue
			}
			sum.claims++
			var proof Proof
			if dir == "encrypted" {
				r := &Replica{place: &Folder{dir: filepath.Join(work, dir)}}
				proof, err = r.verifyEncrypted(t.Context(), Ref{"jane.doe", filepath.Base(bag), digest(text)})
			} else {
				proof, err = ReadBack(t.Context(), bag, nil)
			}
			if err != nil || len(proof.Damage) > 0 {
				t.Errorf("%s claims to be whole: %+v, %v", bag, proof.Damage, err)
			}
			stands[dir+" "+filepath.Base(bag)+" "+proof.Digest] = true
		}
	}
	j, err := journal.Open(t.Context(), work)
	if err != nil {
		t.Fatalf("the journal after the cut: %v", err)
	}
	defer j.Close()
	_ = j.View(t.Context(), func(tx *journal.Tx) error {
		for line := range strings.Lines(acknowledged) {
			var id, place, want string
			if !strings.HasSuffix(line, "\n") {
				break
			}
			if n, _ := fmt.Sscanf(line, "acknowledged %s %s %s", &id, &place, &want); n != 3 {
				t.Errorf("the writer said %q", line)
				continue
			}
			sum.acknowledged++
			copies, err := tx.Copies(id)
			found := false
			for _, c := range copies {
				found = found || c.Place == place && c.Digest == want
			}
			if err != nil || !found {
				t.Errorf("acknowledged and gone: %s, %v", line, err)
			}
			if !stands[place+" "+id+" "+want] {
				t.Errorf("proven and gone: %s", line)
			}
		}
		return nil
	})
}
