package exportmail

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

const (
	authPath = "/dyi/download/auth/Ab3dEfGhIjKl/?dyi_job_id=179123"
	bytePath = "/p/dl/download/file.php?r=1&ext=1724000000&hash=AbC"
	center   = "/info_and_permissions/dyi/?entry_point=notification"
)

func TestJudgeLink(t *testing.T) {
	rules := testRules
	rules.LinkHosts = append(slices.Clone(rules.LinkHosts), "localhost:4433", "m.me", "export.example:443")
	rules.ByteHosts = append(slices.Clone(rules.ByteHosts), "localhost:4434")
	tests := []struct{ url, text, action, reason string }{
		{"https://www.instagram.com" + authPath, "", ActionFetch, "download-auth"},
		{"https://www.instagram.com:443" + authPath, "", ActionFetch, "download-auth"},
		{"HTTPS://WWW.Instagram.COM" + authPath, "", ActionFetch, "download-auth"},
		{"https://instagram.com/dyi/download/auth/Ab3dE?x=1&dyi_job_id=179123", "", ActionFetch, "download-auth"},
		{"https://www.instagram.com/download/confirm/aB3dE6gH9k/", "", ActionFetch, "download-confirm"},
		{"https://localhost:4433" + authPath, "", ActionFetch, "download-auth"},
		{"https://export.example" + authPath, "", ActionFetch, "download-auth"},
		{"https://bigzipfiles.instagram.com" + bytePath, "", ActionFetch, "archive"},
		{"https://bigzipfiles.facebook.com" + bytePath, "", ActionFetch, "archive"},
		{"https://localhost:4434" + bytePath, "", ActionFetch, "archive"},
		{"https://accountscenter.instagram.com" + center, "", ActionOpen, "accounts-center"},
		{"https://accountscenter.facebook.com/info_and_permissions/dyi/?entry_point=download_your_information&target_id", "", ActionOpen, "accounts-center"},
		{"https://accountscenter.instagram.com/info_and_permissions/dyi", "", ActionOpen, "accounts-center"},
		{"https://www.instagram.com/download/request/", "", ActionOpen, "request-page"},

		{"http://www.instagram.com" + authPath, "", ActionRefuse, "not-https"},
		{"ftp://www.instagram.com" + authPath, "", ActionRefuse, "not-https"},
		{"https://www.instagram.com@evil.example" + authPath, "", ActionRefuse, "user-name-in-address"},
		{"https://x:y@www.instagram.com" + authPath, "", ActionRefuse, "user-name-in-address"},
		{"https://www.instagram.com\\@evil.example" + authPath, "", ActionRefuse, "malformed"},
		{"https://www.insta\ngram.com" + authPath, "", ActionRefuse, "malformed"},
		{"https:///" + authPath, "", ActionRefuse, "malformed"},
		{"https:www.instagram.com" + authPath, "", ActionRefuse, "malformed"},
		{"//www.instagram.com" + authPath, "", ActionRefuse, "malformed"},
		{authPath, "", ActionRefuse, "malformed"},
		{"javascript:alert(1)", "", ActionRefuse, "malformed"},
		{"data:text/html,x", "", ActionRefuse, "malformed"},
		{"https://www.instagram.com" + authPath + strings.Repeat("x", maxURL), "", ActionRefuse, "malformed"},
		{"https://www.instagram.com:" + authPath, "", ActionRefuse, "malformed-host"},
		{"https://www.instagram.com." + authPath, "", ActionRefuse, "malformed-host"},
		{"https://www.instаgram.com" + authPath, "", ActionRefuse, "lookalike-letters"},
		{"https://www.xn--instgram-5fg.com" + authPath, "", ActionRefuse, "lookalike-letters"},
		{"https://XN--instgram-5fg.com" + authPath, "", ActionRefuse, "lookalike-letters"},
		{"https://www.ｉnstagram.com" + authPath, "", ActionRefuse, "lookalike-letters"},
		{"https://www%2einstagram.com" + authPath, "", ActionRefuse, "malformed"},
		{"https://l.instagram.com/?u=https%3A%2F%2Fwww.instagram.com", "", ActionRefuse, "redirector"},
		{"https://l.facebook.com/l.php?u=x", "", ActionRefuse, "redirector"},
		{"https://m.me/123", "", ActionRefuse, "redirector"},
		{"https://bit.ly/abc", "", ActionRefuse, "redirector"},
		{"https://192.0.2.1" + authPath, "", ActionRefuse, "ip-address"},
		{"https://[2001:db8::1]" + authPath, "", ActionRefuse, "ip-address"},
		{"https://3221225985" + authPath, "", ActionRefuse, "ip-address"},
		{"https://0xc0.0.0x2.1" + authPath, "", ActionRefuse, "ip-address"},
		{"https://www.instagram.com:8443" + authPath, "", ActionRefuse, "port-not-listed"},
		{"https://localhost" + authPath, "", ActionRefuse, "host-not-listed"},
		{"https://localhost:4435" + authPath, "", ActionRefuse, "host-not-listed"},
		{"https://evil.example" + authPath, "", ActionRefuse, "host-not-listed"},
		{"https://www.instagram.com.evil.example" + authPath, "", ActionRefuse, "host-not-listed"},
		{"https://x.www.instagram.com" + authPath, "", ActionRefuse, "host-not-listed"},
		{"https://wwwinstagram.com" + authPath, "", ActionRefuse, "host-not-listed"},
		{"https://help.instagram.com/1", "", ActionRefuse, "host-not-listed"},
		{"https://accountscenter.meta.com" + center, "", ActionRefuse, "host-not-listed"},
		{"https://scontent.cdninstagram.com" + bytePath, "", ActionRefuse, "host-not-listed"},
		{"https://www.instagram.com" + bytePath, "", ActionRefuse, "page-not-known"},
		{"https://bigzipfiles.instagram.com" + authPath, "", ActionRefuse, "page-not-known"},
		{"https://bigzipfiles.instagram.com/p/dl/download/file.php", "", ActionRefuse, "page-not-known"},
		{"https://bigzipfiles.instagram.com/p/dl/download/../x?a=b", "", ActionRefuse, "page-not-known"},
		{"https://www.instagram.com/dyi/download/auth/Ab3dE/", "", ActionRefuse, "page-not-known"},
		{"https://www.instagram.com/dyi/download/auth/../../logout/?dyi_job_id=1", "", ActionRefuse, "page-not-known"},
		{"https://www.instagram.com/dyi/download/auth/%2e%2e%2fx/?dyi_job_id=1", "", ActionRefuse, "page-not-known"},
		{"https://www.instagram.com/dyi/download/auth/%41b/?dyi_job_id=1", "", ActionRefuse, "page-not-known"},
		{"https://www.instagram.com/dyi/download/auth/Ab/?dyi_job_id=1&x=\\y", "", ActionRefuse, "malformed"},
		{"https://www.instagram.com/accounts/login/?next=/download/confirm/x/", "", ActionRefuse, "page-not-known"},
		{"https://www.instagram.com/_n/mainfeed?x=1", "", ActionRefuse, "page-not-known"},
		{"https://accountscenter.instagram.com/personal_info/account_ownership_and_control/", "", ActionRefuse, "page-not-known"},

		{"https://evil.example/", "https://www.instagram.com/", ActionRefuse, "text-names-other-host"},
		{"https://evil.example/", "go to www.instagram.com now", ActionRefuse, "text-names-other-host"},
		{"https://evil.example/", "instagram.com", ActionRefuse, "text-names-other-host"},
		{"https://evil.example/", "insta\u200bgram.com", ActionRefuse, "text-names-other-host"},
		{"https://l.instagram.com/?u=x", "https://www.instagram.com/", ActionRefuse, "text-names-other-host"},
		{"https://www.instagram.com" + authPath, "https://www.facebook.com", ActionRefuse, "text-names-other-host"},
		{"https://www.instagram.com" + authPath, "https://evil.example/", ActionRefuse, "text-names-other-host"},
		{"https://evil.example/", "https://localhost:4433/", ActionRefuse, "text-names-other-host"},
		{"https://www.instagram.com" + authPath, "https://www.instagram.com/dyi/…", ActionFetch, "download-auth"},
		{"https://www.instagram.com" + authPath, "instagram.com", ActionFetch, "download-auth"},
		{"https://www.instagram.com" + authPath, "anna.de", ActionFetch, "download-auth"},
		{"https://www.instagram.com" + authPath, "Download (1.5 GB). Now!", ActionFetch, "download-auth"},
		{"https://www.instagram.com" + authPath, "ask support@facebook.com", ActionFetch, "download-auth"},
		{"https://localhost:4433" + authPath, "https://localhost:4433/dyi", ActionFetch, "download-auth"},
	}
	for _, tt := range tests {
		l := rules.judgeLink(rawLink{tt.url, tt.text}).link
		if l.Action != tt.action || l.Reason != tt.reason {
			t.Errorf("%.90q (%q): %s because of %s, want %s because of %s", tt.url, tt.text, l.Action, l.Reason, tt.action, tt.reason)
		}
		if l.Why() == l.Reason {
			t.Errorf("%s has no words for a person", l.Reason)
		}
	}
}

