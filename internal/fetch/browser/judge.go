package browser

import "strings"

// judge says what stands in the way on a page, as a Wall constant; "" if nothing does, or nothing is known yet.
// What a page does comes before what it says: its address and its fields are the same in all languages.
func (p *view) judge() string {
	if p.status >= 500 || p.status == 429 {
		return WallServer
	}
	if kind := p.byPath(); kind != "" {
		return kind
	}
	switch {
	case p.Codes > 0:
		return WallTwoFactor
	case p.Passwords > 0 && p.Names > 0:
		return WallLogin
	case p.Frames:
		return WallCheckpoint
	case p.Passwords == 1:
		return WallPassword
	case p.Passwords > 1: // a password is to be changed
		return WallCheckpoint
	}
	front := p.front()
	if len(p.controls(front)) > 0 {
		return ""
	}
	text := fold(p.text(front))
	for _, w := range []struct {
		kind string
		list func(words) []string
	}{
		{WallPassword, func(w words) []string { return w.password }},
		{WallTwoFactor, func(w words) []string { return w.code }},
		{WallCheckpoint, func(w words) []string { return w.checkpoint }},
		{WallConsent, func(w words) []string { return w.consent }},
		{WallLogin, func(w words) []string { return w.login }},
		{WallPreparing, func(w words) []string { return w.preparing }},
		{WallNone, func(w words) []string { return w.none }},
		{WallExpired, func(w words) []string { return w.expired }},
	} {
		if says(text, w.list) {
			return w.kind
		}
	}
	return ""
}

// byPath knows the addresses that people without a session, or under suspicion, are sent to.
func (p *view) byPath() string {
	for part := range strings.SplitSeq(strings.ToLower(p.path), "/") {
		switch part {
		case "login", "login.php", "onetap":
			return WallLogin
		case "two_factor", "two_step_verification", "two_factor_login":
			return WallTwoFactor
		case "challenge", "checkpoint", "suspended", "auth_platform":
			return WallCheckpoint
		case "consent", "privacy_consent", "terms":
			return WallConsent
		case "reauth", "reauthentication":
			if p.Names == 0 && p.Codes == 0 {
				return WallPassword
			}
		}
	}
	return ""
}

// patient walls may be gone in a moment: a list is often empty before it is filled.
func patient(kind string) bool {
	return kind == WallNone || kind == WallPreparing || kind == WallExpired || kind == WallServer
}
