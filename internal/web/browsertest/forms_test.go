package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// reach presses Tab until the focus is where the condition holds for the element e.
func (v *visit) reach(what, condition string) {
	v.t.Helper()
	for range 40 {
		v.do(chromedp.KeyEvent(kb.Tab))
		if v.ask(fmt.Sprintf(`(() => { const e = document.activeElement; return String(!!e && (%s)) })()`, condition)) == "true" {
			if v.ask(`getComputedStyle(document.activeElement).outlineStyle`) == "none" {
				v.t.Errorf("%s: nothing shows that it has the focus", what)
			}
			return
		}
	}
	v.t.Fatalf("Tab never comes to %s", what)
}

// TestFormsWithoutAMouse: the questions, the hand-over and the picture of a wall, with Tab, Space and Enter alone.
func TestFormsWithoutAMouse(t *testing.T) {
	v := open(t)
	v.open("/export/demo")
	v.reach("the first question", `e.name === "yes"`)
	v.do(chromedp.KeyEvent(" "))
	if v.ask(`String(document.activeElement.checked)`) != "true" {
		t.Error("Space does not tick the answer")
	}
	v.reach("the button below the questions", `e.innerText === "Save my answers"`)
	v.ask(`window.before = "sent"`)
	v.do(chromedp.KeyEvent(kb.Enter), until(`window.before === undefined && document.readyState === "complete"`)) // another page, at the same address

	v.open("/handover")
	for what, condition := range map[string]string{
		"the file chooser": `e.id === "files"`, "the address": `e.id === "url"`, "the downloads folder": `e.getAttribute("href") === "/downloads"`,
	} {
		v.open("/handover")
		v.reach(what, condition)
	}
	v.do(chromedp.KeyEvent(kb.Escape))

	v.open("/export/wall")
	if v.ask(`String(document.querySelector(".wall").checkVisibility())`) == "true" {
		t.Error("the picture is shown without a click")
	}
	v.reach("the picture of the page", `e.tagName === "SUMMARY"`)
	v.do(chromedp.KeyEvent(kb.Enter), until(`document.querySelector(".wall").checkVisibility() && document.querySelector(".wall").naturalWidth === 1280`))
	if alt := v.ask(`document.querySelector(".wall").alt`); alt == "" {
		t.Error("the picture has no words")
	}
	v.quiet(v.origin + "/")
}
