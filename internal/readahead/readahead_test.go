package readahead

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
	"testing/synctest"
)

// TestAheadChangesNothing: whatever sizes the reads have, the bytes and the error at the end are those of the source.
func TestAheadChangesNothing(t *testing.T) {
	torn := errors.New("torn")
	for _, size := range []int{0, 1, aheadBlock - 1, aheadBlock, aheadBlock + 1, 3*aheadBlocks*aheadBlock + 7} {
		want := make([]byte, size)
		_, _ = rand.NewChaCha8([32]byte{1}).Read(want) // never fails
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"whole": func(r io.Reader) io.Reader { return r }, "half": iotest.HalfReader, "error with data": iotest.DataErrReader,
			"torn": func(r io.Reader) io.Reader { return io.MultiReader(r, iotest.ErrReader(torn)) },
		} {
			a := New(wrap(bytes.NewReader(want)))
			got, err := io.ReadAll(iotest.OneByteReader(a))
			if name != "half" && size > aheadBlock {
				b := New(wrap(bytes.NewReader(want)))
				got, err = io.ReadAll(b)
				_ = b.Close()
			}
			if !bytes.Equal(got, want) || errors.Is(err, torn) != (name == "torn") {
				t.Errorf("%s, %d bytes: %d bytes came, %v", name, size, len(got), err)
			}
			if n, err := a.Read(make([]byte, 1)); n != 0 && size <= aheadBlock || err == nil && n == 0 {
				t.Errorf("%s: after its end it says %d, %v", name, n, err)
			}
			_ = a.Close()
		}
	}
}

// TestAheadEndsItsGoroutine: synctest finds one that stays.
func TestAheadEndsItsGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endless := iotest.TimeoutReader(io.LimitReader(zeros{}, 1<<40))
		a := New(io.MultiReader(io.LimitReader(zeros{}, 10*aheadBlocks*aheadBlock), endless))
		if _, err := io.ReadFull(a, make([]byte, 3)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // it has read as far as it may
		if err := errors.Join(a.Close(), a.Close()); err != nil {
			t.Error(err)
		}
	})
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }
