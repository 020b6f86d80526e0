package inspect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

const (
	spoiledBlock = 4 << 10
	spoiledShare = 10 // one block of so many must be the same
)

// IsSpoiled reports whether a damaged file is what became of a whole one on its way: it is no longer than that, and
// they have much in common at the same places, as different zips have not. One of the same length in which no zip can
// be recognised any more is taken for it too.
func IsSpoiled(ctx context.Context, damaged, whole Part) (bool, error) {
	switch {
	case damaged.Size > whole.Size || damaged.Size == 0:
		return false, nil
	case damaged.Size == whole.Size:
		if _, err := readEnding(&source{ctx: ctx, part: damaged}, damaged.Size); errors.Is(err, errNoEnd) {
			return true, nil
		}
	}
	a, b := make([]byte, spoiledBlock), make([]byte, spoiledBlock)
	blocks, same := (damaged.Size+spoiledBlock-1)/spoiledBlock, int64(0)
	for i := range blocks {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		n := min(spoiledBlock, damaged.Size-i*spoiledBlock)
		for _, x := range []struct {
			r   io.ReaderAt
			buf []byte
		}{{damaged.R, a[:n]}, {whole.R, b[:n]}} {
			if read, err := x.r.ReadAt(x.buf, i*spoiledBlock); int64(read) < n {
				return false, fmt.Errorf("compare two parts: %w", err)
			}
		}
		if bytes.Equal(a[:n], b[:n]) && bytes.Count(a[:n], a[:1]) < len(a[:n]) { // a hole proves nothing
			same++
		}
		if same*spoiledShare >= blocks {
			return true, nil
		}
	}
	return false, nil
}