func TestLinksInHTML(t *testing.T) {
	tests := []struct {
		name, html string
		want       []rawLink
	}{
		{"plain", `<a href="https://a.example/?x=1&amp;y=2">one <b>two</b></a> three`, []rawLink{{"https://a.example/?x=1&y=2", "one two"}}},
		{"picture", `<a href='https://a.example/'><img alt="Download" src="https://b.example/p.png"></a>`, []rawLink{{"https://a.example/", "Download"}}},
		{"without quotes and end", `<A HREF=https://a.example/>one<a href=https://b.example/>two`, []rawLink{{"https://a.example/", "one"}, {"https://b.example/", "two"}}},
		{"two targets", `<a href="https://a.example/" href="https://b.example/">x</a>`, []rawLink{{"https://a.example/", "x"}}},
		{"form and area", `<form action="https://a.example/f"><button formaction="https://a.example/g">x</button></form><area href="https://a.example/h">`, []rawLink{{"https://a.example/f", ""}, {"https://a.example/g", ""}, {"https://a.example/h", ""}}},
		{"not followed", `<img src="https://a.example/"><link href="https://b.example/"><!-- <a href="https://c.example/"> --><style>a{background:url(https://d.example/)}</style><script>location="https://e.example/"</script>`, nil},
		{"within the mail", `<a href="#top">x</a><a href="mailto:a@b.example">y</a><a href=" tel:1 ">z</a><a href="">w</a>`, nil},
		{"written out", `<p>See https://a.example/x. And (https://b.example/y)!</p><p>https://c.example/</p>`, []rawLink{{"https://a.example/x", ""}, {"https://b.example/y", ""}, {"https://c.example/", ""}}},
		{"twice", `<a href="https://a.example/">x</a><a href="https://a.example/">x</a>`, []rawLink{{"https://a.example/", "x"}}},
		{"in capitals", `<a href="HTTPS://A.example/">x</a>`, []rawLink{{"HTTPS://A.example/", "x"}}},
	}
	for _, tt := range tests {
		c := readContent(new(effort), header{{"Content-Type", "text/html"}}, []byte(tt.html))
		if !slices.Equal(c.links, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, c.links, tt.want)
		}
	}
}

