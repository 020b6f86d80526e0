package imapwatch

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Stored is a message that was asked for by its number.
type Stored struct {
	Message
	Received time.Time // the server's INTERNALDATE (RFC 3501, section 2.3.3); zero if it does not tell
}

// Read returns the message that has this UID in a folder, and changes nothing there. It makes a
// connection of its own for a moment, as Probe does, beside those of a Watcher. A folder or a
// message that is not there is an error of kind permanent.
func Read(ctx context.Context, server Server, folder string, uid uint32) (Stored, error) {
	return readOne(ctx, server, (&address{}).dial, standard, folder, uid)
}

func readOne(ctx context.Context, server Server, dial dialer, t timings, name string, uid uint32) (Stored, error) {
	if err := server.check(); err != nil {
		return Stored{}, err
	}
	var wires overheard
	s, err := connect(ctx, server, wires.of(dial), t, slog.New(slog.DiscardHandler))
	if err != nil {
		return Stored{}, err
	}
	defer s.close()
	now, err := s.examine(name)
	if isRefusal(err) {
		return Stored{}, s.noFolder(name, err)
	}
	if err != nil {
		return Stored{}, err
	}
	received, err := s.received(&wires, uid)
	if goOn(err) != nil {
		return Stored{}, err
	}
	var got *content
	err = s.fetch(uidSet([]uint32{uid}), bodySection(MaxMessage), MaxMessage, t.command, func(c content) {
		if c.uid == uid && got == nil {
			got = &c
		}
	})
	if got == nil {
		return Stored{}, s.noMessage(name, now.validity, uid, err)
	}
	return Stored{Received: received, Message: Message{
		Folder: name, UIDValidity: now.validity, UID: uid,
		Header: headerOf(got.data), Raw: got.data, Truncated: got.cut,
	}}, nil
}

// noFolder says why a folder could not be opened.
func (s *session) noFolder(name string, refused error) error {
	all, err := s.list()
	if err != nil || slices.ContainsFunc(all, func(d *imap.ListData) bool { return d.Mailbox == name }) {
		return refused
	}
	var names []string
	for _, d := range all {
		if !slices.Contains(d.Attrs, imap.MailboxAttrNoSelect) && len(names) < 20 {
			names = append(names, d.Mailbox)
		}
	}
	return fault.Permanent(fmt.Errorf("the mailbox has no folder %q", name), "its folders: "+strings.Join(names, ", "))
}

// noMessage says why a message did not come.
func (s *session) noMessage(name string, validity, uid uint32, err error) error {
	if goOn(err) != nil {
		return err
	}
	found, searched := s.search(imap.SearchCriteria{UID: []imap.UIDSet{uidSet([]uint32{uid})}})
	if searched != nil || len(found) > 0 {
		if err == nil {
			err = fault.Temporary(fmt.Errorf("the mail server has message %d of folder %s, but does not send it", uid, name), "")
		}
		return err
	}
	return fault.Permanent(fmt.Errorf("folder %s has no message with UID %d (its UIDVALIDITY is %d)", name, uid, validity),
		"it may have been moved or deleted; UIDs also change when the server renumbers the folder, and then UIDVALIDITY does too")
}

// received asks when the server took a message. The filter keeps the answer from the parser, as all
// items that watching does not need; so it is read off the wire.
func (s *session) received(wires *overheard, uid uint32) (time.Time, error) {
	defer s.step("FETCH", s.t.command, s.t.command, s.t.command)()
	wires.listen(true)
	err := s.client.Fetch(uidSet([]uint32{uid}), &imap.FetchOptions{UID: true, InternalDate: true}).Close()
	return internalDate(wires.listen(false), uid), s.fail("ask when a message came", err)
}

// internalDate returns the date in the answer about the message, or zero.
func internalDate(said []byte, uid uint32) time.Time {
	for line := range bytes.Lines(said) {
		_, items, ok := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(" FETCH "))
		s := scanner{b: items}
		if s.spaces(); !ok || !bytes.HasPrefix(line, []byte("* ")) || !s.take('(') {
			continue
		}
		about, date := "", ""
		for s.spaces(); len(s.b) > 0 && s.peek() != ')'; s.spaces() {
			name := strings.ToUpper(s.until(" ()"))
			s.spaces()
			value, ok := s.value()
			if name == "" || !ok {
				break
			}
			switch name {
			case "UID":
				about = string(value)
			case "INTERNALDATE":
				date = unquoted(value)
			}
		}
		if at, err := time.Parse("_2-Jan-2006 15:04:05 -0700", date); err == nil && about == fmt.Sprint(uid) {
			return at
		}
	}
	return time.Time{}
}

// overheard is what a mail server says while somebody listens, before the filter.
type overheard struct {
	mu   sync.Mutex
	on   bool
	said []byte
}

// maxOverheard bounds it, in bytes: an answer about one message is a line.
const maxOverheard = 64 << 10

func (o *overheard) of(dial dialer) dialer {
	return func(ctx context.Context, s Server, t timings) (wire, error) {
		w, err := dial(ctx, s, t)
		if err == nil {
			w.Conn = &listened{w.Conn, o}
		}
		return w, err
	}
}

// listen begins or ends listening, and returns what was said until then.
func (o *overheard) listen(on bool) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	said := o.said
	o.on, o.said = on, nil
	return said
}

type listened struct {
	net.Conn
	o *overheard
}

func (l *listened) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	l.o.mu.Lock()
	defer l.o.mu.Unlock()
	if l.o.on {
		l.o.said = append(l.o.said, p[:min(n, maxOverheard-len(l.o.said))]...)
	}
	return n, err
}
