package oauth

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// lockLimit is longer than any request that is made under the lock.
const lockLimit = requestLimit + 10*time.Second

// errHeld says that somebody else has the lock.
var errHeld = errors.New("locked")

// lock keeps every other process, and every other Source, away from a token file: two that use
// one refresh token at the same time lose it, because the provider takes the second use for theft.
// It ends with unlock or with the process.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	name := path + ".lock"
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|noFollow, 0o600) //nolint:forbidigo // it never holds a byte
	if err == nil {
		err = handOver(name)
	}
	if err != nil {
		if f != nil {
			_ = f.Close()
		}
		return nil, fault.Temporary(fmt.Errorf("lock token file: %w", err), "the user that igwatchd runs as must be able to write to that folder")
	}
	ctx, cancel := context.WithTimeout(ctx, lockLimit)
	defer cancel()
	for {
		if err = tryLock(f); err == nil {
			return func() { _ = f.Close() }, nil
		}
		if errors.Is(err, errHeld) {
			select {
			case <-time.After(20 * time.Millisecond):
				continue
			case <-ctx.Done():
				err = fmt.Errorf("another igwatchd holds it: %w", ctx.Err())
			}
		}
		_ = f.Close()
		return nil, fault.Temporary(fmt.Errorf("lock token file: %w", err), "")
	}
}