func TestRedactURL(t *testing.T) {
	for raw, want := range map[string]string{
		"https://www.instagram.com/dyi/download/auth/Ab3dEfGh/?dyi_job_id=179": "https://www.instagram.com/dyi/download/auth/…/?dyi_job_id=…",
		"https://www.instagram.com/dyi/download/auth/secret/?secretword":       "https://www.instagram.com/dyi/download/auth/…/?…",
		"https://www.instagram.com/download/confirm/aB3dE6gH9k/":               "https://www.instagram.com/download/confirm/…/",
		"https://bigzipfiles.instagram.com/p/dl/download/file.php?r=1&hash=Ab": "https://bigzipfiles.instagram.com/p/dl/download/file.php?r=…&hash=…",
		"https://accountscenter.instagram.com/info_and_permissions/dyi/?a=b#c": "https://accountscenter.instagram.com/info_and_permissions/dyi/?a=…#…",
		"https://user:secret@evil.example/abcdefghijklmnopqrstuvwxyz":          "https://…@evil.example/…",
		"https://localhost:4433/dyi/download/auth/x/?Ab3dEfGh=1":               "https://localhost:4433/dyi/download/auth/…/?…",
		"mailto:jane@example.org":                         "mailto:…",
		"javascript:alert('secret')":                      "javascript:…",
		"https://a b/secret":                              "…",
		"https://www.instagram.com\x7f":                   "…",
		"Ab3dEfGh/secretsecretsecret":                     "…/…",
		"https://www.job_id=17/dyi":                       "https://…/dyi",
		"https://[::1]:8443/dyi":                          "https://[::1]:8443/dyi",
		"https://пример.example/dyi":                      "https://пример.example/dyi",
		"https://h/%53ecret/p":                            "https://h/…/p",
		"https://" + strings.Repeat("ä.", 126) + "ä/dyi":  "https://" + strings.Repeat("ä.", 126) + "ä/dyi",
		"https://" + strings.Repeat("ä.", 127) + ":1/dyi": "https://…/dyi",
	} {
		if got := RedactURL(raw); got != want {
			t.Errorf("RedactURL(%q) = %q, want %q", raw, got, want)
		}
	}
}

