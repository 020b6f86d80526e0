package imapwatch

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// maxGreeting bounds what is read before the connection is private: nobody vouches for it.
const maxGreeting = 8 << 10

// upgrade asks for STARTTLS (RFC 3501, section 6.2.1) and believes nothing that was said before.
// It is done here and not in the library so that a byte sent along with the answer, which an
// attacker could have put there to be read as if it were private, ends the connection.
func upgrade(ctx context.Context, conn net.Conn, limit time.Duration) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		return fault.Temporary(fmt.Errorf("STARTTLS: %w", err), "")
	}
	r := bufio.NewReaderSize(conn, maxGreeting)
	greeting, err := readLine(r)
	if err != nil {
		return fault.Temporary(fmt.Errorf("wait for the mail server's greeting: %w", err), "")
	}
	if word := secondWord(greeting); word != "OK" {
		// PREAUTH would leave us logged in on a line that anyone may have tampered with (RFC 3501, 6.2.1).
		return fault.Temporary(fmt.Errorf("mail server greets with %s where OK is due before STARTTLS", quoted(word)), "")
	}
	if _, err := conn.Write([]byte("S1 STARTTLS\r\n")); err != nil {
		return fault.Temporary(fmt.Errorf("STARTTLS: %w", err), "")
	}
	for range 100 {
		line, err := readLine(r)
		switch {
		case err != nil:
			return fault.Temporary(fmt.Errorf("STARTTLS: %w", err), "")
		case !strings.HasPrefix(line, "S1 "):
			continue
		case secondWord(line) != "OK":
			return fault.Temporary(errors.New("mail server refuses STARTTLS"), "port 993 with security = \"tls\" may work instead")
		case r.Buffered() > 0:
			return fault.Temporary(errors.New("mail server sends more before TLS than it may; somebody may be in between"), "")
		}
		return conn.SetDeadline(time.Time{})
	}
	return fault.Temporary(errors.New("mail server does not answer STARTTLS"), "")
}

func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	return strings.TrimRight(string(line), "\r\n"), err
}

func secondWord(line string) string {
	words := strings.Fields(line)
	if len(words) < 2 {
		return ""
	}
	return strings.ToUpper(words[1])
}
