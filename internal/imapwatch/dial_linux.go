package imapwatch

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// unacknowledged is how long sent bytes may wait for the peer's acknowledgement (RFC 5482).
// Without it a DONE sent into a hole holds the connection for 15 minutes, because TCP sends no
// keepalives while it retransmits.
const unacknowledged = 20 * time.Second

func limitUnacknowledged(c syscall.RawConn) error {
	var err error
	if control := c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(unacknowledged.Milliseconds()))
	}); control != nil {
		return control
	}
	return err
}
