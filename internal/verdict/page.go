package verdict

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// Picture is one of the person's own, small, decoded from the stored copy: what a
// person recognises proves more to them than any checksum.
type Picture struct {
	Year    int
	Caption string // of its post
	JPEG    []byte
}

// Source is the picture as a part of the page.
func (p Picture) Source() template.URL {
	return template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(p.JPEG)) //nolint:gosec // base64 of our own encoder's output
}

// Alt describes the picture to those who do not see it.
func (p Picture) Alt() string {
	if p.Caption == "" {
		return fmt.Sprintf("a picture of %d", p.Year)
	}
	return fmt.Sprintf("a picture of %d: %s", p.Year, p.Caption)
}

// Page writes the evidence for a verdict as one HTML file that needs no script,
// no network and nothing beside it. id is how the export is called.
func Page(w io.Writer, id string, f Facts, v Verdict, pictures []Picture, made Made) error {
	data := struct {
		Evidence
		Title    string
		Pictures []Picture
		Unseen   string // what is to be said about years without a picture
		Damaged  bool
	}{
		Evidence: Gather(id, f, v, made), Title: strings.ReplaceAll(v.Verdict, "-", " "), Damaged: damaged(f),
	}
	if f.Account != "" {
		data.Title = words.Visible(f.Account) + ": " + data.Title
	}
	for _, p := range pictures {
		p.Caption = words.Calm(p.Caption)
		data.Pictures = append(data.Pictures, p)
	}
	if f.Report != nil {
		data.Unseen = unseen(f.Report, data.Chart, pictures)
	}
	if err := pageTemplate.Execute(w, data); err != nil {
		return fmt.Errorf("write evidence page: %w", err)
	}
	return nil
}

// unseen says of which years no picture could be shown. A missing one must not look like a picture of nothing.
func unseen(r *inspect.Report, c *Chart, pictures []Picture) string {
	const why = "Most often the archive holds only videos of that time, or pictures of a kind that this page cannot show, or they are missing."
	switch {
	case len(pictures) == 0 && r.Counts.Media == 0:
		return "There are no pictures in the archive."
	case len(pictures) == 0:
		return "No picture from the archive could be shown here. " + why
	case c == nil:
		return ""
	}
	var years []int
	for _, y := range c.Years {
		if !y.Gap() && !slices.ContainsFunc(pictures, func(p Picture) bool { return p.Year == y.Year }) {
			years = append(years, y.Year)
		}
	}
	if len(years) == 0 {
		return ""
	}
	return "No picture could be shown of " + spans(years) + ". " + why
}
