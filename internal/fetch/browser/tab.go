package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// tab is one of Chromium's pages. Scripts of ours run in a world of their own: they see the document, and the
// page's scripts do not see them.
type tab struct {
	ctx   context.Context
	outer context.Context // of Chromium's whole life
	frame cdp.FrameID
	close func() // nil: stays open

	mu  sync.Mutex
	doc *network.Response // the document's; nil: not seen
}

// openTab watches the tab of a chromedp context, as long as the visit lasts.
func openTab(visit, outer context.Context) (*tab, error) {
	if err := chromedp.Do(outer); err != nil {
		return nil, fmt.Errorf("open a tab: %w", err)
	}
	ctx, cancel := context.WithCancelCause(outer)
	context.AfterFunc(visit, func() { cancel(context.Cause(visit)) })
	t := &tab{ctx: ctx, outer: outer, frame: cdp.FrameID(chromedp.FromContext(outer).Target.TargetID)}
	return t, chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*network.EventResponseReceived); ok && e.Type == network.ResourceTypeDocument && e.FrameID == t.frame {
			t.mu.Lock()
			t.doc = e.Response
			t.mu.Unlock()
		}
	})
}

func (t *tab) forget() {
	t.mu.Lock()
	t.doc = nil
	t.mu.Unlock()
}

// run evaluates a script in a world of its own, and returns what it returns, as JSON.
func (t *tab) run(script string, result any) error {
	world, err := t.world()
	if err != nil {
		return err
	}
	got, err := chromedp.Call(t.ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: script, ContextID: world, ReturnByValue: new(true), Timeout: 5000,
	})
	switch {
	case err != nil:
		return err
	case got.ExceptionDetails != nil:
		return fmt.Errorf("read the page: its document refuses")
	case result == nil:
		return nil
	}
	return json.Unmarshal(got.Result.Value, result)
}

func (t *tab) world() (runtime.ExecutionContextID, error) {
	got, err := chromedp.Call(t.ctx, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: t.frame, WorldName: "igwatchd"})
	return got.ExecutionContextID, err
}

// look reads the page as it is now. While a document gives way to the next one there is nothing to read: that is
// an empty page. An error means that the tab is gone, or the time is over.
func (t *tab) look() (*view, error) {
	p := &view{}
	var text, href string
	read := func() error {
		if err := t.run(look, &text); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), &p.fields); err != nil {
			return err
		}
		if err := t.run("location.href", &href); err != nil {
			return err
		}
		if p.Elements > maxElements || p.Text > maxText || !p.Ready {
			return nil
		}
		tree, err := chromedp.Call(t.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			return err
		}
		var cut bool
		if p.nodes, cut = readTree(tree.Nodes); cut {
			p.nodes = nil
		}
		return nil
	}
	err := read()
	if t.ctx.Err() != nil {
		return nil, context.Cause(t.ctx)
	}
	if err != nil {
		if _, alive := chromedp.CallBrowser(t.ctx, target.GetTargets, target.GetTargetsParams{}); alive != nil {
			return nil, fmt.Errorf("read the page: Chromium has ended: %w", alive)
		}
		return &view{}, nil
	}
	if u, err := url.Parse(href); err == nil {
		p.host, p.path = u.Host, u.Path
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.doc != nil && sameDocument(t.doc.URL, href) {
		p.status, p.secure = int(t.doc.Status), t.doc.SecurityState == security.StateSecure
	}
	return p, nil
}

// sameDocument compares addresses without what scripts change: path, query and fragment may move on, the host not.
func sameDocument(a, b string) bool {
	u, err := url.Parse(a)
	if err != nil {
		return false
	}
	v, err := url.Parse(b)
	return err == nil && u.Scheme == v.Scheme && u.Host == v.Host && !strings.HasPrefix(b, "chrome-error:")
}
