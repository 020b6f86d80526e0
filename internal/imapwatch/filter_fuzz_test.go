package imapwatch

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// conversation gives the real parser what comes through the filter of a server that says text
// while commands of all kinds wait for an answer. It returns what the parser died of, if the filter
// did not end the connection before.
func conversation(t *testing.T, text string) (c *conn, parser error) {
	t.Helper()
	hang := time.AfterFunc(patience, func() { panic(fmt.Sprintf("hangs at %q", text)) })
	defer hang.Stop()
	ours, theirs := connected()
	c = newConn(wire{Conn: ours, raw: ours}, standard, func(string) {})
	farewell := make(chan struct{})
	c.in.farewell = func(string) { close(farewell); c.in.farewell = func(string) {} }
	kept := newStrays()
	client := imapclient.New(c, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(*imapclient.UnilateralDataMailbox) {}, Fetch: kept.take,
	}})
	_, _ = io.WriteString(theirs, "* OK [CAPABILITY IMAP4rev1 IDLE] hello\r\n")
	if err := client.WaitGreeting(); err != nil {
		t.Fatal(err)
	}
	list := client.List("", "*", nil)
	go func() {
		for list.Next() != nil { //nolint:revive // to be taken
		}
	}()
	client.Status("INBOX", &imap.StatusOptions{UIDNext: true})
	client.Select("INBOX", &imap.SelectOptions{ReadOnly: true})
	client.UIDSearch(&imap.SearchCriteria{}, nil)
	fetch := client.Fetch(from(1), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{headerSection(0)}})
	fetched := make(chan struct{})
	go func() {
		defer close(fetched)
		for msg := fetch.Next(); msg != nil; msg = fetch.Next() {
			_, _ = read(msg, 1<<10)
		}
	}()
	_, _ = io.WriteString(theirs, text)
	theirs.out.end(io.EOF)
	<-client.Closed()
	parser = client.Close()
	<-fetched
	kept.wait()
	return c, parser
}

// Whatever a server says, the parser lives as long as the filter does: it dies of nothing that was
// passed, except the end of the connection in the middle.
func FuzzTheParserLivesOnWhatTheFilterPasses(f *testing.F) {
	for _, seed := range []string{
		"* 3 EXISTS\n* 2 RECENT\n* OK [UIDNEXT 5] x\n* OK [UIDVALIDITY 7]\n* OK [PERMANENTFLAGS (a]b)]\nT3 OK [READ-ONLY] done\n",
		"* SEARCH 1 2  5 (MODSEQ 3)\n* ESEARCH (TAG \"T4\") UID COUNT 2 ALL 1:3,7\nT4 OK\n",
		"* 1 FETCH (UID 5 BODY[HEADER]<0> {5}\nhello FLAGS (x))\n* 2 FETCH (BODY[] \"a\\\"b\" UID 6)\n* 3 FETCH (UID 7 BODY[] NIL)\nT5 OK\n",
		"* 1 FETCH (X ~{3}\nabc UID 1 BODYSTRUCTURE ((\"x\" ()) NIL) BODY[HEADER.FIELDS (A)] {2}\nxx)\n",
		"* LIST (\\Junk x \\*) \"/\" {4}\nJunk (CHILDINFO (x))\n* LIST () NIL \"a&-b&AOQ-\"\n* LIST (((\n* LIST () \".\" &AOQ-&AOQ-\nT1 OK\n",
		"* STATUS \"INBOX\" (UIDNEXT 4 X (a b) UIDVALIDITY 2)\n* STATUS INBOX ()\n* STATUS {5}\nINBOX (UIDNEXT x)\nT2 NO [ALERT] x\n",
		"* BYE\n* BYE [X\n* XFOO\n\n \n+\n+ x\nT9 OK\nT1 MAYBE\n* CAPABILITY a  b]c\n* OK [CAPABILITY x (]\n",
		"T1 OK [CAPABILITY A B\nT2 OK [ [\nT3 NO [APPENDUID x] y\nT4 BAD [\nT5 OK [COPYUID 1 2]\n* PREAUTH [\n",
		"* 1 FETCH (UID 1 BODY[HEADER]<0> {3}\nabcdef\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<14 {
			return
		}
		c, parser := conversation(t, strings.ReplaceAll(text, "\n", "\r\n"))
		if parser == nil || strings.Contains(parser.Error(), io.ErrUnexpectedEOF.Error()) || strings.Contains(parser.Error(), "EOF") {
			return
		}
		if reason := c.reason(); reason == nil || !strings.Contains(parser.Error(), strings.TrimSpace(reason.Error())) {
			t.Errorf("%q: the parser died of %v; the filter says %v", text, parser, reason)
		}
	})
}
