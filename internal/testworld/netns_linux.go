package testworld

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// OwnNetwork makes cmd run in a network namespace of its own, in which it may do everything: as
// root, or in a user namespace in which the user is still himself.
func OwnNetwork(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	attr := cmd.SysProcAttr
	attr.Cloneflags |= syscall.CLONE_NEWNET
	uid, gid := unix.Getuid(), unix.Getgid()
	if uid == 0 {
		return
	}
	attr.Cloneflags |= syscall.CLONE_NEWUSER
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
	attr.AmbientCaps = []uintptr{unix.CAP_NET_ADMIN} // exec would drop it: the user is not root
}

// LoopbackUp switches on the loopback device, which a new network namespace has but down.
func LoopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("loopback up: %w", err)
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return fmt.Errorf("loopback up: %w", err)
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, lo); err != nil {
		return fmt.Errorf("loopback up: %w", err)
	}
	lo.SetUint16(lo.Uint16() | unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		return fmt.Errorf("loopback up: %w", err)
	}
	return nil
}

// Hole is where packets vanish without a word. It exists only in this process's network namespace.
type Hole struct{ table string }

// The packets of a connection to a port that a Hole swallows.
const (
	BothWays   = "tcp dport %[1]s drop\ntcp sport %[1]s drop"
	ToServer   = "tcp dport %[1]s drop"
	FromServer = "tcp sport %[1]s drop"
)

// OpenHole drops all packets of connections to port, in one or both directions, from now on.
func OpenHole(port, direction string) (*Hole, error) {
	h := &Hole{table: "hole" + port}
	rules := fmt.Sprintf(direction, port)
	if err := nft("table inet " + h.table + " {\nchain in {\ntype filter hook input priority 0\n" + rules + "\n}\n}"); err != nil {
		return nil, fmt.Errorf("open hole: %w", err)
	}
	return h, nil
}

// Close lets packets through again.
func (h *Hole) Close() error {
	if err := nft("delete table inet " + h.table); err != nil {
		return fmt.Errorf("close hole: %w", err)
	}
	return nil
}

// nft changes the packet filter (Debian: nftables).
func nft(script string) error {
	binary, err := findBinary("nft", "/usr/sbin", "/sbin")
	if err != nil {
		return errors.New("nft is not installed (Debian: apt-get install nftables)")
	}
	cmd := exec.Command(binary, "-f", "-")
	cmd.Stdin = strings.NewReader(script + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, out)
	}
	return nil
}
