package testworld

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// authorize is what the browser opens (RFC 6749, section 4.1.1; RFC 8252, section 8.4).
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Scheme != "http" || !slices.Contains([]string{"127.0.0.1", "localhost"}, back.Hostname()) || q.Get("client_id") != OIDCClient {
		http.Error(w, "unknown client or redirect_uri", http.StatusBadRequest)
		return
	}
	answer := url.Values{"state": {q.Get("state")}}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43:
		answer.Set("error", "invalid_request")
	case q.Get("scope") != OIDCScope:
		answer.Set("error", "invalid_scope")
	case p.deny:
		answer.Set("error", "access_denied")
	default:
		code := rand.Text()
		p.codes[code] = &oidcCode{redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge")}
		answer.Set("code", code)
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// device begins a sign-in on another device (RFC 8628, section 3.1).
func (p *Provider) device(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.client(w, r) {
		return
	}
	if r.PostFormValue("scope") != OIDCScope {
		oidcError(w, http.StatusBadRequest, "invalid_scope")
		return
	}
	code := rand.Text()
	p.devices[code] = &oidcDevice{pendings: p.pendings, ends: time.Now().Add(time.Minute)}
	oidcAnswer(w, map[string]any{
		"device_code": code, "user_code": "WDJB-MJHT", "verification_uri": p.url("enter"),
		"expires_in": 60, "interval": 1,
	})
}

// byCode takes a code once, with the same redirect_uri and the verifier of its challenge (RFC
// 6749, section 4.1.3; RFC 7636, section 4.6).
func (p *Provider) byCode(r *http.Request) (family *bool, refused string) {
	code := r.PostFormValue("code")
	c := p.codes[code]
	delete(p.codes, code)
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if c == nil || c.redirect != r.PostFormValue("redirect_uri") || c.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
		return nil, "invalid_grant"
	}
	return new(bool), ""
}

// byDevice answers a device's poll (RFC 8628, section 3.5).
func (p *Provider) byDevice(r *http.Request) (family *bool, refused string) {
	code := r.PostFormValue("device_code")
	d := p.devices[code]
	switch {
	case d == nil:
		return nil, "invalid_grant"
	case time.Now().After(d.ends):
		return nil, "expired_token"
	case p.deny:
		return nil, "access_denied"
	case p.slowDowns > 0:
		p.slowDowns--
		return nil, "slow_down"
	case d.pendings > 0:
		d.pendings--
		return nil, "authorization_pending"
	}
	delete(p.devices, code)
	return new(bool), ""
}
