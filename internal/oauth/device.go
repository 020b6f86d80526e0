package oauth

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// SignInLimit is how long a person may take to sign in.
const SignInLimit = 15 * time.Minute

// DeviceCode is what the person needs to sign in on any device with a browser.
type DeviceCode struct {
	Code    string
	URL     string
	Expires time.Time
}

// Device lets a person sign in on another device (RFC 8628). It calls show once and then waits
// for the person, at most SignInLimit.
func (p Provider) Device(ctx context.Context, show func(DeviceCode)) (*Grant, error) {
	const again = "begin anew: igwatchd setup --oauth2"
	ctx, cancel := context.WithTimeout(ctx, SignInLimit)
	defer cancel()
	ctx, conf, err := p.client(ctx)
	if err != nil {
		return nil, err
	}
	d, err := conf.DeviceAuth(ctx)
	if err != nil {
		return nil, explain("ask for a sign-in code", err, again, conf.ClientSecret)
	}
	if err := checkDevice(d); err != nil {
		return nil, err
	}
	expires, _ := ctx.Deadline()
	if !d.Expiry.IsZero() && d.Expiry.Before(expires) {
		expires = d.Expiry
	}
	show(DeviceCode{Code: d.UserCode, URL: d.VerificationURI, Expires: expires})
	for {
		t, err := conf.DeviceAccessToken(ctx, d)
		if err == nil {
			return p.first(t)
		}
		_, lost := errors.AsType[*url.Error](err)
		switch {
		case errors.Is(ctx.Err(), context.Canceled):
			return nil, ctx.Err()
		case !time.Now().Before(expires):
			return nil, fault.Permanent(errors.New("the sign-in code has run out: nobody used it"), again)
		case !lost:
			return nil, explain("wait for the sign-in", err, again, d.DeviceCode, conf.ClientSecret)
		}
		// The network is away for a moment, the person is not (RFC 8628, section 3.5).
	}
}

// checkDevice makes sure that what is shown on a terminal is text, and that the library can wait:
// an interval below zero makes it panic.
func checkDevice(d *oauth2.DeviceAuthResponse) error {
	if u, err := url.Parse(d.VerificationURI); err != nil || u.Scheme != "https" || u.Host == "" ||
		d.DeviceCode == "" || !plain(d.UserCode, 64) || !plain(d.VerificationURI, 500) {
		return fault.Temporary(errors.New("ask for a sign-in code: the provider's answer cannot be used"), "")
	}
	if d.Interval <= 0 {
		d.Interval = 5 // seconds; RFC 8628, section 3.2
	}
	d.Interval = min(d.Interval, 60)
	return nil
}

// plain tells whether s is a short text of visible ASCII characters.
func plain(s string, limit int) bool {
	return s != "" && len(s) <= limit && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
