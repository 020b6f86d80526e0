package inspect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// source reads one part. It remembers the first error that is the medium's fault, because
// a failing disk must never be reported as a damaged archive, nor the other way round.
type source struct {
	ctx  context.Context
	part Part

	mu     sync.Mutex
	failed error
}

// ReadAt implements io.ReaderAt. It fails as soon as the context ends.
func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, s.fail(err)
	}
	n, err := s.part.R.ReadAt(p, off)
	if n == len(p) {
		return n, nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	if errors.Is(err, io.EOF) {
		if off+int64(n) >= s.part.Size {
			return n, io.EOF
		}
		err = io.ErrUnexpectedEOF // shorter than the caller said
	}
	return n, s.fail(fmt.Errorf("read %s at byte %d: %w", s.part.Name, off+int64(n), err))
}

func (s *source) fail(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = err
	}
	return err
}

// err returns what went wrong with reading, if anything did.
func (s *source) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// meter adds up progress from several goroutines and reports it to one function, never
// at the same time.
type meter struct {
	mu          sync.Mutex
	done, total int64
	report      func(done, total int64)
}

func (m *meter) tick(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done += n
	if m.report != nil {
		m.report(min(m.done, m.total), m.total)
	}
}
