package config

import (
	"strings"
	"testing"
)

// TestAuthenticationResultsOfProviders: for every provider of the table it is decided whose
// Authentication-Results are believed, and why if nobody's are.
func TestAuthenticationResultsOfProviders(t *testing.T) {
	want := map[string]string{ // address -> authserv-id; the rest by DKIM alone
		"gmail.com": "mx.google.com", "googlemail.com": "mx.google.com",
		"outlook.com": "", "hotmail.com": "", "live.com": "", "msn.com": "",
		"icloud.com": "", "me.com": "", "mac.com": "",
		"yahoo.com": "", "ymail.com": "", "rocketmail.com": "", "aol.com": "",
		"gmx.net": "", "gmx.de": "", "gmx.at": "", "gmx.ch": "", "gmx.com": "", "web.de": "",
		"fastmail.com": "", "fastmail.fm": "", "posteo.de": "", "posteo.net": "", "mailbox.org": "",
		"proton.me": "", "protonmail.com": "", "pm.me": "",
		"mail.ru": "", "mail.de": "", "zohomail.eu": "", "ik.me": "",
		"riseup.net": "", "disroot.org": "", "mailo.com": "", "buzon.uy": "",
		"yandex.ru": "", "yandex.com": "", "ya.ru": "",
	}
	n := 0
	for _, p := range presets {
		if (p.authservID == "") == (p.dkimOnly == "") {
			t.Errorf("%v: nothing is decided, or both ways", p.domains)
		}
		for _, domain := range p.domains {
			n++
			id, ok := want[domain]
			if !ok {
				t.Errorf("%s is not in this table", domain)
			}
			got := ProviderOf("jane@" + strings.ToUpper(domain))
			if got.AuthservID != id || id == "" && !strings.HasSuffix(got.DKIMOnly, ".") {
				t.Errorf("%s: %+v, want the authserv-id %q", domain, got, id)
			}
			text := strings.Replace(minimal, "jane@example.org", "jane@"+domain, 1)
			if got.Host != "" {
				text = strings.Replace(text, "host = \"imap.example.org\"\n", "", 1)
			}
			for pinned, in := range map[string]string{
				id:               text,
				"mx.example.org": strings.Replace(text, "address = ", "authserv_id = \"mx.example.org\"\naddress = ", 1),
			} {
				cfg, err := Parse("f", []byte(in))
				if err != nil {
					t.Errorf("%s: %v", domain, err)
					continue
				}
				if got := cfg.Accounts[0].Inbox.AuthservID; got != pinned {
					t.Errorf("%s: the authserv-id is %q, want %q", domain, got, pinned)
				}
			}
		}
	}
	if n != len(want) {
		t.Errorf("%d domains, want %d", n, len(want))
	}
	if p := ProviderOf("jane@example.org"); p != (Provider{}) {
		t.Errorf("unknown provider: %+v", p)
	}
}
