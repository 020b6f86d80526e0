package journal

import (
	"testing"
	"time"
)

func TestAcceptances(t *testing.T) {
	j := openTest(t)
	at := time.Now().Truncate(time.Millisecond).UTC()
	step := func(f func(tx *Tx) error, want *Acceptance) {
		t.Helper()
		update(t, j, func(tx *Tx) error {
			if err := f(tx); err != nil {
				return err
			}
			got, err := tx.Acceptance("a")
			if (got == nil) != (want == nil) || got != nil && *got != *want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			return err
		})
	}
	first, later, other := Acceptance{"d", 47, at}, Acceptance{"d", 47, at.Add(time.Hour)}, Acceptance{"e", 47, at.Add(2 * time.Hour)}
	step(func(tx *Tx) error {
		_, err := tx.AddExport(Export{ID: "a", Cause: "c", Created: at})
		return err
	}, nil)
	step(func(tx *Tx) error { return tx.Accept("a", first) }, &first)
	step(func(tx *Tx) error { return tx.Accept("a", later) }, &first) // the same list: accepted since then
	step(func(tx *Tx) error { return tx.Accept("a", other) }, &other)
	step(func(tx *Tx) error { return tx.DropAcceptance("a") }, nil)
}
