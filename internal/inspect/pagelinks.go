package inspect

import (
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/html/atom"
)

// link looks up what a page shows or links to.
func (p *page) link(element atom.Atom, ref string) {
	if strings.HasPrefix(ref, "data:") { // drawn in the page itself
		return
	}
	if ref == "" || !local(ref) {
		if element == atom.Img || element == atom.Video || element == atom.Audio || p.class.own() {
			p.reference("photos", ref)
		}
		return
	}
	ref, _, _ = strings.Cut(ref, "#")
	name := path.Join(p.base, ref)
	if len(p.union.find(name)) == 0 {
		if decoded, err := url.PathUnescape(name); err == nil {
			name = decoded
		}
	}
	switch {
	case strings.HasPrefix(name, "files/"): // the export's own decoration
		p.named("", name, refOther, Info)
	case isPage(name):
		p.named("", name, refOther, Question)
	default:
		p.reference("photos", name)
	}
}

// local reports whether a link leads to a file of the export.
func local(ref string) bool {
	return !strings.HasPrefix(ref, "#") && !strings.Contains(ref, "://") && !strings.HasPrefix(ref, "//") &&
		!strings.HasPrefix(ref, "mailto:") && !strings.HasPrefix(ref, "javascript:") && !strings.HasPrefix(ref, "data:") && !strings.HasPrefix(ref, "tel:")
}

func hasClass(classes, want string) bool {
	for c := range strings.FieldsSeq(classes) {
		if c == want {
			return true
		}
	}
	return false
}
