package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// emulate sets what the page is shown on, and a wish of the person.
func emulate(media, feature, value string) action {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media: media, Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
		})
		return chromedp.Void{}, err
	}
}

// TestOnPaperThereAreNoButtons: what only a screen needs is not printed, and each page can be.
func TestOnPaperThereAreNoButtons(t *testing.T) {
	v := open(t)
	for _, path := range []string{"/", "/export/years", "/export/demo", "/gallery/years", "/gallery/demo/entry/3?kind=post", "/gallery/demo/messages/0"} {
		v.do(emulate("screen", "prefers-color-scheme", "light"))
		v.open(path)
		const seen = `[...document.querySelectorAll("header nav, footer, form button, .g-top, .g-turn, [rel=up]")].filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 80)).join("\n")`
		if v.ask(seen) == "" {
			t.Errorf("%s: there is nothing that only a screen needs: the test sees nothing", path)
		}
		v.do(emulate("print", "prefers-color-scheme", "light"))
		if left := v.ask(seen); left != "" {
			t.Errorf("%s is printed with %s", path, left)
		}
		pdf, err := chromedp.Run(v.ctx, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
			made, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{})
			return made.Data, err
		})
		if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF")) || len(pdf) < 5000 {
			t.Errorf("%s: %d bytes of PDF, %v", path, len(pdf), err)
		}
	}
	v.quiet(v.origin + "/")
}

// TestNothingMovesForThoseWhoDoNotWantIt: no transition is left when reduced motion is wished for.
func TestNothingMovesForThoseWhoDoNotWantIt(t *testing.T) {
	v := open(t)
	const moving = `[...document.querySelectorAll("*")].filter((e) => getComputedStyle(e).transitionDuration !== "0s" || getComputedStyle(e).animationName !== "none").length + ""`
	for _, path := range []string{"/", "/gallery/years"} {
		v.do(emulate("screen", "prefers-reduced-motion", "no-preference"))
		v.open(path)
		if v.ask(moving) == "0" {
			t.Errorf("%s: nothing moves for anybody: the test sees nothing", path)
		}
		v.do(emulate("screen", "prefers-reduced-motion", "reduce"))
		if n := v.ask(moving); n != "0" {
			t.Errorf("%s: %s things move", path, n)
		}
	}
}
