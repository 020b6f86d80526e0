package inspect

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestIsSpoiled(t *testing.T) {
	random := func(seed byte, n int) []byte {
		b := make([]byte, n)
		_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
		return b
	}
	whole := append(random(1, 100_000), "PK\x05\x06"+string(make([]byte, 18))...)
	changed := func(change func(b []byte) []byte) []byte { return change(slices.Clone(whole)) }
	for name, c := range map[string]struct {
		damaged []byte
		want    bool
	}{
		"a bit":                   {changed(func(b []byte) []byte { b[70_000] ^= 1; return b }), true},
		"a hole":                  {changed(func(b []byte) []byte { clear(b[20_000:]); return b }), true},
		"cut":                     {whole[:30_000], true},
		"a wrong range":           {changed(func(b []byte) []byte { copy(b[15_000:], b[:80_000]); return b }), true},
		"nothing of it is left":   {make([]byte, len(whole)), true},
		"other, as long":          {append(random(2, 100_000), whole[100_000:]...), false},
		"other, shorter":          {random(2, 50_000), false},
		"holes alone in common":   {append(make([]byte, 50_000), random(3, 10_000)...), false},
		"longer":                  {append(slices.Clone(whole), 1), false},
		"nothing":                 {nil, false},
		"the beginning in common": {append(slices.Clone(whole[:5000]), random(4, 90_000)...), false},
	} {
		part := func(b []byte) Part { return Part{Name: "a.zip", Size: int64(len(b)), R: bytes.NewReader(b)} }
		got, err := IsSpoiled(t.Context(), part(c.damaged), part(whole))
		if err != nil || got != c.want {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
}
