package browser

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// hurried is how patient tests are: they look often, and wait long for what has to come.
var hurried = limits{
	visit: 10 * time.Minute, every: 30 * time.Millisecond, steady: 150 * time.Millisecond, calm: 300 * time.Millisecond,
	settle: 5 * time.Minute, press: 5 * time.Minute, password: 5 * time.Minute,
}

var mayEighth = time.Date(2026, 5, 8, 0, 0, 0, 0, time.UTC)

// scene is a running Chromium with a session, and what it looks at.
type scene struct {
	accounts *testworld.Accounts
	site     *testworld.Site
	dials    *dials
	o        Options
	s        *session
	order    Order
}

// atPage starts one Chromium for all the visits of a test.
func atPage(t *testing.T) *scene {
	t.Helper()
	accounts, site, o, d := world(t)
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	t.Cleanup(cancel)
	s, err := start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.close(); nothingLeft(t, o.Profile) })
	if err := chromedp.Do(s.ctx, chromedp.Navigate(accounts.SessionLink())); err != nil {
		t.Fatal(err)
	}
	return &scene{accounts, site, d, o, s, Order{URL: accounts.PageLink(), Account: "jane.doe", Announced: mayEighth.Add(20 * time.Hour)}}
}

func (c *scene) visit(t *testing.T, s testworld.Scene) (Offer, map[int]string, error) {
	t.Helper()
	return c.visitFor(t, s, c.order)
}

func (c *scene) visitFor(t *testing.T, s testworld.Scene, order Order) (Offer, map[int]string, error) {
	t.Helper()
	c.accounts.Set(s)
	ctx, cancel := context.WithTimeout(t.Context(), c.o.patience().visit)
	defer cancel()
	offer, urls, err := c.s.visit(ctx, order, nil)
	c.onlyThePage(t)
	return offer, urls, err
}

// onlyThePage checks what must hold after every visit: Chromium connected to the page's host alone, and the
// host of bytes was not asked.
func (c *scene) onlyThePage(t *testing.T) {
	t.Helper()
	if len(c.dials.seen()) == 0 {
		t.Error("the page was not reached through the tunnel")
	}
	for _, address := range c.dials.seen() {
		if address != c.accounts.Host() {
			t.Errorf("connected to %s", address)
		}
	}
	if asked := c.site.Requests(); len(asked) > 0 {
		t.Errorf("the browser asked the host of bytes: %+v", asked)
	}
}

// signedURLs checks that the URLs are those of parts 1 to n, and different ones.
func (c *scene) signedURLs(t *testing.T, urls map[int]string, n int) {
	t.Helper()
	seen := map[string]bool{}
	for i := range n {
		u, err := url.Parse(urls[i+1])
		if err != nil || u.Host != c.site.ByteHost() || u.Query().Get("hash") == "" || seen[u.Query().Get("f")] {
			t.Errorf("part %d: %q, %v: no signed URL of its own", i+1, urls[i+1], err)
			continue
		}
		seen[u.Query().Get("f")] = true
	}
	if len(urls) != n {
		t.Errorf("%d URLs, want %d", len(urls), n)
	}
}

