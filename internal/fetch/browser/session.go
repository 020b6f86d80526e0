package browser

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"github.com/igwatchd/igwatchd/internal/fault"
)

const windowWidth, windowHeight = 1280, 1600 // pixels

// session is one running headless Chromium. Its context ends with it.
type session struct {
	ctx     context.Context
	o       Options
	tunnel  *tunnel
	wire    *wire
	closers []func() // called from the last to the first
}

// start starts a Chromium that can reach the network through the tunnel only. ctx bounds its life.
func start(ctx context.Context, o Options) (_ *session, err error) {
	program, err := o.program()
	if err != nil {
		return nil, err
	}
	if o.Dial == nil {
		return nil, fault.Configuration(fmt.Errorf("start Chromium: no dialer checks its addresses"), "")
	}
	s := &session{o: o}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	release, err := o.hold()
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, release)
	if err := o.unlockStale(); err != nil {
		return nil, err
	}
	static := o.StaticHosts
	if static == nil {
		static = DefaultStaticHosts
	}
	t, err := listen(ctx, o.Dial, append(append([]string(nil), o.LinkHosts...), static...))
	if err != nil {
		return nil, err
	}
	s.tunnel = t
	s.closers = append(s.closers, t.close)
	out := &tail{}
	var cmd *exec.Cmd
	allocator, end := chromedp.NewExecAllocator(ctx, append(s.flags(), chromedp.ExecPath(program), chromedp.CombinedOutput(out),
		chromedp.ProxyServer("http://"+t.address()),
		chromedp.ModifyCmdFunc(func(c *exec.Cmd) { cmd = c; ownGroup(c) }))...)
	s.closers = append(s.closers, func() {
		end()
		if cmd != nil && cmd.Process != nil {
			sweep(cmd.Process.Pid, o.Profile)
			_ = o.unlockStale() // or the next start does it
		}
	})
	quiet := func(string, ...any) {} // its words may hold addresses
	tab, cancel := chromedp.NewContext(allocator, chromedp.WithLogf(quiet), chromedp.WithErrorf(quiet))
	s.closers = append(s.closers, func() {
		// A browser that is asked to close writes its cookies; one that does not within 5 seconds is killed.
		ending, stop := context.WithTimeout(context.WithoutCancel(tab), 5*time.Second)
		defer stop()
		if tab.Err() == nil && cmd != nil && cmd.Process != nil {
			_ = chromedp.Cancel(ending)
		}
		cancel()
	})
	s.ctx = tab
	if err := chromedp.Do(tab); err != nil {
		return nil, out.explain(fmt.Errorf("start Chromium: %w", err))
	}
	// The second line of defence: the first is that the tunnel knows no host of bytes.
	_, err = chromedp.CallBrowser(tab, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorDeny, EventsEnabled: new(true),
	})
	if err != nil {
		return nil, fault.Temporary(fmt.Errorf("forbid Chromium to write downloads: %w", err), "")
	}
	if s.wire, err = s.intercept(); err != nil {
		return nil, fault.Temporary(fmt.Errorf("watch Chromium's requests: %w", err), "")
	}
	s.closers = append(s.closers, s.wire.close)
	return s, nil
}

func (s *session) close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		s.closers[i]()
	}
	s.closers = nil
}

func (s *session) flags() []chromedp.ExecAllocatorOption {
	all := []chromedp.ExecAllocatorOption{
		chromedp.Headless, chromedp.UserDataDir(s.o.Profile), chromedp.WindowSize(windowWidth, windowHeight), chromedp.DisableGPU,
		chromedp.Flag("proxy-bypass-list", "<-loopback>"), // or loopback would go around the tunnel
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("force-webrtc-ip-handling-policy", "disable_non_proxied_udp"),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-default-apps", true),
		chromedp.Flag("disable-extensions", true), chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter"),
		chromedp.Flag("no-sandbox", false),                                                                  // chromedp adds it as root by itself otherwise
		chromedp.Flag("renderer-process-limit", "3"), chromedp.Flag("js-flags", "--max-old-space-size=512"), // MB, for each
		chromedp.Flag("disk-cache-size", "67108864"), chromedp.Flag("media-cache-size", "1048576"), // bytes
	}
	for _, flag := range append(append([]string(nil), flags...), s.o.Test.flags()...) {
		name, value, found := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
		if found {
			all = append(all, chromedp.Flag(name, value))
		} else {
			all = append(all, chromedp.Flag(name, true))
		}
	}
	return all
}

// tail keeps the last of what Chromium says, to explain why it did not start.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if extra := len(t.buf) - 8<<10; extra > 0 {
		t.buf = append(t.buf[:0], t.buf[extra:]...)
	}
	return len(b), nil
}

func (t *tail) explain(err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch said := bytes.ToLower(t.buf); {
	case bytes.Contains(said, []byte("sandbox")), bytes.Contains(said, []byte("namespace")):
		return fault.Configuration(fmt.Errorf("%w: its sandbox is not possible here", err),
			"run igwatchd as your own user (igwatchd service install --user): the hardened system service forbids what Chromium's sandbox needs")
	case bytes.Contains(said, []byte("singletonlock")), bytes.Contains(said, []byte("process singleton")), bytes.Contains(said, []byte("existing browser session")):
		return fault.Temporary(fmt.Errorf("%w: another Chromium uses the profile", err), "close that Chromium; igwatchd tries again by itself")
	}
	return fault.Temporary(err, "try Chromium by hand as the user that igwatchd runs as")
}
