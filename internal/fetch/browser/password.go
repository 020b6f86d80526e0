package browser

import (
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Scripts for the one visible field of the prompt.
const (
	fieldFocus = `(() => { const e = [...document.querySelectorAll("input[type=password]")].filter(e => e.getBoundingClientRect().width > 1);
if (e.length !== 1 || e[0].value !== "") return false; e[0].focus(); return document.activeElement === e[0] })()`
	fieldsClear = `(() => { for (const e of document.querySelectorAll("input")) if (e.type === "password" || e.autocomplete === "current-password") e.value = ""; return true })()`
)

// enterPassword answers the prompt to enter the password again, if the person has asked for that, and only where
// nobody but Instagram can read it: the document came over verified TLS from one of two exact hosts, in the tab
// that was opened first, its form leads back to one of them, and it asks for nothing but the password. nil means
// that it was sent; whether it was right shows on the next page.
func (v *visit) enterPassword(t *tab, p *view) error {
	why := ""
	action, err := url.Parse(p.Action)
	switch {
	case v.order.Password == nil || v.order.PasswordUsed == nil:
		return stop(WallPassword, "")
	case v.spent:
		return stop(WallPassword, "igwatchd has given it once, and it was not accepted")
	case t != v.main:
		why = "the prompt is in a window of its own"
	case p.Passwords != 1 || p.Names > 0 || p.Codes > 0:
		why = "the prompt asks for more than the password"
	case !p.secure || !slices.Contains(v.o.passwordHosts(), strings.ToLower(p.host)):
		why = "the prompt is not on one of the two hosts that may have it"
	case err != nil || action.Scheme != "https" || action.User != nil || !slices.Contains(v.o.passwordHosts(), strings.ToLower(action.Host)):
		why = "the prompt's form leads elsewhere"
	case v.order.Stopped != nil && v.order.Stopped():
		why = ErrStopped.Error()
	}
	if why != "" {
		return stop(WallPassword, "the password was not given: "+why)
	}
	secret, err := v.order.Password(v.ctx)
	if err != nil || secret == "" || len(secret) > 1000 || strings.ContainsAny(secret, "\r\n\x00") {
		return stop(WallPassword, "the stored password could not be read")
	}
	// The use is spent before the first key: a crash behind it must not lead to a second try.
	if err := v.order.PasswordUsed(v.ctx); err != nil {
		return stop(WallPassword, "the stored password was used for this export before")
	}
	v.spent, v.secret = true, secret
	if err := v.typeSecret(t, secret); err != nil {
		return err
	}
	return v.answered(t, p)
}

func (v *visit) typeSecret(t *tab, secret string) error {
	var focused bool
	if err := t.run(fieldFocus, &focused); err != nil {
		return fmt.Errorf("enter the password: %w", err)
	}
	if !focused {
		return stop(WallPassword, "the prompt changed")
	}
	// Errors of the protocol do not repeat what was sent; should they begin to, this one says nothing at all.
	if _, err := chromedp.Call(t.ctx, input.InsertText, input.InsertTextParams{Text: secret}); err != nil {
		return fmt.Errorf("enter the password: Chromium refuses it")
	}
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		key := input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
		if _, err := chromedp.Call(t.ctx, input.DispatchKeyEvent, key); err != nil {
			return fmt.Errorf("enter the password: %w", err)
		}
	}
	return nil
}

// answered waits until the prompt gives way, or stands there again with an empty field.
func (v *visit) answered(t *tab, before *view) error {
	const empty = `[...document.querySelectorAll("input[type=password]")].every(e => e.value === "")`
	for began := time.Now(); time.Since(began) < v.limits.password; {
		if err := v.pause(); err != nil {
			return err
		}
		if v.wire.any() {
			return nil // whoever waits for it finds it
		}
		p, err := t.look()
		if err != nil {
			return err
		}
		var cleared bool
		if err := t.run(empty, &cleared); err != nil {
			continue // between two documents
		}
		if len(p.nodes) > 0 && cleared {
			return nil
		}
	}
	_ = t.run(fieldsClear, nil) // a page that cannot be read is not shown either
	return stop(WallPassword, "the prompt took the password and did not go on")
}

// conceal makes sure that a screenshot cannot hold the password. false: it might.
func (v *visit) conceal(t *tab) bool {
	if v.secret == "" {
		return true
	}
	var cleared bool
	var text string
	const all = `document.documentElement.outerHTML.slice(0, 2000000) + " " + [...document.querySelectorAll("input,textarea")].slice(0, 500).map(e => e.value).join(" ")`
	if t.run(fieldsClear, &cleared) != nil || !cleared || t.run(all, &text) != nil {
		return false
	}
	return !strings.Contains(text, v.secret) && !strings.Contains(text, html.EscapeString(v.secret))
}
