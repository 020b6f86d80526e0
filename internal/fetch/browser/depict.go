package browser

import (
	"context"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const maxScreenshot = 1 << 20 // bytes

// depict adds to a wall what the page looks like, if that can be had: a wall without a picture is one all the same.
func (v *visit) depict(w *Wall) {
	if v.at == nil || w.Kind == WallOffline || w.Kind == WallCertificate {
		return
	}
	// The visit's own time may be over.
	ctx, cancel := context.WithTimeout(v.at.outer, 10*time.Second)
	defer cancel()
	t := &tab{ctx: ctx, frame: v.at.frame}
	p, err := t.look()
	if err != nil {
		return
	}
	w.Page = redact(p.text(0), 600, v.secret)
	if !v.conceal(t) {
		return
	}
	for _, scale := range []float64{1, 0.5, 0.25} {
		got, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
			Format: page.CaptureScreenshotFormatPng, Clip: &page.Viewport{Width: windowWidth, Height: windowHeight, Scale: scale},
		})
		if err != nil {
			return
		}
		if len(got.Data) <= maxScreenshot {
			w.Screenshot = got.Data
			return
		}
	}
}
