package imapwatch

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Half a message is none: what came before the connection was lost is not handed on, and all
// of it comes later. The race detector watches the parser meanwhile.
func TestAConnectionLostWithinAMessage(t *testing.T) {
	t.Parallel()
	text := string(mail("whole")) + strings.Repeat("0123456789abcdef\r\n", 2000)
	whole := properItem(1, "[]<0>", text)
	for _, uidLast := range []bool{false, true} {
		for cut := 1; cut < len(whole); cut += 997 {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.put("INBOX", "whole")
				f.boxes["INBOX"].mails[0].text = text
				once := true
				f.odd = func(c *fakeConn, _, line string) bool {
					if !once || !strings.Contains(line, "BODY.PEEK[]") {
						return false
					}
					once = false
					sent := whole
					if uidLast {
						sent = fmt.Sprintf("* 1 FETCH (BODY[]<0> {%d}\r\n%s UID 1)\r\n", len(text), text)
					}
					_, _ = io.WriteString(c.conn, sent[:cut])
					c.conn.Close()
					return true
				}
				r, _, stop := watch(t, f, nil)
				select {
				case m := <-r.got:
					if string(m.Raw) != text || m.Truncated {
						t.Errorf("after %d bytes: %d of %d handed on", cut, len(m.Raw), len(text))
					}
				case <-time.After(10 * time.Minute):
					t.Errorf("after %d bytes: never", cut)
				}
				stop()
			})
		}
	}
}
