package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// session is one connection on which somebody is logged in. It is used by one goroutine.
type session struct {
	t      timings
	conn   *conn
	client *imapclient.Client
	caps   imap.CapSet
	news   chan struct{} // rings at EXISTS, whatever the number says
	strays *strays
	idling *imapclient.IdleCommand // DONE was sent, its answer not yet awaited
	hurry  bool                    // the machine may have slept: the connection has to prove itself
	unbind func() bool

	errand *errand // what it was asked for while it waited
}

// connect opens a session that ends with ctx, or earlier with close.
func connect(ctx context.Context, s Server, dial dialer, t timings, log *slog.Logger) (*session, error) {
	return s.enterWith(ctx, func(p proof) (*session, error) { return open(ctx, s, p, dial, t, log) })
}

// open is connect with one proof of who we are.
func open(ctx context.Context, s Server, p proof, dial dialer, t timings, log *slog.Logger) (*session, error) {
	w, err := dial(ctx, s, t)
	if err != nil {
		return nil, err
	}
	c := newConn(w, t, func(words string) { log.Warn("the mail server wants this to be known", "text", quoted(words)) })
	one := &session{t: t, conn: c, news: make(chan struct{}, 1), strays: newStrays()}
	one.unbind = context.AfterFunc(ctx, func() { c.kill(ctx.Err()) })
	one.client = imapclient.New(c, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages != nil {
				ring(one.news)
			}
		},
		Fetch: one.strays.take,
	}})
	if err := one.enter(s, p); err != nil {
		one.close()
		return nil, err
	}
	if err := one.settle(); err != nil {
		one.close()
		return nil, err
	}
	return one, nil
}

// settle waits until the library has asked for the capabilities anew, as it does by itself a moment
// after a login. Without that those from before the login might count, and its command might
// come between others.
func (s *session) settle() error {
	defer s.step("capabilities", s.t.greeting, s.t.greeting, s.t.greeting)()
	if err := s.fail("ask what the mail server can do", s.client.Noop().Wait()); goOn(err) != nil {
		return err
	}
	if s.caps = s.client.Caps(); s.caps == nil {
		return s.fail("ask what the mail server can do", errors.New("no answer"))
	}
	return nil
}

// step is conn.step, with a short patience after a sleep.
func (s *session) step(name string, first, silent, total time.Duration) (end func()) {
	if s.hurry {
		first = min(first, s.t.woken)
	}
	s.hurry = false
	return s.conn.step(name, first, silent, total)
}

// close ends the connection and everything that runs for it.
func (s *session) close() {
	s.unbind()
	_ = s.conn.Close()
	s.client.Close()
	s.strays.wait()
}

// enter logs in and learns what the server can do.
func (s *session) enter(to Server, p proof) error {
	end := s.step("greeting", s.t.greeting, s.t.greeting, s.t.greeting)
	err := s.client.WaitGreeting()
	if err == nil && s.client.State() == imap.ConnStateNotAuthenticated {
		s.caps = s.client.Caps()
	}
	end()
	if err != nil {
		return s.fail("wait for the mail server's greeting", err)
	}
	if s.client.State() == imap.ConnStateNotAuthenticated {
		end := s.step("login", s.t.login, s.t.login, s.t.login)
		err := s.login(to, p)
		end()
		if err != nil {
			return loginFault(to, s.fail("log in", err))
		}
	}
	defer s.step("capabilities", s.t.greeting, s.t.greeting, s.t.greeting)()
	if s.caps = s.client.Caps(); s.caps == nil {
		return s.fail("ask what the mail server can do", errors.New("no answer"))
	}
	if s.caps.Has(imap.CapID) {
		// Netease lets nobody in who has not said what he is (RFC 2971). The answer does not matter.
		_, _ = s.client.ID(&imap.IDData{Name: "igwatchd"}).Wait()
	}
	return nil
}

// fail says what an error of the library means. Its words are kept only when the server answered
// or the parser gave up: otherwise the connection knows better why it ended.
func (s *session) fail(doing string, err error) error {
	if err == nil {
		return nil
	}
	if answer, ok := errors.AsType[*imap.Error](err); ok {
		return fmt.Errorf("%s: the mail server answers %w", doing, &refusal{answer})
	}
	if fault.KindOf(err) != fault.UnknownKind {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if reason := s.conn.reason(); reason != nil {
		return fmt.Errorf("%s: %w", doing, reason)
	}
	if parser := s.client.Close(); parser != nil {
		err = parser
	}
	return fault.Temporary(fmt.Errorf("%s: %w: %s", doing, errParser, quoted(err.Error())), "")
}

// errParser marks an answer that the parser could not read. The connection is gone.
var errParser = errors.New("the mail server's answer cannot be read")

// refusal is a tagged NO or BAD: the connection lives on.
type refusal struct{ answer *imap.Error }

func (e *refusal) Unwrap() error { return e.answer }

// Error quotes what is the server's own text.
func (e *refusal) Error() string {
	code := ""
	if e.answer.Code != "" {
		code = " [" + string(e.answer.Code) + "]"
	}
	return string(e.answer.Type) + code + " " + quoted(e.answer.Text)
}

// isRefusal tells a tagged NO or BAD from a lost connection.
func isRefusal(err error) bool {
	_, ok := errors.AsType[*imap.Error](err)
	return ok
}

// opened is how a folder presents itself. A number is 0 if the server does not tell it.
type opened struct{ validity, next uint32 }

// examine opens a folder without changing anything in it.
func (s *session) examine(folder string) (opened, error) {
	defer s.step("EXAMINE", s.t.open, s.t.open, s.t.open)()
	data, err := s.client.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return opened{}, s.fail("open folder "+folder, err)
	}
	return opened{data.UIDValidity, uint32(data.UIDNext)}, nil
}

// status asks the same about a folder that is not open.
func (s *session) status(folder string) (opened, error) {
	defer s.step("STATUS", s.t.open, s.t.open, s.t.open)()
	data, err := s.client.Status(folder, &imap.StatusOptions{UIDNext: true, UIDValidity: true}).Wait()
	if err != nil {
		return opened{}, s.fail("look at folder "+folder, err)
	}
	return opened{data.UIDValidity, uint32(data.UIDNext)}, nil
}

// leave closes the open folder, because STATUS is not for an open one (RFC 3501, section 6.3.10).
// CLOSE would do too, but it expunges on servers that forget that the folder was only examined.
func (s *session) leave() error {
	if !s.canLeave() {
		return nil
	}
	defer s.step("UNSELECT", s.t.open, s.t.open, s.t.open)()
	return s.fail("leave folder", s.client.Unselect().Wait())
}

func (s *session) canLeave() bool { return s.caps.Has(imap.CapUnselect) }
