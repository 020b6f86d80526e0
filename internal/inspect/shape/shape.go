// Package shape prints the skeleton of an archive: which files there are, which keys and elements are in them, how
// often, and of what kind each value is. It is for people who want to report an export that igwatchd does not
// know, and do not want to show anybody what is in it.
//
// It fails closed: a name, a key or a class is shown only if it is made of words that Instagram's exports are made of,
// and stands where no person has put it. Everything else is replaced: names by NAME, numbers by N, values by
// what they are, times by their years, sizes by their first digit.
package shape

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/inspect"
)

const (
	maxUnpacked = 4 << 30 // bytes of one entry that are unpacked
	maxLooked   = 50      // files of a kind whose first bytes are looked at
)

// group is all files whose names have the same form.
type group struct {
	name    string
	files   int
	bytes   int64
	content map[string]int
	tree    tree
}

// drawing is the state of one call of [Print].
type drawing struct {
	groups  map[string]*group
	dropped int
}

// Print writes the skeleton of the parts of an export. The same parts give the same text. It fails if a part
// cannot be read from its disk or w cannot be written; damage is part of the skeleton.
func Print(ctx context.Context, w io.Writer, parts []inspect.Part) error {
	out := bufio.NewWriter(w)
	d := &drawing{groups: make(map[string]*group)}
	p := &printer{w: out, seen: make(map[string]bool)}
	p.line(head)
	for i, one := range parts {
		about, err := d.part(ctx, one)
		if err != nil {
			return fmt.Errorf("part %d: %w", i+1, err)
		}
		p.line(fmt.Sprintf("part %d: %s, %s", i+1, maskZip(one.Name), about))
	}
	for _, name := range slices.Sorted(maps.Keys(d.groups)) {
		d.groups[name].print(p)
	}
	if d.dropped > 0 {
		p.line(fmt.Sprintf("\n… and %d files of more kinds than fit here", d.dropped))
	}
	return out.Flush()
}

const head = `The skeleton of an Instagram export. No name, text, number or date of the export is in it:
NAME, N, KEY, LABEL, CLASS, TAG, ATTRIBUTE and EXT stand for what igwatchd does not know or may be personal.
Read it before you send it. If one of these stands for a word of Instagram's, you can say so.
`

// part adds one zip, and says what it is.
func (d *drawing) part(ctx context.Context, p inspect.Part) (string, error) {
	var (
		n, folders, encrypted, special int
		methods                        = make(map[uint16]int)
		years                          span
		failed                         error
	)
	listed, err := entries(ctx, p, func(e inspect.Entry) {
		if failed = ctx.Err(); failed != nil {
			return
		}
		n++
		if strings.HasSuffix(e.Name, "/") {
			folders++
			return
		}
		methods[e.Method]++
		if e.Flags&flagEncrypted != 0 {
			encrypted++
		}
		if e.Special {
			special++
		}
		if y := e.Time.Year(); y > 1980 && y < 2040 {
			years.add(y)
		}
		d.file(p, e)
	})
	if err = errors.Join(err, failed); err != nil {
		return "", err
	}
	about := []string{about(p.Size), times("entry", n)}
	if !listed {
		about = append(about, "table of contents damaged or missing: found by looking for files")
	}
	if y := years.String(); y != "" {
		about = append(about, "files of "+y)
	}
	for _, m := range slices.Sorted(maps.Keys(methods)) {
		about = append(about, times(fmt.Sprintf("method %d", m), methods[m]))
	}
	for _, x := range []struct {
		what string
		n    int
	}{{"folder", folders}, {"encrypted", encrypted}, {"link or device", special}} {
		if x.n > 0 {
			about = append(about, times(x.what, x.n))
		}
	}
	return strings.Join(about, ", "), nil
}

// file adds one file to its group.
func (d *drawing) file(p inspect.Part, e inspect.Entry) {
	name := maskPath(strings.ReplaceAll(e.Name, `\`, "/"))
	if strings.Contains(e.Name, `\`) {
		name += " (backslashes)"
	}
	g := d.groups[name]
	if g == nil {
		if len(d.groups) == maxGroups {
			d.dropped++
			return
		}
		g = &group{name: name, content: make(map[string]int)}
		d.groups[name] = g
	}
	g.files++
	g.bytes += e.Size
	r, ok := open(p, e)
	switch ext := strings.ToLower(path.Ext(e.Name)); {
	case !ok:
		g.content["cannot be opened"]++
	case ext == ".json":
		g.content[g.read(r, g.tree.readList)]++
	case ext == ".html":
		g.content[g.read(r, g.tree.readPage)]++
	case g.files <= maxLooked:
		g.content[kind(r)]++
	}
}

// read adds the content of a file by one of the tree's readers, and says how that went.
func (g *group) read(r io.Reader, add func(io.Reader) error) string {
	br := bufio.NewReader(r)
	first, err := br.Peek(3)
	switch {
	case len(first) == 0 && errors.Is(err, io.EOF):
		return "empty"
	case bytes.HasPrefix(first, []byte("\xef\xbb\xbf")):
		br.Discard(3) //nolint:errcheck // they were seen
		return strings.TrimSpace(g.read(br, add) + " with a byte order mark")
	case bytes.HasPrefix(first, []byte("\xff\xfe")), bytes.HasPrefix(first, []byte("\xfe\xff")):
		return "UTF-16"
	}
	switch err := add(br); {
	case err == nil:
		return ""
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "cut off"
	}
	return "damaged, or of another kind"
}

// kind says what a file begins like.
func kind(r io.Reader) string {
	b := make([]byte, 512)
	n, _ := io.ReadFull(r, b) // what is there counts
	b = b[:n]
	switch {
	case n == 0:
		return "empty"
	case n > 12 && string(b[4:8]) == "ftyp":
		if brand := strings.TrimSpace(string(b[8:12])); brands[brand] {
			return "ftyp " + brand
		}
		return "ftyp"
	}
	mime, _, _ := strings.Cut(http.DetectContentType(b), ";")
	return mime
}

// brands of ISO media files.
var brands = set("isom iso2 iso4 iso5 iso6 mp41 mp42 avc1 M4A M4V M4VP qt heic heix hevc mif1 msf1 avif avis 3gp4 3gp5 3gp6 dash MSNV")

func (g *group) print(p *printer) {
	line := times(g.name, g.files) + ", " + about(g.bytes)
	for _, c := range slices.Sorted(maps.Keys(g.content)) {
		if c != "" {
			line += ", " + times(c, g.content[c])
		}
	}
	p.line("")
	p.line(line)
	p.tree(&g.tree)
}

// about is a number of bytes, with its first digit only.
func about(n int64) string {
	ten := int64(1)
	for n/ten >= 10 {
		ten *= 10
	}
	n = (n + ten/2) / ten * ten
	for _, u := range []struct {
		n  int64
		of string
	}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if n >= u.n {
			return fmt.Sprintf("about %d %s", n/u.n, u.of)
		}
	}
	return fmt.Sprintf("about %d bytes", n)
}