// TestNoWayOutForSecrets prints a judgement in every way that happens by accident.
func TestNoWayOutForSecrets(t *testing.T) {
	const token = "Ab3dEfGhIjKlMnOpQrStUvWxYz0123456789"
	raw := strings.Replace(string(readMail(t, "ready-2022-auth")), ">Download Information<", ">https://www.instagram.com/dyi/download/auth/"+token+"/?dyi_job_id=3D179<", 1)
	for _, signed := range [][]byte{sign(t, []byte(raw), signature{}), []byte(raw)} {
		j, err := Judge(t.Context(), signed, zeroTime, testRules, world())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(j.Links[0].URL, token) {
			t.Fatal("the link itself has lost its token")
		}
		asJSON, err := json.Marshal(j)
		if err != nil {
			t.Fatal(err)
		}
		linkJSON, err := json.Marshal(&j.Links[0])
		if err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Info("mail", "judgement", j, "link", j.Links[0], "links", j.Links, "pointer", &j)
		slog.New(slog.NewTextHandler(&log, nil)).Info("mail", "judgement", j, "link", j.Links[0], "links", j.Links, "pointer", &j)
		for name, out := range map[string]string{
			"JSON": string(asJSON), "JSON of a link": string(linkJSON), "slog": log.String(), "%v": fmt.Sprint(j), "%+v": fmt.Sprintf("%+v", j),
			"%#v": fmt.Sprintf("%#v", j), "%s": fmt.Sprintf("%s", j.Links), "%q": fmt.Sprintf("%q", j.Links),
		} {
			if strings.Contains(out, token) || strings.Contains(out, "17912345678901234") {
				t.Errorf("%s tells the secret: %s", name, out)
			}
		}
	}
}

func TestJSONForm(t *testing.T) {
	j, err := Judge(t.Context(), sign(t, readMail(t, "ready-2022-auth"), signature{}), zeroTime, testRules, world())
	if err != nil {
		t.Fatal(err)
	}
	j.Reasons = j.Reasons[:1]
	got, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"decision":"export-ready","authentic":true,"authenticated_by":"dkim",` +
		`"reasons":[{"code":"from-listed","severity":"info","text":"The From address is at mail.instagram.com."}],` +
		`"links":[{"url":"https://www.instagram.com/dyi/download/auth/…/?dyi_job_id=…","action":"fetch","reason":"download-auth"},` +
		`{"url":"https://instagram.com/emails/unsubscribe/support_email?user_id=…\u0026sig=…","action":"refuse","reason":"page-not-known"}],` +
		`"deadline":"2022-12-19T03:34:15Z"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if empty, _ := json.Marshal(Judgement{}); string(empty) != `{"decision":"","authentic":false,"authenticated_by":"","reasons":[],"links":[],"deadline":""}` {
		t.Errorf("empty: %s", empty)
	}
}