func TestEachWallIsNamedAndPictured(t *testing.T) {
	t.Parallel()
	c := atPage(t)
	elsewhere := "https://" + strings.Replace(c.site.ByteHost(), "localhost", "127.0.0.1", 1) + "/x"
	day := func(n int) time.Time { return mayEighth.AddDate(0, 0, n) }
	for name, test := range map[string]struct {
		scene testworld.Scene
		want  string
		says  string
		kind  fault.Kind
	}{
		"password":              {testworld.Scene{Show: testworld.ShowPasswordFirst, Password: "x"}, WallPassword, "password", fault.PermanentKind},
		"password, German":      {testworld.Scene{Show: testworld.ShowPasswordFirst, Language: "de"}, WallPassword, "password", fault.PermanentKind},
		"password, later":       {testworld.Scene{Show: testworld.ShowPasswordThen}, WallPassword, "password again", fault.PermanentKind},
		"password, in a tab":    {testworld.Scene{Show: testworld.ShowPasswordThen, Press: testworld.PressTab}, WallPassword, "password again", fault.PermanentKind},
		"code":                  {testworld.Scene{Show: testworld.ShowTwoFactor}, WallTwoFactor, "login code", fault.PermanentKind},
		"checkpoint":            {testworld.Scene{Show: testworld.ShowCheckpoint}, WallCheckpoint, "it is you", fault.PermanentKind},
		"captcha":               {testworld.Scene{Show: testworld.ShowCaptcha}, WallCheckpoint, "it is you", fault.PermanentKind},
		"consent":               {testworld.Scene{Show: testworld.ShowConsent}, WallConsent, "agree", fault.PermanentKind},
		"none":                  {testworld.Scene{Show: testworld.ShowEmpty}, WallNone, "no available downloads", fault.PermanentKind},
		"none, Spanish":         {testworld.Scene{Show: testworld.ShowEmpty, Language: "es"}, WallNone, "no available downloads", fault.PermanentKind},
		"preparing":             {testworld.Scene{Show: testworld.ShowPreparing}, WallPreparing, "still being prepared", fault.TemporaryKind},
		"expired":               {testworld.Scene{Show: testworld.ShowGone}, WallExpired, "expired", fault.PermanentKind},
		"broken":                {testworld.Scene{Show: testworld.ShowBroken}, WallServer, "fault of its own", fault.TemporaryKind},
		"unknown":               {testworld.Scene{Show: testworld.ShowOdd}, WallUnknown, "does not know", fault.PermanentKind},
		"other account":         {testworld.Scene{Account: "john.roe"}, WallAccount, "john.roe", fault.PermanentKind},
		"account in the head":   {testworld.Scene{Drawing: testworld.DrawPlain, Head: "john.roe"}, WallAccount, "jane.doe", fault.PermanentKind},
		"Facebook's":            {testworld.Scene{Show: testworld.ShowReady, Account: "john.roe", More: []testworld.Listed{{Account: "jane.doe", Service: "Facebook", Requested: mayEighth}}}, WallAccount, "", fault.PermanentKind},
		"redirect":              {testworld.Scene{Show: testworld.ShowOffsite, Elsewhere: elsewhere}, WallElsewhere, "127.0.0.1", fault.PermanentKind},
		"signed URL elsewhere":  {testworld.Scene{ByteURL: elsewhere}, WallElsewhere, "127.0.0.1", fault.PermanentKind},
		"signed URL, no TLS":    {testworld.Scene{ByteURL: "http://" + c.site.ByteHost() + "/x"}, WallElsewhere, "localhost", fault.PermanentKind},
		"two of that day":       {testworld.Scene{More: []testworld.Listed{{Account: "jane.doe", Requested: mayEighth}}, Drawing: testworld.DrawPlain}, WallAmbiguous, "several", fault.PermanentKind},
		"requested later":       {testworld.Scene{Requested: day(3)}, WallAmbiguous, "after the mail", fault.PermanentKind},
		"requested long before": {testworld.Scene{Requested: day(-90)}, WallAmbiguous, "long before", fault.PermanentKind},
		"a part is missing":     {testworld.Scene{Parts: 3}, WallUnknown, "3 files and shows 2", fault.PermanentKind},
		"a form that stays one": {testworld.Scene{Press: testworld.PressFormKept}, WallUnknown, "form", fault.PermanentKind},
		"a file of the page's":  {testworld.Scene{Press: testworld.PressBlob}, WallUnknown, "byte_hosts", fault.PermanentKind},
		"a file of the host's":  {testworld.Scene{Press: testworld.PressServed}, WallUnknown, "byte_hosts", fault.PermanentKind},
		"a dead button":         {testworld.Scene{Press: testworld.PressNothing}, WallUnknown, "no file came", fault.PermanentKind},
	} {
		t.Run(name, func(t *testing.T) {
			inVain := hurried
			defer func(before Options) { c.s.o = before }(c.s.o)
			c.s.o.Test.limits = &inVain
			switch test.says {
			case "does not know":
				inVain.settle = 2 * time.Second
			case "no file came":
				inVain.press = 2 * time.Second
			}
			_, urls, err := c.visit(t, test.scene)
			wall, ok := errors.AsType[*Wall](err)
			if !ok || wall.Kind != test.want {
				t.Fatalf("visit = %v, want the wall %q", err, test.want)
			}
			if fault.KindOf(err) != test.kind || fault.HintOf(err) == "" || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v: kind %s, hint %q, want %s and %q", err, fault.KindOf(err), fault.HintOf(err), test.kind, test.says)
			}
			if picture, err := png.DecodeConfig(bytes.NewReader(wall.Screenshot)); err != nil || picture.Width < 300 || len(wall.Screenshot) > maxScreenshot {
				t.Errorf("screenshot of %d bytes: %+v, %v", len(wall.Screenshot), picture, err)
			}
			if len(urls) > 0 && test.want != WallUnknown {
				t.Errorf("got %d URLs all the same", len(urls))
			}
			if given := c.accounts.Passwords(); len(given) > 0 {
				t.Errorf("something was typed: %q", given)
			}
			for _, secret := range []string{"EAAG", "jane@", "token=1"} {
				if strings.Contains(wall.Page, secret) {
					t.Errorf("the page's text holds %q: %s", secret, wall.Page)
				}
			}
		})
	}
}

