package vault

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// stopping ends the run, as a crash would, after a number of reads.
type stopping struct {
	Place
	after int
	end   context.CancelFunc
}

func (s *stopping) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	if s.after--; s.after <= 0 {
		s.end()
	}
	return s.Place.Get(ctx, name)
}

func TestInterruptedCopyGoesOn(t *testing.T) {
	onEveryKind(t, func(t *testing.T, k kind) {
		path, ref, _ := k.sealed(t, openTest(t))
		done := 0
		for after := 1; ; after++ {
			ctx, end := context.WithCancel(t.Context())
			k.replica.place = &stopping{k.place, after, end}
			proof, err := k.replica.Store(ctx, path, ref)
			end()
			if err == nil {
				whole(t, proof, err)
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if entries, _ := os.ReadDir(filepath.Join(k.files, "data")); len(entries) < done {
				t.Errorf("after %d reads there are %d files, there were %d", after, len(entries), done)
			} else {
				done = len(entries)
			}
			mayClaim(t, k)
		}
		for name := range k.times(t) {
			if strings.Contains(name, ".damaged-") || unfinished(name) {
				t.Errorf("%s is left", name)
			}
		}
	})
}

// mayClaim looks whether a copy that claims to be whole is.
func mayClaim(t *testing.T, k kind) {
	t.Helper()
	if k.identity == nil {
		if _, err := os.Stat(k.path("bagit.txt")); err == nil {
			validate(t, k.files)
		}
		return
	}
	text, err := os.ReadFile(filepath.Join(k.files, encryptedManifest))
	if err != nil {
		return
	}
	k.replica.place = k.place
	proof, err := k.replica.Verify(t.Context(), Ref{"jane.doe", "20261123-abc", digest(text)})
	if err != nil || len(proof.Damage) > 0 {
		t.Errorf("the copy claims to be whole: %+v, %v", proof, err)
	}
}

// TestCopyThatGrowsIsNoBagMeanwhile ends the run after every fifth read, with IGWATCHD_LONG=1 after every second.
func TestCopyThatGrowsIsNoBagMeanwhile(t *testing.T) {
	step := 5
	if os.Getenv("IGWATCHD_LONG") != "" {
		step = 2
	}
	onEveryKind(t, func(t *testing.T, k kind) {
		v := openTest(t)
		b := bag(receive(t, v, "20261123-abc", "a.zip", "PK one"))
		path, err := v.Seal(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		proof, err := k.replica.Store(t.Context(), path, prove(t, path, b))
		whole(t, proof, err)
		for n, late := range []string{"late.zip", "later.zip"} {
			b.Payload = append(b.Payload, receive(t, v, "20261123-abc", late, "PK"+late))
			if _, err := v.Seal(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			ref := prove(t, path, b)
			for after := 1 + n; ; after += step {
				ctx, end := context.WithCancel(t.Context())
				k.replica.place = &stopping{k.place, after, end}
				_, err := k.replica.Store(ctx, path, ref)
				end()
				k.replica.place = k.place
				mayClaim(t, k)
				if err == nil {
					break
				}
			}
		}
	})
}

// lying is a place that gives back other bytes than it was given.
type lying struct {
	Place
	about string
}

func (l lying) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	r, err := l.Place.Get(ctx, name)
	if err == nil && strings.HasSuffix(strings.TrimSuffix(name, ageSuffix), l.about) {
		_ = r.Close()
		return io.NopCloser(strings.NewReader("something else")), nil
	}
	return r, err
}

func TestWhatReadsBackOtherwiseIsNotProven(t *testing.T) {
	for _, encrypted := range []bool{false, true} {
		for _, name := range []string{"/data/big.zip", "/report.json", "/tagmanifest-sha256.txt", "/bagit.txt", "/" + encryptedManifest} {
			dir := marked(t)
			path, ref, _ := sealed(t, openTest(t))
			k := newKind(t, lying{OpenMarked(dir), name}, dir, encrypted)
			proof, err := k.replica.Store(t.Context(), path, ref)
			if speaksOf := encrypted || name != "/"+encryptedManifest; speaksOf && fault.KindOf(err) != fault.TemporaryKind {
				t.Errorf("%s: %+v, %v", name, proof, err)
			}
		}
	}
}
