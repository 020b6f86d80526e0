package inspect

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html/atom"

	"github.com/igwatchd/igwatchd/internal/exportroot"
)

// link looks up what a page shows or links to.
func (p *page) link(element atom.Atom, ref string) {
	if strings.HasPrefix(ref, "data:") { // drawn in the page itself
		return
	}
	if ref == "" || !local(ref) {
		if ref == "" || p.block.depth > 0 { // else it is decoration: the logo of 2021 lies in the web
			p.reference("photos", ref)
		}
		return
	}
	switch name := p.resolve(ref); {
	case strings.HasPrefix(name, "files/"): // the export's own decoration
		p.named("", name, refOther, Info)
	case isPage(name):
		p.named("", name, refOther, Question)
	case element == atom.A && isSubtitles(name):
		p.reference("subtitles", name)
	default:
		p.reference("photos", name)
	}
}

// resolve returns the file that a local link leads to. Links are relative to the root where the page's base says so;
// a base that leads out of the export means its root.
func (p *page) resolve(ref string) string {
	ref, _, _ = strings.Cut(ref, "#")
	name := strings.TrimPrefix(path.Join("/", p.base, ref), "/")
	if len(p.union.find(name)) == 0 {
		if decoded, err := url.PathUnescape(name); err == nil {
			return decoded
		}
	}
	return name
}

// leadsToFile reports whether a link of a page leads to a file of the export. In messages and captions Instagram makes
// links of words with a dot in them: "no.please" is no file.
func (p *page) leadsToFile(ref string) bool {
	if ref == "" || !local(ref) {
		return false
	}
	name := p.resolve(ref)
	top, _, below := strings.Cut(name, "/")
	return p.block.depth == 0 || below && exportroot.IsTop(top) || len(p.union.find(name)) > 0
}

// isSubtitles reports whether a file holds, by its name, the subtitles of a video.
func isSubtitles(name string) bool {
	return slices.Contains([]string{".srt", ".vtt"}, strings.ToLower(path.Ext(name)))
}

var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)

// local reports whether a link leads to no other place than the export.
func local(ref string) bool {
	return !strings.HasPrefix(ref, "#") && !strings.HasPrefix(ref, "//") && !scheme.MatchString(ref)
}
