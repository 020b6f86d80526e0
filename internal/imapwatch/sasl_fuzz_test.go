package imapwatch

import (
	"strings"
	"testing"
)

// FuzzReadRefusal: whatever a server says about a token, it is short, one line, and not the token.
func FuzzReadRefusal(f *testing.F) {
	f.Add([]byte(`{"status":"401","schemes":"Bearer","scope":"https://mail.google.com/"}`), "ya29.token")
	f.Add([]byte(`{"status":"secret-and-more-of-it","scope":"secret-and-more-of-it\r\nsecret-and-more-of-it"}`), "secret-and-more-of-it")
	f.Add([]byte(`{"status":5`), "x")
	f.Fuzz(func(t *testing.T, challenge []byte, token string) {
		notInToken := func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("0123456789-._~+/=", r)
		}
		if len(token) < 16 || strings.ContainsFunc(token, notInToken) { // RFC 6750, section 2.1
			return
		}
		text := readRefusal(challenge, token).Error()
		if strings.Contains(text, token) || len(text) > 2000 || strings.ContainsAny(text, "\r\n\x00\x1b") {
			t.Errorf("%q", text)
		}
	})
}
