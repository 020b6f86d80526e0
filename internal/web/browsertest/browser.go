package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// pollEvery is how often a page is asked whether it is there, and waitAtMost how long.
const (
	pollEvery  = 30 * time.Millisecond
	waitAtMost = 3 * time.Minute // for a machine that does much else
)

type action = chromedp.Action[chromedp.Void]

// startBrowser starts Debian's Chromium. It ends with ctx, or when stop is called.
func startBrowser(ctx context.Context, more ...chromedp.ExecAllocatorOption) (browser context.Context, stop func(), err error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, nil, fmt.Errorf("%w; on Debian: apt-get install chromium", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("force-color-profile", "srgb"))
	options = append(options, more...)
	allocated, end := chromedp.NewExecAllocator(ctx, options...)
	browser, cancel := chromedp.NewContext(allocated)
	stop = func() { cancel(); end() }
	if err := chromedp.Do(browser); err != nil {
		stop()
		return nil, nil, fmt.Errorf("start chromium: %w", err)
	}
	return browser, stop, nil
}

// enter lets the browser in, and waits until it is where the address leads to.
func enter(address string) []action {
	return []action{chromedp.Navigate(address), until(`document.readyState === "complete" && !location.pathname.startsWith("/enter")`)}
}

// size sets the window, in CSS pixels, and whether it is dark around the person.
func size(width, height int64, dark bool) []action {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	return []action{
		chromedp.EmulateViewport(width, height),
		func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			return chromedp.Void{}, err
		},
	}
}

// until waits for a condition in the page, also while it changes for another.
func until(condition string) action {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		ask := chromedp.Evaluate[bool](condition)
		for end := time.Now().Add(waitAtMost); ; {
			ok, err := ask(ctx, t)
			if ok && err == nil {
				return chromedp.Void{}, nil
			}
			if time.Now().After(end) {
				return chromedp.Void{}, errors.Join(fmt.Errorf("waited for %s", condition), err)
			}
			select {
			case <-ctx.Done():
				return chromedp.Void{}, ctx.Err()
			case <-time.After(pollEvery):
			}
		}
	}
}

// shown waits until all pictures in sight are there.
func shown() action {
	return until(`document.readyState === "complete" && [...document.images].every((i) => i.complete || !i.checkVisibility() || i.getBoundingClientRect().top > innerHeight)`)
}
