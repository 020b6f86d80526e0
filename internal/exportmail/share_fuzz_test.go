package exportmail

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// FuzzShare: whatever the mail is, the copy can be read, holds none of the secrets, and copying
// it again finds nothing to fear.
func FuzzShare(f *testing.F) {
	files, err := os.ReadDir("testdata/mail")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(readMail(f, strings.TrimSuffix(file.Name(), ".eml")))
	}
	for seed := range uint64(3) {
		f.Add((&secretMail{r: rand.New(rand.NewPCG(seed, 7))}).write()) //nolint:gosec // the same mails each time
	}
	// The secrets of the mails in testdata: a mutation of them is none any more.
	secrets := []string{"Ab3dEfGhIjKlMnOpQrStUvWxYz0123456789", "0123456789abcdef0123456789abcdef", "17912345678901234", "jane@example.org"}
	own := Own{Hide: []string{"jane.doe", "Zebulon Quux"}}
	f.Fuzz(func(t *testing.T, raw []byte) {
		shared := Share(raw, testRules, own)
		h, _, err := readHeader(shared.Mail)
		if err != nil && len(raw) > 0 && len(h) < maxFields-5 && len(shared.Mail) < maxHeader {
			t.Errorf("the copy's header cannot be read: %v\n%s", err, shared.Mail)
		}
		if len(shared.Mail) > 40*len(raw)+4<<10 {
			t.Errorf("a copy of %d bytes from %d", len(shared.Mail), len(raw))
		}
		if len(shared.Remains) > 0 {
			t.Errorf("still there: %v\n%s", shared.Remains, shared.Mail)
		}
		for _, secret := range secrets {
			if bytes.Contains(shared.Mail, []byte(secret)) {
				t.Errorf("%q is still there:\n%s", secret, shared.Mail)
			}
		}
		if _, err := Judge(t.Context(), shared.Mail, zeroTime, testRules, world()); err != nil {
			t.Error(err)
		}
	})
}