func TestWithoutASessionTheLogInFormIsLeftAlone(t *testing.T) {
	t.Parallel()
	c := atPage(t)
	if err := chromedp.Do(c.s.ctx, chromedp.Navigate(c.accounts.LogOutLink())); err != nil {
		t.Fatal(err)
	}
	c.order.Password = func(context.Context) (string, error) { t.Error("the password was asked for"); return "secret", nil }
	c.order.PasswordUsed = func(context.Context) error { t.Error("the password was used"); return nil }
	_, _, err := c.visit(t, testworld.Scene{Password: "secret"})
	if wall, ok := errors.AsType[*Wall](err); !ok || wall.Kind != WallLogin || fault.KindOf(err) != fault.PermanentKind {
		t.Fatalf("visit = %v, want the log-in", err)
	}
	if given := c.accounts.Passwords(); len(given) > 0 {
		t.Errorf("something was typed: %q", given)
	}
}

func TestEachWayToTheBytesIsCaught(t *testing.T) {
	t.Parallel()
	c := atPage(t)
	for name, scene := range map[string]testworld.Scene{
		"script": {}, "link": {Press: testworld.PressLink}, "tab": {Press: testworld.PressTab}, "blank": {Press: testworld.PressBlank},
		"anchor": {Press: testworld.PressAnchor}, "fetch": {Press: testworld.PressFetch}, "form": {Press: testworld.PressForm},
		"plain": {Drawing: testworld.DrawPlain}, "plain, German": {Drawing: testworld.DrawPlain, Language: "de"},
		"dialog": {Drawing: testworld.DrawDialog}, "dialog, Spanish, tab": {Drawing: testworld.DrawDialog, Language: "es", Press: testworld.PressTab},
		"late": {Delay: 1000 * time.Millisecond},
		"de":   {Language: "de"}, "es": {Language: "es"}, "fr": {Language: "fr"}, "it": {Language: "it"}, "pt": {Language: "pt"}, "tr": {Language: "tr"},
		"a picture elsewhere":  {Elsewhere: "https://" + strings.Replace(c.site.ByteHost(), "localhost", "127.0.0.1", 1) + "/x.png"},
		"a picture of bytes":   {Elsewhere: "https://" + c.site.ByteHost() + "/x.png"},
		"among others":         {More: []testworld.Listed{{Account: "jane.doe", Requested: mayEighth.AddDate(0, -2, 0)}, {Account: "john.roe", Requested: mayEighth}, {Account: "jane.doe", Service: "Facebook", Requested: mayEighth}}},
		"a newer one after it": {More: []testworld.Listed{{Account: "jane.doe", Requested: mayEighth.AddDate(0, 0, 5)}}},
	} {
		t.Run(name, func(t *testing.T) {
			offer, urls, err := c.visit(t, scene)
			if err != nil {
				wall, _ := errors.AsType[*Wall](err)
				t.Fatalf("visit = %v (%+v)", err, wall.Page)
			}
			c.signedURLs(t, urls, 2)
			if !offer.Requested.Equal(mayEighth) || offer.Parts != 2 || offer.Account != "jane.doe" || offer.Range == "" || offer.Choice == "" {
				t.Errorf("offer = %+v", offer)
			}
			if scene.Drawing == testworld.DrawPlain && (offer.Format != "HTML" || offer.Quality != "medium") {
				t.Errorf("offer = %+v, want HTML in medium quality", offer)
			}
		})
	}
}

