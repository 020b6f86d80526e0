package inspect

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

func TestAhead(t *testing.T) {
	b := bytes.Repeat([]byte("0123456789abcdef"), 100_000)
	for name, r := range map[string]io.Reader{
		"plain": bytes.NewReader(b), "byte by byte": iotest.OneByteReader(bytes.NewReader(b[:50_000])), "the end with the data": iotest.DataErrReader(bytes.NewReader(b)),
	} {
		a := newAhead(r)
		got, err := io.ReadAll(a)
		a.close()
		if err != nil || !bytes.HasPrefix(b, got) || len(got) < 50_000 {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	broken := errors.New("broken")
	a := newAhead(io.MultiReader(bytes.NewReader(b), iotest.ErrReader(broken)))
	if got, err := io.ReadAll(a); !errors.Is(err, broken) || !bytes.Equal(got, b) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	a.close()
	// Who stops early leaves nothing behind, and nothing unread.
	rest := bytes.NewReader(b)
	a = newAhead(rest)
	if _, err := io.ReadFull(a, make([]byte, 10)); err != nil {
		t.Error(err)
	}
	a.close()
	if rest.Len() != 0 {
		t.Errorf("%d bytes were not read", rest.Len())
	}
}
