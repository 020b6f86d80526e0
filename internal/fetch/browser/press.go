package browser

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// fetchURL presses Download for one part, and returns the URL that the press led to.
func (v *visit) fetchURL(offer Offer, number int) (string, error) {
	v.closeOthers()
	p, control, err := v.locate(offer, number)
	if err != nil {
		return "", err
	}
	if v.order.Stopped != nil && v.order.Stopped() {
		return "", fault.Permanent(ErrStopped, "")
	}
	v.wire.clear()
	if err := v.press(p, control); err != nil {
		return "", err
	}
	return v.await(p)
}

// locate finds the part's control on the page. The page may have gone elsewhere since the last press, or lie under
// a dialog; then it is opened anew.
func (v *visit) locate(offer Offer, number int) (*view, int, error) {
	for try := range 2 {
		p, err := v.main.look()
		if err != nil {
			return nil, 0, err
		}
		if p.judge() == "" {
			chosen, err := p.choose(p.cards(), v.order.Account, v.order.Announced)
			if err == nil && chosen.offer.Range == offer.Range && chosen.offer.Requested.Equal(offer.Requested) {
				for i, n := range chosen.numbers {
					if n == number {
						return p, chosen.controls[i], nil
					}
				}
			}
		}
		if try > 0 {
			break
		}
		v.wire.clear()
		if err := v.open(); err != nil {
			return nil, 0, err
		}
		if _, _, err := v.find(); err != nil {
			return nil, 0, err
		}
	}
	return nil, 0, stop(WallUnknown, fmt.Sprintf("part %d is not offered any more", number))
}

// onTop is a function that tells whether a point of the page belongs to the node, and nothing lies over it.
const onTop = `function(x, y) {
const e = this.nodeType === Node.TEXT_NODE ? this.parentElement : this;
const hit = e.getRootNode().elementFromPoint(x, y);
return !!hit && (e === hit || e.contains(hit) || hit.contains(e) && hit.textContent.trim() === e.textContent.trim());
}`

// press clicks into the middle of a node, as a person's mouse does.
func (v *visit) press(p *view, control int) error {
	id := p.nodes[control].id
	failed := func(err error) error { return fmt.Errorf("press Download: %w", err) }
	if _, err := chromedp.Call(v.ctx, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: id}); err != nil {
		return failed(err)
	}
	got, err := chromedp.Call(v.ctx, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: id})
	if err != nil {
		return failed(err)
	}
	if len(got.Quads) == 0 || len(got.Quads[0]) != 8 {
		return stop(WallUnknown, "the Download button has no place on the page")
	}
	var x, y float64
	for i := 0; i < 8; i += 2 {
		x, y = x+got.Quads[0][i]/4, y+got.Quads[0][i+1]/4
	}
	free, err := v.onTop(id, x, y)
	if err != nil {
		return failed(err)
	}
	if !free {
		return stop(WallUnknown, "something lies over the Download button")
	}
	for _, kind := range []input.DispatchMouseEventType{
		input.DispatchMouseEventTypeMouseMoved, input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased,
	} {
		event := input.DispatchMouseEventParams{Type: kind, X: x, Y: y}
		if kind != input.DispatchMouseEventTypeMouseMoved {
			event.Button, event.ClickCount = input.MouseButtonLeft, 1
		}
		if _, err := chromedp.Call(v.ctx, input.DispatchMouseEvent, event); err != nil {
			return failed(err)
		}
	}
	return nil
}

func (v *visit) onTop(id cdp.BackendNodeID, x, y float64) (bool, error) {
	world, err := v.main.world()
	if err != nil {
		return false, err
	}
	resolved, err := chromedp.Call(v.ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: id, ExecutionContextID: world})
	if err != nil {
		return false, err
	}
	return chromedp.Run(v.ctx, chromedp.CallFunctionOn[bool](onTop, func(c *runtime.CallFunctionOnParams) { c.ObjectID = resolved.Object.ObjectID }, x, y))
}

// await waits for what a press leads to: a URL, a wall in this tab or a new one, or a dialog that asks once more.
func (v *visit) await(before *view) (string, error) {
	began, confirmed := time.Now(), false
	var since time.Time
	last := ""
	for {
		if url, err := v.wire.result(); url != "" || err != nil {
			return url, err
		}
		others, err := v.others()
		if err != nil {
			return "", err
		}
		for _, t := range append([]*tab{v.main}, others...) {
			p, err := t.look()
			if err != nil {
				if v.ctx.Err() == nil && t != v.main {
					continue // a tab that closed itself
				}
				return "", err
			}
			wall := p.judge()
			front := p.front()
			if wall == "" && t == v.main && front > 0 && before.front() == 0 && !confirmed {
				if inside := p.controls(front); len(inside) == 1 {
					confirmed, began = true, time.Now()
					if err := v.press(p, inside[0]); err != nil {
						return "", err
					}
					break
				} else if len(inside) > 1 {
					return "", stop(WallUnknown, "Download opens a list of its own")
				}
			}
			if wall == "" {
				continue
			}
			if now := fmt.Sprint(wall, p.path, p.text(0)); now != last {
				last, since = now, time.Now()
			} else if time.Since(since) >= v.limits.steady {
				v.at = t
				if wall != WallPassword {
					return "", stop(wall, "after Download was pressed")
				}
				if err := v.enterPassword(t, p); err != nil {
					return "", err
				}
				last, began = "", time.Now()
			}
		}
		if time.Since(began) > v.limits.press {
			return "", stop(WallUnknown, "Download was pressed, and no file came")
		}
		if err := v.pause(); err != nil {
			return "", err
		}
	}
}

// others attaches to the tabs that a press has opened. Their contexts end with the visit's.
func (v *visit) others() ([]*tab, error) {
	infos, err := chromedp.Targets(v.ctx)
	if err != nil {
		return nil, err
	}
	var all []*tab
	for _, info := range infos {
		if info.Type != "page" || cdp.FrameID(info.TargetID) == v.main.frame {
			continue
		}
		if t := v.extra[info.TargetID]; t != nil {
			all = append(all, t)
			continue
		}
		ctx, cancel := chromedp.NewContext(v.session.ctx, chromedp.WithTargetID(info.TargetID))
		t, err := openTab(v.ctx, ctx)
		if err != nil {
			cancel()
			continue // a tab that closed itself meanwhile
		}
		t.close = cancel
		v.extra[info.TargetID] = t
		all = append(all, t)
	}
	return all, nil
}

// closeOthers closes every tab but the first.
func (v *visit) closeOthers() {
	for id, t := range v.extra {
		t.close()
		delete(v.extra, id)
	}
	if v.main == nil {
		return
	}
	ctx, cancel := context.WithTimeout(v.session.ctx, 5*time.Second)
	defer cancel()
	infos, err := chromedp.Targets(ctx)
	if err != nil {
		return // Chromium is gone, and its tabs with it
	}
	for _, info := range infos {
		if info.Type == "page" && cdp.FrameID(info.TargetID) != v.main.frame {
			_, _ = chromedp.CallBrowser(ctx, target.CloseTarget, target.CloseTargetParams{TargetID: info.TargetID})
		}
	}
}
