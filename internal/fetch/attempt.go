package fetch

import (
	"bytes"
	"context"
	"encoding"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/readahead"
)

const bufSize = 256 << 10

// attempt asks once and takes what comes. What was received of a file that can
// be gone on with is in the checkpoint when it returns, error or not.
func (t *transfer) attempt(ctx context.Context) error {
	if t.whole() {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	header := http.Header{}
	if t.cp.Offset > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", t.cp.Offset))
		header.Set("If-Range", t.cp.Validator)
	}
	resp, hops, err := t.f.walk(ctx, t.r.URL, header)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end or thrown away
	host := hops[len(hops)-1].Host
	a, err := judgeAnswer(resp, host, t.cp, time.Now())
	if errors.Is(err, errMisfit) {
		if err := t.restart(ctx); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	ahead := readahead.New(watched(ctx, cancel, resp.Body, t.f.limits)) // the network goes on while the disk is waited for
	defer func() {
		cancel(nil) // or Close would wait for the next byte
		_ = ahead.Close()
	}()
	body := io.Reader(ahead)
	if a.fresh {
		// The first bytes are looked at before anything is thrown away for them.
		head, err := firstBytes(body, host, a)
		if err != nil {
			return err
		}
		body = io.MultiReader(bytes.NewReader(head), body)
		if err := t.restart(ctx); err != nil {
			return err
		}
		t.cp.Validator, t.cp.Name = a.validator, fileName(resp.Header.Get("Content-Disposition"), t.r.Key)
	}
	t.cp.Total, t.cp.Hops = a.total, hops
	if err := t.reserve(); err != nil {
		return err
	}
	return t.receive(ctx, body, host, a)
}

// firstBytes reads as much as tells a zip from a page.
func firstBytes(body io.Reader, host string, a answer) ([]byte, error) {
	head := make([]byte, 4)
	n := 0
	for n < len(head) {
		m, err := body.Read(head[n:])
		n += m
		switch {
		case err == nil || n == len(head):
		case !errors.Is(err, io.EOF), int64(n) < a.length, n == 0: // cut, or nothing at all: a server's fault
			return nil, again(&Truncated{host, int64(n), a.total, err})
		default:
			return nil, fault.Permanent(&NotArchive{host}, hintByHand)
		}
	}
	switch {
	case beginsAsZip(head):
		return head, nil
	case beginsAsPage(head):
		return nil, loginWall(host)
	}
	return nil, fault.Permanent(&NotArchive{host}, hintByHand)
}

// reserve makes sure of the room for the whole file, so that a full disk shows
// before hours of transfer and not after.
func (t *transfer) reserve() error {
	if t.cp.Total == 0 {
		return t.roomLeft()
	}
	err := room(t.f.free, t.r.Dir, t.cp.Total-t.part.Size())
	if err == nil {
		err = t.part.Reserve(t.cp.Total)
	}
	if !durable.Full(err) {
		return err
	}
	// Half a reservation would leave others on this disk without room: give it back.
	return errors.Join(err, t.cut())
}

// roomLeft guards the disk against a file that tells no length.
func (t *transfer) roomLeft() error {
	if t.cp.Total > 0 {
		return nil
	}
	return room(t.f.free, t.r.Dir, int64(min(t.f.limits.leave, 1<<62)))
}

// receive writes the body behind what is there, and no byte that the answer's
// head did not announce.
func (t *transfer) receive(ctx context.Context, body io.Reader, host string, a answer) error {
	buf := make([]byte, bufSize)
	end := t.part.Size() + a.length
	for {
		n, rerr := body.Read(buf)
		if a.length >= 0 && t.part.Size()+int64(n) > end {
			if err := t.restart(ctx); err != nil {
				return err
			}
			return again(fmt.Errorf("%s sent more than it announced", host))
		}
		wrote, werr := t.part.Write(buf[:n])
		t.sum.Write(buf[:wrote]) // a full disk takes a part of it
		t.progress(t.part.Size(), t.cp.Total)
		if werr != nil {
			return errors.Join(werr, t.checkpoint(ctx))
		}
		switch {
		case errors.Is(rerr, io.EOF):
			return t.ended(ctx, host)
		case rerr != nil:
			if err := t.checkpoint(ctx); err != nil {
				return err
			}
			return again(&Truncated{host, t.part.Size(), t.cp.Total, rerr})
		case t.part.Size()-t.cp.Offset >= t.f.limits.syncBytes || time.Since(t.synced) >= t.f.limits.syncEvery:
			if err := t.checkpoint(ctx); err != nil {
				return err
			}
			if err := t.roomLeft(); err != nil {
				return err
			}
		}
	}
}

// ended judges a body that came to its end. Without a length, a cut may look like
// an end (RFC 9112, section 6.3), so the file's own end must be there; whether
// it is whole is for others to find out.
func (t *transfer) ended(ctx context.Context, host string) error {
	size := t.part.Size()
	if t.cp.Total == 0 {
		f, err := os.Open(t.path)
		if err != nil {
			return fmt.Errorf("look at the end: %w", err)
		}
		end, err := endsAsZip(f, size)
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("look at the end: %w", err)
		}
		if end {
			t.cp.Total = size
		}
	}
	if err := t.checkpoint(ctx); err != nil {
		return err
	}
	if size != t.cp.Total {
		return again(&Truncated{host, size, t.cp.Total, io.ErrUnexpectedEOF})
	}
	return nil
}

// checkpoint puts what came on the device, and then records it, also when the
// program is being stopped.
func (t *transfer) checkpoint(ctx context.Context) error {
	t.synced = time.Now()
	if t.cp.Validator == "" && t.part.Size() != t.cp.Total {
		return nil // without a validator nothing can be gone on with
	}
	if err := t.part.Sync(); err != nil {
		return err
	}
	m, ok := t.sum.(encoding.BinaryMarshaler)
	if !ok {
		return errors.New("checkpoint: the hash does not tell its state")
	}
	state, err := m.MarshalBinary()
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	next := t.cp
	next.Offset, next.Hash = t.part.Size(), state
	if err := t.cps.Save(context.WithoutCancel(ctx), t.r.Key, next); err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	t.cp, t.saved = next, true
	return nil
}
