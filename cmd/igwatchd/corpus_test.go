package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

const corpus = "../../internal/exportmail/testdata"

// TestCorpusThroughDovecot delivers mails of the corpus (internal/exportmail/testdata) into a
// real Dovecot, and has each explained from there: the mail server changes no decision, and a
// signature that was valid is valid when the mail has been through it.
func TestCorpusThroughDovecot(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w, err := newWorld(ctx, t.TempDir(), func(ca *testworld.CA) (testworld.Mailbox, error) {
		return testworld.StartDovecot(ctx, ca, t.TempDir())
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	// The hosts that the mails of the corpus name. To explain a mail nothing is fetched.
	w.keys["fetch.link_hosts"] = `["www.instagram.com", "instagram.com", "accountscenter.instagram.com", "accountscenter.facebook.com"]`
	w.keys["fetch.byte_hosts"] = `["bigzipfiles.instagram.com", "bigzipfiles.facebook.com"]`
	w.keys["inbox.authserv_id"] = `"mx.google.com"`
	if err := w.writeConfig(); err != nil {
		t.Fatal(err)
	}

	raw, err := os.ReadFile(filepath.Join(corpus, "corpus.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	flaws := map[string]testworld.Flaw{"expired": testworld.FlawExpired, "part-signed": testworld.FlawBodyLength, "from-unsigned": testworld.FlawFromUnsigned}
	signers := map[string]*testworld.Signer{}
	uid, eligible := 0, 0
	by := map[string]int{} // how many of each decision
	for line := range strings.Lines(string(raw)) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") || len(row) != 9 {
			continue
		}
		file, signed, decision, reason := row[0], row[2], row[3], row[4]
		kind, what, _ := strings.Cut(signed, ":")
		chosen := slices.Contains([]string{"ready-2026-en", "ready-2026-multipart", "ready-2022-auth", "torture/bare-lf-body", "torture/bare-lf-header", "code", "in-progress", "phish-homoglyph"}, file)
		switch kind {
		case "none", "meta", "by":
			if eligible++; !chosen && eligible%9 != 0 || strings.HasPrefix(file, "torture/") && !chosen {
				continue
			}
		case "dkim":
			if _, ok := flaws[what]; !ok {
				continue
			}
		case "results":
			if what != "gmail" && what != "fail" {
				continue
			}
		default:
			continue
		}
		mail := corpusMail(t, file)
		switch kind {
		case "meta", "dkim":
			mail = signCorpus(t, w.signer, mail, flaws[what]) // flaws[""] is none
		case "by":
			if signers[what] == nil {
				if signers[what], err = testworld.NewSigner(what, "s"); err != nil {
					t.Fatal(err)
				}
				name, value := signers[what].TXT()
				w.dns.SetTXT(name, value)
			}
			mail = signCorpus(t, signers[what], mail, testworld.NoFlaw)
		case "results":
			result := map[string]string{"gmail": "pass", "fail": "fail"}[what]
			mail = testworld.Receipt{From: "security@mail.instagram.com", AuthServID: "mx.google.com", Results: "dmarc=" + result + " (p=REJECT) header.from=mail.instagram.com"}.Stamp(mail)
		}
		if err := w.mailbox.Deliver(ctx, "INBOX", mail); err != nil {
			t.Fatal(err)
		}
		uid++
		by[decision]++
		t.Run(file+"/"+signed, func(t *testing.T) { explainRow(ctx, t, w, uid, signed, decision, reason) })
	}
	t.Logf("%d mails: %v", uid, by)
	if uid < 40 || by["export-ready"] < 10 || by["ignored"] < 4 || by["suspicious"] < 10 {
		t.Errorf("too few: %v", by)
	}
}

func corpusMail(t *testing.T, file string) []byte {
	t.Helper()
	if !strings.Contains(file, "/") {
		file = "mail/" + file
	}
	raw, err := os.ReadFile(filepath.Join(corpus, file+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(raw, []byte("\r\n")) {
		raw = bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
	}
	return raw
}

// signCorpus signs what goes over the wire, where every line ends with CRLF, and leaves the mail
// as it is.
func signCorpus(t *testing.T, s *testworld.Signer, raw []byte, flaw testworld.Flaw) []byte {
	t.Helper()
	sent := bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	signed, err := s.SignFlawed(sent, flaw)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(signed[:len(signed)-len(sent)], raw)
}

func explainRow(ctx context.Context, t *testing.T, w *world, uid int, signed, decision, reason string) {
	var out, fault bytes.Buffer
	run(ctx, []string{"explain", "--config", w.config(), "--json", "--uid", strconv.Itoa(uid)}, strings.NewReader(""), &out, &fault)
	var got struct {
		Decision      string
		Authenticated string `json:"authenticated_by"`
		Reasons       []struct{ Code string }
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s%s", err, &out, &fault)
	}
	if got.Decision != decision || !slices.ContainsFunc(got.Reasons, func(r struct{ Code string }) bool { return r.Code == reason }) {
		t.Errorf("%s, want %s because of %s: %s", got.Decision, decision, reason, &out)
	}
	want := map[string]string{"meta": "dkim", "results:gmail": "authentication-results"}[signed]
	if decision == "export-ready" && got.Authenticated != want {
		t.Errorf("authenticated by %q, want %q: %s", got.Authenticated, want, fmt.Sprint(got.Reasons))
	}
}
