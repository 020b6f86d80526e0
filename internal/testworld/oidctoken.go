package testworld

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// token is the token endpoint (RFC 6749, section 3.2).
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.fails) > 0 {
		status := p.fails[0]
		p.fails = p.fails[1:]
		if status/100 == 3 {
			w.Header().Set("Location", p.url("elsewhere"))
		}
		http.Error(w, "a page of some machine in between, with a secret-looking word", status)
		return
	}
	if !p.client(w, r) {
		return
	}
	var family *bool
	var refused string
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		family, refused = p.byCode(r)
	case "urn:ietf:params:oauth:grant-type:device_code":
		family, refused = p.byDevice(r)
	case "refresh_token":
		family, refused = p.byRefresh(r)
	default:
		refused = "unsupported_grant_type"
	}
	if refused != "" {
		oidcError(w, http.StatusBadRequest, refused)
		return
	}
	access, refresh := p.give(family)
	oidcAnswer(w, map[string]any{
		"access_token": access, "token_type": "Bearer", "expires_in": int(p.lifetime / time.Second),
		"refresh_token": refresh, "scope": OIDCScope,
	})
}

// byRefresh replaces a refresh token. One that was replaced before ends the sign-in.
func (p *Provider) byRefresh(r *http.Request) (family *bool, refused string) {
	t := p.tokens[r.PostFormValue("refresh_token")]
	if t == nil || !t.refresh {
		return nil, "invalid_grant"
	}
	if !t.alive() {
		*t.family = true
		return nil, "invalid_grant"
	}
	t.used = true
	p.refreshes++
	return t.family, ""
}

// introspect tells a mail server about a token (RFC 7662).
func (p *Provider) introspect(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tokens[r.PostFormValue("token")]
	if t == nil || t.refresh || !t.alive() {
		oidcAnswer(w, map[string]any{"active": false})
		return
	}
	oidcAnswer(w, map[string]any{
		"active": true, "scope": OIDCScope, "client_id": OIDCClient, "username": mailUser, "exp": t.ends.Unix(),
	})
}

// client tells whether a request comes from the one client (RFC 6749, section 2.3). p.mu is held.
func (p *Provider) client(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	id, secret := r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	if user, pass, ok := r.BasicAuth(); ok {
		id, _ = url.QueryUnescape(user) // RFC 6749, section 2.3.1
		secret, _ = url.QueryUnescape(pass)
	}
	if id != OIDCClient || secret != p.secret && !strings.HasSuffix(r.URL.Path, "/device") {
		oidcError(w, http.StatusUnauthorized, "invalid_client")
		return false
	}
	return true
}

func oidcAnswer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v)
}

// oidcError answers as RFC 6749, section 5.2, says.
func oidcError(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": code, "error_description": "the stand-in says " + code})
}
