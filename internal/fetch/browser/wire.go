package browser

import (
	"context"
	"net/http"
	"net/url"
	"sync"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// wire sees each request of all of Chromium's tabs before it leaves. One for a host of bytes never leaves: it is
// what a press on Download was for. The tunnel stays the guard; it would refuse the same requests.
type wire struct {
	s    *session
	stop context.CancelFunc
	busy sync.WaitGroup

	mu     sync.Mutex
	tops   map[cdp.FrameID]bool // frames that are whole tabs
	caught []catch              // since clear
	stray  string               // a host off the lists that a tab was led to
}

// catch is a request for a host of bytes, or a download that came from elsewhere.
type catch struct {
	url    string // secret
	method string
	own    bool // made by the page itself (blob:, data:) or sent by a host that is none of bytes
}

func (s *session) intercept() (*wire, error) {
	ctx, stop := context.WithCancel(s.ctx)
	w := &wire{s: s, stop: stop, tops: map[cdp.FrameID]bool{cdp.FrameID(chromedp.FromContext(s.ctx).Target.TargetID): true}}
	if err := chromedp.ListenBrowser(ctx, w.event); err != nil {
		stop()
		return nil, err
	}
	all := []*fetch.RequestPattern{{URLPattern: "*", RequestStage: fetch.RequestStageRequest}}
	if _, err := chromedp.CallBrowser(ctx, fetch.Enable, fetch.EnableParams{Patterns: all}); err != nil {
		stop()
		return nil, err
	}
	return w, nil
}

func (w *wire) close() {
	w.stop()
	w.busy.Wait()
}

// event runs on the goroutine that reads Chromium's messages, and must not wait.
func (w *wire) event(ev any) {
	switch e := ev.(type) {
	case *target.EventTargetCreated:
		if e.TargetInfo.Type == "page" {
			w.mu.Lock()
			w.tops[cdp.FrameID(e.TargetInfo.TargetID)] = true
			w.mu.Unlock()
		}
	case *fetch.EventRequestPaused:
		w.busy.Go(func() { w.answer(e) })
	case *browser.EventDownloadWillBegin: // it is denied
		if u, err := url.Parse(e.URL); err == nil && w.s.bytes(u) {
			w.add(catch{url: e.URL, method: http.MethodGet})
		} else {
			w.add(catch{own: true})
		}
	}
}

func (w *wire) answer(e *fetch.EventRequestPaused) {
	refuse := func(reason network.ErrorReason) {
		// A tab that is gone meanwhile has no request to refuse.
		_, _ = chromedp.CallBrowser(w.s.ctx, fetch.FailRequest, fetch.FailRequestParams{RequestID: e.RequestID, ErrorReason: reason})
	}
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		refuse(network.ErrorReasonBlockedByClient)
		return
	}
	w.mu.Lock()
	top := w.tops[e.FrameID] && e.ResourceType == network.ResourceTypeDocument
	w.mu.Unlock()
	switch {
	case w.s.bytes(u):
		switch e.ResourceType {
		case network.ResourceTypeDocument, network.ResourceTypeXHR, network.ResourceTypeFetch, network.ResourceTypeOther:
			w.add(catch{url: e.Request.URL, method: e.Request.Method})
		}
		refuse(network.ErrorReasonAborted) // a tab stays where it was
	case top && u.Scheme != "data" && (u.Scheme != "https" || !listed(w.s.o.LinkHosts, u.Host)):
		w.mu.Lock()
		w.stray = shown(u)
		w.mu.Unlock()
		refuse(network.ErrorReasonBlockedByClient)
	default:
		_, _ = chromedp.CallBrowser(w.s.ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID})
	}
}

func (w *wire) add(c catch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.caught) < 100 {
		w.caught = append(w.caught, c)
	}
}

func (w *wire) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.caught, w.stray = nil, ""
}

// any tells whether there is a result.
func (w *wire) any() bool {
	url, err := w.result()
	return url != "" || err != nil
}

// result is what the requests since clear amount to: a URL, or an error, or neither yet.
func (w *wire) result() (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.caught {
		if !c.own && c.method == http.MethodGet {
			return c.url, nil
		}
	}
	switch {
	case w.stray != "":
		return "", stop(WallElsewhere, "to "+w.stray)
	case len(w.caught) > 0 && w.caught[0].own:
		return "", stop(WallUnknown, "Download led to a file that did not come from a host in byte_hosts")
	case len(w.caught) > 0:
		return "", stop(WallUnknown, "Download sends a form, which cannot be repeated without the browser")
	}
	return "", nil
}

// bytes tells whether u is on a host of bytes, and as safe as such a URL has to be.
func (s *session) bytes(u *url.URL) bool {
	return u.Scheme == "https" && u.User == nil && u.Host != "" && listed(s.o.ByteHosts, u.Host)
}
