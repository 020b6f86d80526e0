package exportmail

import (
	"encoding/base64"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// What judging one mail may take, whoever wrote it: its own size and twelve times what is looked at of its text in
// bytes that are read, and memory that does not grow with the square of anything.
const (
	allowedEffort = 12 * maxText // bytes, and the size of the mail
	allowedMemory = 192 << 20    // bytes, allocated in all
	allowedPieces = 600_000      // of memory
)

// judgeWorst judges a mail as the daemon would, and returns what it took.
func judgeWorst(t testing.TB, raw []byte, dns TXTResolver) (j Judgement, spent effort, memory, pieces uint64) {
	t.Helper()
	rules := testRules
	rules.AuthservID = "mx.google.com"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	j, err := judge(t.Context(), raw, time.Date(2026, 5, 9, 0, 0, 0, 0, time.UTC), rules, dns, &spent)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	return j, spent, after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs
}

func TestJudgingAMailCostsLittleWhoeverWroteIt(t *testing.T) {
	mails, dns := worst(t), world()
	for _, name := range slices.Sorted(maps.Keys(mails)) {
		t.Run(name, func(t *testing.T) {
			raw := mails[name]()
			j, spent, memory, pieces := judgeWorst(t, raw, dns)
			if j.Decision == ExportReady {
				t.Error("taken for the export mail")
			}
			t.Logf("%6d KB read, %6d KB of memory in %6d pieces", spent.bytes>>10, memory>>10, pieces)
			if allowed := allowedEffort + len(raw); spent.bytes > allowed {
				t.Errorf("%d bytes read, more than %d", spent.bytes, allowed)
			}
			if memory > allowedMemory || pieces > allowedPieces {
				t.Errorf("%d bytes of memory in %d pieces, more than %d in %d", memory, pieces, allowedMemory, allowedPieces)
			}
		})
	}
	if len(mails) < 60 {
		t.Errorf("only %d mails", len(mails))
	}
}

// BenchmarkJudgeWorst tells how long each of the worst mails takes.
func BenchmarkJudgeWorst(b *testing.B) {
	mails, dns := worst(b), world()
	for _, name := range slices.Sorted(maps.Keys(mails)) {
		b.Run(name, func(b *testing.B) {
			raw := mails[name]()
			for b.Loop() {
				judgeWorst(b, raw, dns)
			}
		})
	}
}

func TestAMailOfWhichNotAllIsLookedAtIsSuspicious(t *testing.T) {
	genuine := readMail(t, "ready-2026-multipart")
	plain := "Content-Type: text/plain; charset=UTF-8\r\n\r\n"
	with := func(more string) []byte { // more stands behind the parts that count
		i := strings.LastIndex(string(genuine), "--=_b0undary--")
		return []byte(string(genuine[:i]) + more + string(genuine[i:]))
	}
	part := func(text string) string { return "--=_b0undary\r\n" + plain + text + "\r\n" }
	deep := ""
	for i := range maxDepth + 1 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=n%dn\r\n\r\n--n%dn\r\n", i, i)
	}
	var links strings.Builder
	for i := range maxLinks {
		fmt.Fprintf(&links, "https://www.instagram.com/%d\r\n", i)
	}
	for _, c := range []struct {
		name, code string
		raw        []byte
	}{
		{"all of it is looked at", "signals-agree", with(part("x"))},
		{"more text", "too-large", with(part(strings.Repeat("word ", maxText/5)))},
		{"more text, in base64", "too-large", with("--=_b0undary\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("word ", maxText/5))) + "\r\n")},
		{"letters that fold to many", "too-large", with(part(strings.Repeat("ﷺ", maxText/30)))},
		{"more parts", "too-large", with(strings.Repeat(part("x"), maxParts))},
		{"deeper parts", "too-large", with("--=_b0undary\r\n" + deep + plain + "x\r\n")},
		{"more links", "too-large", with(part(links.String()))},
		{"larger than signatures are checked for", "dkim-too-large", with("--=_b0undary\r\nContent-Type: image/png\r\n\r\n" + strings.Repeat("A", maxSigned))},
	} {
		raw := sign(t, c.raw, signature{})
		j, err := Judge(t.Context(), raw, time.Date(2026, 5, 9, 0, 0, 0, 0, time.UTC), testRules, world())
		if err != nil {
			t.Fatal(err)
		}
		want := Suspicious
		if c.code == "signals-agree" {
			want = ExportReady
		}
		if j.Decision != want || !hasCode(j, c.code) {
			t.Errorf("%s: %s, %+v", c.name, j.Decision, j.Reasons)
		}
	}
}