func TestALinkThatLeadsToTheFileIsCaught(t *testing.T) {
	t.Parallel()
	c := atPage(t)
	_, urls, err := c.visit(t, testworld.Scene{Show: testworld.ShowDirect})
	if err != nil {
		t.Fatal(err)
	}
	c.signedURLs(t, urls, 1)
}

func TestThePasswordIsGivenOnceWhereItMay(t *testing.T) {
	const right = "correct horse <battery>"
	c := atPage(t)
	spent := 0
	order := c.order
	order.Password = func(context.Context) (string, error) { return right, nil }
	order.PasswordUsed = func(context.Context) error { spent++; return nil }
	for name, test := range map[string]struct {
		scene  testworld.Scene
		change func(*Order, *Options)
		typed  []string
		urls   int
		spent  int
	}{
		"first":        {testworld.Scene{Show: testworld.ShowPasswordFirst, Password: right}, nil, []string{right}, 2, 1},
		"then":         {testworld.Scene{Show: testworld.ShowPasswordThen, Password: right}, nil, []string{right}, 2, 1},
		"wrong":        {testworld.Scene{Show: testworld.ShowPasswordFirst, Password: "other"}, nil, []string{right}, 0, 1},
		"wrong, shown": {testworld.Scene{Show: testworld.ShowPasswordFirst, Password: "other", Echo: true}, nil, []string{right}, 0, 1},
		"other host": {testworld.Scene{Show: testworld.ShowPasswordFirst, Password: right}, func(_ *Order, o *Options) {
			o.Test.PasswordHosts = []string{"www.instagram.com", "localhost"}
		}, nil, 0, 0},
		"the real hosts": {testworld.Scene{Show: testworld.ShowPasswordFirst, Password: right}, func(_ *Order, o *Options) { o.Test.PasswordHosts = nil }, nil, 0, 0},
		"a page that is none of them": {testworld.Scene{Show: testworld.ShowPasswordFirst, Password: right, FormTo: "https://" + c.site.LinkHost() + "/"}, func(_ *Order, o *Options) {
			o.Test.PasswordHosts = []string{c.site.LinkHost()}
		}, nil, 0, 0},
		"a form that leads off": {testworld.Scene{Show: testworld.ShowPasswordFirst, Password: right, FormTo: "https://" + c.site.LinkHost() + "/"}, nil, nil, 0, 0},
		"in a new tab":          {testworld.Scene{Show: testworld.ShowPasswordThen, Password: right, Press: testworld.PressTab}, nil, nil, 0, 0},
		"spent before": {testworld.Scene{Show: testworld.ShowPasswordFirst, Password: right}, func(o *Order, _ *Options) {
			o.PasswordUsed = func(context.Context) error { return errors.New("used") }
		}, nil, 0, 0},
		"not readable": {testworld.Scene{Show: testworld.ShowPasswordFirst, Password: right}, func(o *Order, _ *Options) {
			o.Password = func(context.Context) (string, error) { return "", os.ErrNotExist }
		}, nil, 0, 0},
		"nobody counts": {testworld.Scene{Show: testworld.ShowPasswordFirst, Password: right}, func(o *Order, _ *Options) { o.PasswordUsed = nil }, nil, 0, 0},
		"code instead":  {testworld.Scene{Show: testworld.ShowTwoFactor, Password: right}, nil, nil, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			order, before := order, c.s.o
			defer func() { c.s.o = before }()
			c.s.o.Test.PasswordHosts = []string{c.accounts.Host()}
			if test.change != nil {
				test.change(&order, &c.s.o)
			}
			spent = 0
			_, urls, err := c.visitFor(t, test.scene, order)
			if given := c.accounts.Passwords(); !slices.Equal(given, test.typed) || spent != test.spent {
				t.Errorf("typed %q and spent %d, want %q and %d", given, spent, test.typed, test.spent)
			}
			if test.urls > 0 {
				if err != nil {
					t.Fatal(err)
				}
				c.signedURLs(t, urls, test.urls)
				return
			}
			wall, ok := errors.AsType[*Wall](err)
			if !ok {
				t.Fatalf("visit = %v, want a wall", err)
			}
			if strings.Contains(err.Error()+wall.Page+fault.HintOf(err), right) {
				t.Errorf("the password is told: %v, %q", err, wall.Page)
			}
			if shown := wall.Screenshot != nil; shown == test.scene.Echo {
				t.Errorf("screenshot: %v, with the password on the page: %v", shown, test.scene.Echo)
			}
		})
	}
}
