package browser

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
)

// Bounds of what is read of a page.
const (
	maxElements = 20_000
	maxText     = 2 << 20 // bytes of text in the document
	maxNodes    = 60_000  // of the accessibility tree
	maxDepth    = 400
	maxPiece    = 2_000 // bytes of one piece of text
	maxControls = 60
	maxCard     = 2_000 // nodes of one export's card
)

// view is what a tab shows at one moment: its accessibility tree, in the order of the document, because roles and
// words stay where class names change with each release.
type view struct {
	fields
	host, path string
	status     int  // HTTP status of the document; 0: not known
	secure     bool // the document came over verified TLS
	nodes      []node
}

// node is one node of the tree. Its descendants are the nodes behind it, up to end.
type node struct {
	role, name  string
	id          cdp.BackendNodeID
	parent, end int // indices
}

// fields is what the accessibility tree does not tell: what kinds of input are visible. look reads it.
type fields struct {
	Elements  int    `json:"elements"`
	Text      int    `json:"text"`
	Passwords int    `json:"passwords"` // for a password
	Names     int    `json:"names"`     // for a user name, an e-mail address, a telephone number
	Codes     int    `json:"codes"`     // for a one-time code
	Frames    bool   `json:"frames"`    // a frame of a kind that asks to prove being human
	Action    string `json:"action"`    // where the password's form leads
	Ready     bool   `json:"ready"`
}

// look is a script that returns fields as JSON.
const look = `(() => {
const shown = e => { const r = e.getBoundingClientRect(); return r.width > 1 && r.height > 1 && getComputedStyle(e).visibility !== "hidden" };
const f = {elements: document.getElementsByTagName("*").length, text: document.body ? document.body.textContent.length : 0,
	passwords: 0, names: 0, codes: 0, action: "", ready: document.readyState !== "loading",
	frames: [...document.getElementsByTagName("iframe")].slice(0, 50).some(e => shown(e) && /captcha|checkpoint|challenge/i.test(e.src + " " + e.title))};
for (const e of [...document.getElementsByTagName("input")].slice(0, 200)) {
	if (!shown(e) || e.disabled) continue;
	if (/one-time-code/.test(e.autocomplete) || e.inputMode === "numeric" && e.type !== "password") f.codes++;
	else if (e.type === "password") {
		f.passwords++;
		try { f.action = new URL(e.form && e.form.getAttribute("action") || "", location.href).href } catch { f.action = "?" }
	} else if (["text", "email", "tel"].includes(e.type)) f.names++;
}
return JSON.stringify(f);
})()`

// readTree puts the protocol's nodes, which come in any order, into the order of the document. A tree that
// makes no sense, or is too large or too deep, is read as far as it goes; cut says so.
func readTree(list []*accessibility.Node) (nodes []node, cut bool) {
	byID := make(map[accessibility.NodeID]*accessibility.Node, len(list))
	for _, n := range list {
		byID[n.NodeID] = n
	}
	var add func(n *accessibility.Node, parent, depth int)
	add = func(n *accessibility.Node, parent, depth int) {
		if depth > maxDepth || len(nodes) >= maxNodes {
			cut = true
			return
		}
		delete(byID, n.NodeID) // each node once: a circle ends
		role := textOf(n.Role)
		if role == "InlineTextBox" {
			return
		}
		at := len(nodes)
		nodes = append(nodes, node{role: role, name: textOf(n.Name), id: n.BackendDOMNodeID, parent: parent})
		if n.Ignored {
			nodes[at].role, nodes[at].name = "", ""
		}
		for _, id := range n.ChildIDs {
			if child := byID[id]; child != nil {
				add(child, at, depth+1)
			}
		}
		nodes[at].end = len(nodes)
	}
	if len(list) > 0 {
		add(list[0], -1, 0)
	}
	return nodes, cut
}

func textOf(v *accessibility.Value) string {
	var s string
	if v == nil || json.Unmarshal(v.Value, &s) != nil {
		return ""
	}
	return strings.ToValidUTF8(s[:min(len(s), maxPiece)], "")
}

// pieces are the texts below a node, in order, each as the page holds it.
func (p *view) pieces(at int) (all []string) {
	if at >= len(p.nodes) {
		return nil
	}
	for _, n := range p.nodes[at:p.nodes[at].end] {
		if n.role == "StaticText" {
			if s := strings.Join(strings.Fields(n.name), " "); s != "" {
				all = append(all, s)
			}
		}
	}
	return all
}

func (p *view) text(at int) string { return strings.Join(p.pieces(at), " ") }

// front is the dialog that covers the page, or the page.
func (p *view) front() int {
	for i, n := range slices.Backward(p.nodes) {
		if n.role == "dialog" || n.role == "alertdialog" {
			return i
		}
	}
	return 0
}

// controls are the places below a node to press for a download: by role and name, or, where a page gives no roles,
// by their text alone.
func (p *view) controls(at int) (all []int) {
	if at >= len(p.nodes) {
		return nil
	}
	for i := at; i < p.nodes[at].end && len(all) <= maxControls; i++ {
		switch n := p.nodes[i]; n.role {
		case "button", "link", "menuitem":
			if downloadWords[fold(n.name)] {
				all = append(all, i)
			}
		case "StaticText":
			if downloadWords[fold(n.name)] && !p.within(i, "button", "link", "menuitem", "heading", "tab", "option", "listbox", "navigation") {
				all = append(all, i)
			}
		}
	}
	return all
}

// within tells whether a node is below one of these roles.
func (p *view) within(at int, roles ...string) bool {
	for i := p.nodes[at].parent; i >= 0; i = p.nodes[i].parent {
		if slices.Contains(roles, p.nodes[i].role) {
			return true
		}
	}
	return false
}
