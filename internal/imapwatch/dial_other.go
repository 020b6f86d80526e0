//go:build !linux

package imapwatch

import (
	"net"
	"syscall"
)

// limitUnacknowledged does nothing where there is no TCP_USER_TIMEOUT: the deadlines of each step
// find the same hole, a little later.
func limitUnacknowledged(syscall.RawConn) error { return nil }

// unanswered is not known on this system.
func unanswered(net.Conn) bool { return false }
