package imapwatch

import (
	"sync"

	"github.com/emersion/go-imap/v2/imapclient"
)

// strays keeps messages that the library did not recognise as the answer to a command: those whose
// UID comes after their bytes.
type strays struct {
	mu   sync.Mutex
	idle sync.Cond // no take runs
	busy int
	got  []content
	size int
}

// maxStrays bounds what is kept of them, in bytes.
const maxStrays = 2 * MaxMessage

func newStrays() *strays {
	s := &strays{}
	s.idle.L = &s.mu
	return s
}

// take runs in a goroutine of the library. The parser waits for the bytes to be read, so that a take
// has begun before the command that it belongs to ends.
func (s *strays) take(msg *imapclient.FetchMessageData) {
	s.mu.Lock()
	s.busy++
	s.mu.Unlock()
	got, err := read(msg, MaxMessage)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && got.uid != 0 && len(got.data) > 0 && s.size+len(got.data) <= maxStrays {
		s.got = append(s.got, got)
		s.size += len(got.data)
	}
	if s.busy--; s.busy == 0 {
		s.idle.Broadcast()
	}
}

func (s *strays) wait() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.busy > 0 {
		s.idle.Wait()
	}
}

func (s *strays) drain() []content {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.got
	s.got, s.size = nil, 0
	return got
}
