package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"
)

// canIdle tells whether the server offers IDLE (RFC 2177).
func (s *session) canIdle() bool { return s.caps.Has(imap.CapIdle) }

// errNoIdle marks that the server offers IDLE but does not begin it.
var errNoIdle = errors.New("IDLE does not work")

// ending is why a wait ended.
type ending int

const (
	endTime   ending = iota // the time was over
	endNews                 // the server has announced something
	endCall                 // somebody wants a look now
	endServer               // the server has ended the IDLE by itself
	endLost                 // the connection or the context has ended
	endErrand               // somebody wants something done: session.errand has it
)

// idle waits for news, at most as long as told. It then has sent DONE; the answer is awaited by
// the next fetch, which goes out together with DONE and so saves a round trip.
func (s *session) idle(ctx context.Context, longest time.Duration, call <-chan struct{}) (ending, error) {
	end := s.step("IDLE", s.t.plus, s.t.plus, s.t.plus)
	cmd, err := s.client.Idle()
	end()
	if err != nil {
		return endLost, fmt.Errorf("%w: %w", errNoIdle, s.fail("begin IDLE", err))
	}
	s.conn.in.refill()
	why, err := s.await(ctx, longest, call, s.conn.in.asked.idleOver(), nil)
	// Once DONE waits to be acknowledged TCP sends no keepalives any more: what they have begun to
	// suspect, the answer has to prove wrong soon.
	s.hurry = s.hurry || unanswered(s.conn.raw)
	end = s.conn.step("DONE", s.t.done, s.t.done, s.t.done)
	closed := cmd.Close()
	end()
	if err == nil && closed != nil {
		why, err = endLost, s.fail("end IDLE", closed)
	}
	s.idling = cmd
	return why, err
}

// await waits for news, a call, the end of an IDLE, work, the given time or the end of the connection.
func (s *session) await(ctx context.Context, longest time.Duration, call, over <-chan struct{}, errands <-chan *errand) (ending, error) {
	timer := time.NewTimer(longest)
	defer timer.Stop()
	select {
	case <-timer.C:
		return endTime, nil
	case <-s.news:
		return endNews, nil
	case <-call:
		s.hurry = true
		return endCall, nil
	case <-over:
		return endServer, nil
	case s.errand = <-errands:
		return endErrand, nil
	case <-s.conn.bye:
		return endLost, s.fail("wait for news", errors.New("goodbye"))
	case <-s.client.Closed():
		return endLost, s.fail("wait for news", errors.New("closed"))
	case <-ctx.Done():
		return endLost, ctx.Err()
	}
}
