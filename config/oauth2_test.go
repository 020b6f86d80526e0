package config

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// withOAuth2 is the smallest configuration that signs in by OAuth 2.
func withOAuth2(keys string) string {
	return strings.Replace(minimal, `password_file = "/etc/igwatchd/imap-password"`, "[account.inbox.oauth2]\n"+keys, 1)
}

func TestOAuth2IsCompletedFromTheProvider(t *testing.T) {
	cfg, err := Parse("f", []byte(withOAuth2("provider = \"outlook\"\nclient_id = \"abc\"\n")))
	if err != nil {
		t.Fatal(err)
	}
	got := cfg.Accounts[0].Inbox.OAuth2
	want := &OAuth2{
		Account: "jane.doe", Provider: "outlook", ClientID: "abc",
		TokenFile: "/var/lib/igwatchd/oauth2/jane.doe.json",
		AuthURL:   "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
		TokenURL:  "https://login.microsoftonline.com/common/oauth2/v2.0/token",
		DeviceURL: "https://login.microsoftonline.com/common/oauth2/v2.0/devicecode",
		Scopes:    []string{"https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"}, RedirectHost: "localhost",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	if got.HasSecret() {
		t.Error("a secret came from nowhere")
	}
	if login := cfg.Accounts[0].Inbox.Login(); login != "oauth2 /var/lib/igwatchd/oauth2/jane.doe.json" {
		t.Errorf("login: %s", login)
	}
	cfg, err = Parse("f", []byte(withOAuth2("provider = \"gmail\"\nclient_id = \"abc\"\nclient_secret_file = \"/etc/igwatchd/s\"\ntoken_file = \"/var/lib/igwatchd/x.json\"\n")))
	if err != nil {
		t.Fatal(err)
	}
	got = cfg.Accounts[0].Inbox.OAuth2
	if got.DeviceURL != "" || got.AuthParams["access_type"] != "offline" || got.RedirectHost != "127.0.0.1" ||
		!got.HasSecret() || got.TokenFile != "/var/lib/igwatchd/x.json" {
		t.Errorf("got %+v", got)
	}
}

func TestOAuth2AsAnInlineTableWithAnotherProvider(t *testing.T) {
	const inline = `oauth2 = { client_id = "abc", token_url = "https://id.example.org/token", device_url = "https://id.example.org/device", scopes = ["imap"], ca_file = "/etc/ca.pem" }`
	cfg, err := Parse("f", []byte(strings.Replace(minimal, `password_file = "/etc/igwatchd/imap-password"`, inline, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if o := cfg.Accounts[0].Inbox.OAuth2; o.TokenURL != "https://id.example.org/token" || o.CAFile != "/etc/ca.pem" || o.AuthURL != "" {
		t.Errorf("got %+v", o)
	}
}

func TestOAuth2Faults(t *testing.T) {
	tests := map[string]struct{ keys, want string }{
		"no client":         {`provider = "gmail"`, "f:7:2: account.inbox.oauth2.client_id: missing"},
		"unknown provider":  {"provider = \"gmial\"\nclient_id = \"a\"", `f:8:1: account.inbox.oauth2.provider: "gmial" is not known`},
		"unknown key":       {"provider = \"gmail\"\nclient = \"a\"", "f:9:1: account.inbox.oauth2.client: unknown key"},
		"wrong type":        {"provider = \"gmail\"\nclient_id = 5", "f:9:1: account.inbox.oauth2.client_id: must be a text"},
		"near miss":         {"provider = \"gmail\"\nclinet_id = \"a\"", `did you mean "client_id"?`},
		"token outside":     {"provider = \"gmail\"\nclient_id = \"a\"\ntoken_file = \"/home/jane/t.json\"", "f:10:1: account.inbox.oauth2.token_file: must lie below state_dir"},
		"token over lock":   {"provider = \"gmail\"\nclient_id = \"a\"\ntoken_file = \"/var/lib/igwatchd/journal.sqlite\"", "must end in .json"},
		"both ways":         {"provider = \"gmail\"\nclient_id = \"a\"\ntoken_url = \"https://a/b\"", "f:10:1: account.inbox.oauth2.token_url: provider = \"gmail\" says this already"},
		"half a provider":   {"client_id = \"a\"", "account.inbox.oauth2.token_url: missing"},
		"no way to sign in": {"client_id = \"a\"\ntoken_url = \"https://a/b\"\nscopes = [\"x\"]", "one of auth_url"},
		"no scopes":         {"client_id = \"a\"\ntoken_url = \"https://a/b\"\nauth_url = \"https://a/c\"", "oauth2.scopes: missing"},
		"clear text":        {"client_id = \"a\"\ntoken_url = \"http://a/b\"\nauth_url = \"https://a/c\"\nscopes = [\"x\"]", "f:9:1: account.inbox.oauth2.token_url: must be an https:// address"},
		"relative secret":   {"provider = \"gmail\"\nclient_id = \"a\"\nclient_secret_file = \"s\"", "must be a whole path"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse("f", []byte(withOAuth2(tt.keys))); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	two := minimal + "[account.inbox.oauth2]\nprovider = \"gmail\"\nclient_id = \"a\"\n"
	if _, err := Parse("f", []byte(two)); err == nil || !strings.Contains(err.Error(), "f:7:1: account.inbox.password_file: the login is given in more than one way") {
		t.Errorf("password and oauth2: %v", err)
	}
	if _, err := Parse("f", []byte(strings.Replace(minimal, "password_file", "oauth2 = 3 #", 1))); err == nil || !strings.Contains(err.Error(), "f:7:1: account.inbox.oauth2: must be a block, not the number 3") {
		t.Errorf("no block: %v", err)
	}
}

func TestTheExamplesOAuth2BlockIsValid(t *testing.T) {
	text := regexp.MustCompile(`(?m)^  # (\[account.inbox.oauth2|provider =|client_id =)`).ReplaceAllString(Example, "  $1")
	text = strings.Replace(text, "  password_file = ", "  # password_file = ", 1)
	cfg, err := Parse("x", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if o := cfg.Accounts[0].Inbox.OAuth2; o == nil || o.Provider != "outlook" {
		t.Errorf("got %+v", o)
	}
}
