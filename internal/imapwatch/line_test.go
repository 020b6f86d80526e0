package imapwatch

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
)

// TestALineIsNotReadForEver gives the filter a line of which no end is in sight.
func TestALineIsNotReadForEver(t *testing.T) {
	t.Parallel()
	limit := 8 << 20
	endless := append(bytes.Repeat([]byte("x"), limit+keptBuffer), "\r\n"...)
	in := bytes.NewReader(append([]byte("* 2 FETCH ("), endless...))
	f := &filter{from: bufio.NewReaderSize(in, keptBuffer)}
	f.refill()
	if _, err := f.Read(make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "more than anyone asked for") {
		t.Errorf("%v", err)
	}
	if read := int(in.Size()) - in.Len(); read > limit+2*keptBuffer {
		t.Errorf("%d bytes were read of one line", read)
	}
}
