package imapwatch

import (
	"net"
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

// unanswered tells whether the peer owes an answer to a keepalive probe (tcpi_probes of tcp(7)).
func unanswered(c net.Conn) bool {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return false
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return false
	}
	owes := false
	_ = raw.Control(func(fd uintptr) { // a connection that is closed owes nothing
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		owes = err == nil && info.Probes > 0
	})
	return owes
}
