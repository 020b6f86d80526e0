package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// each is how often one kind of harm is done to one archive.
const each = 4

// heavy is from what size on an archive is not harmed, in bytes: it would be read too often.
const heavy = 150 << 20

// harm is something that goes wrong with an archive.
type harm struct {
	kind string
	// change returns what becomes of a file, and whether it stays. b is nil for media.
	change func(name string, b []byte) ([]byte, bool)
	cut    string // the file that loses its second half, or ""
}

// damage harms an archive in many ways, one at a time, and prints those that inspect has no word for. A harm
// counts as found when an error or a question is there that the whole archive does not have, or when the whole
// archive, as an earlier export, shows that something is gone.
func (b *bench) damage(ctx context.Context, a *archive) error {
	program := b.programs[len(b.programs)-1]
	whole := a.zips[len(a.zips)-1]
	if info, err := os.Stat(whole); err != nil || info.Size() > heavy || len(a.zips) > 1 {
		return err
	}
	before, err := inspect(ctx, program, a.zips)
	if err != nil {
		return err
	}
	harms, err := harmsOf(whole, rand.New(rand.NewPCG(uint64(a.number), 20)))
	if err != nil {
		return err
	}
	dir := filepath.Join(b.dir, fmt.Sprintf("%03d-harmed", a.number))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	found, compared := make(map[string]int), make(map[string]int)
	done := make(map[string]int)
	for _, h := range harms {
		to := filepath.Join(dir, filepath.Base(whole))
		if err := h.do(whole, to); err != nil {
			return err
		}
		done[h.kind]++
		r, err := inspect(ctx, program, []string{to})
		if err != nil {
			return err
		}
		if r.beyond(before) {
			found[h.kind]++
			continue
		}
		if r, err = inspect(ctx, program, []string{to}, "--before", whole); err != nil {
			return err
		}
		if r.tells("earlier-files", "earlier-larger", "less-than-before", "earlier-") {
			compared[h.kind]++
		}
	}
	if !b.headed {
		b.headed = true
		fmt.Println("| # | layout | harm | done | found | found beside the earlier export | silent |")
		fmt.Println("|---|---|---|---|---|---|---|")
	}
	kinds := make([]string, 0, len(done))
	for k := range done {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	for _, k := range kinds {
		fmt.Printf("| %d | %s %s | %s | %d | %d | %d | %d |\n", a.number, before.Generation, before.Format, k, done[k], found[k], compared[k], done[k]-found[k]-compared[k])
	}
	return nil
}

// beyond reports whether there is an error or a question that another report does not have.
func (r *report) beyond(o *report) bool {
	had := make(map[problem]bool)
	for _, p := range o.Problems {
		had[p] = true
	}
	return slices.ContainsFunc(r.Problems, func(p problem) bool { return p.Severity != "info" && !had[p] })
}

// tells reports whether one of some codes is in a report.
func (r *report) tells(codes ...string) bool {
	return slices.ContainsFunc(r.Problems, func(p problem) bool {
		return slices.ContainsFunc(codes, func(c string) bool { return strings.HasPrefix(p.Code, c) })
	})
}

// harmsOf thinks of harms that fit an archive.
func harmsOf(file string, r *rand.Rand) (all []harm, err error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	var media, messages []string
	var lists, pages []*zip.File
	for _, f := range z.File {
		switch {
		case strings.HasPrefix(path.Base(f.Name), "message_"):
			messages = append(messages, f.Name)
		case own(f.Name) && strings.HasSuffix(f.Name, ".json"):
			lists = append(lists, f)
		case own(f.Name) && strings.HasSuffix(f.Name, ".html"):
			pages = append(pages, f)
		case !isText(f.Name) && !strings.HasSuffix(f.Name, "/") && !strings.Contains(f.Name, "files/") && !strings.Contains(f.Name, "/other/"):
			media = append(media, f.Name)
		}
	}
	for _, name := range some(r, media) {
		all = append(all, harm{kind: "a file is gone", change: without(name)}, harm{kind: "a file is cut in half", change: keepAll, cut: name})
	}
	for _, name := range some(r, messages) {
		all = append(all, harm{kind: "a list of messages is gone", change: without(name)})
	}
	for _, f := range slices.Concat(lists, pages) {
		all = append(all, harm{kind: "a list is gone", change: without(f.Name)},
			harm{kind: "a list is null", change: replaced(f.Name, []byte("null"))},
			harm{kind: "a list is empty", change: replaced(f.Name, emptied(f.Name))},
			harm{kind: "a list is an error message", change: replaced(f.Name, []byte(`{"error": {"message": "Please try again later", "code": 1}}`))})
	}
	for _, f := range slices.Concat(lists, pages) {
		b, err := content(f)
		if err != nil {
			return nil, err
		}
		for range each {
			for _, with := range []bool{false, true} {
				drop := dropItem
				if strings.HasSuffix(f.Name, ".html") {
					drop = dropBlock
				}
				less, files, ok := drop(b, r)
				if !ok {
					continue
				}
				kind := "an item is gone, its files stay"
				gone := make(map[string]bool)
				if with {
					kind = "an item is gone with its files"
					for _, f := range files {
						gone[f] = true
					}
				}
				all = append(all, harm{kind: kind, change: func(name string, b []byte) ([]byte, bool) {
					if name == f.Name {
						return less, true
					}
					return b, !gone[name]
				}})
			}
		}
	}
	return all, nil
}

// own reports whether a file is a list of the account's own things.
func own(name string) bool {
	dir := path.Base(path.Dir(name))
	return dir == "content" || dir == "media"
}

func some(r *rand.Rand, names []string) []string {
	names = slices.Clone(names)
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names[:min(each, len(names))]
}

func keepAll(_ string, b []byte) ([]byte, bool) { return b, true }

func without(gone string) func(string, []byte) ([]byte, bool) {
	return func(name string, b []byte) ([]byte, bool) { return b, name != gone }
}

func replaced(which string, by []byte) func(string, []byte) ([]byte, bool) {
	return func(name string, b []byte) ([]byte, bool) {
		if name == which {
			return by, true
		}
		return b, true
	}
}

func emptied(name string) []byte {
	if strings.HasSuffix(name, ".html") {
		return []byte("<html><head><title></title></head><body></body></html>")
	}
	return []byte("[]")
}

// dropItem takes an item out of a list, and says which files it names.
func dropItem(b []byte, r *rand.Rand) (less []byte, files []string, ok bool) {
	var v any
	if json.Unmarshal(b, &v) != nil {
		return nil, nil, false
	}
	items, put := v, func(x any) any { return x }
	if o, is := v.(map[string]any); is && len(o) == 1 {
		for key, x := range o {
			items, put = x, func(x any) any { return map[string]any{key: x} }
		}
	}
	list, is := items.([]any)
	if !is || len(list) < 2 {
		return nil, nil, false
	}
	i := r.IntN(len(list))
	files = named(list[i], nil)
	less, err := json.Marshal(put(slices.Delete(slices.Clone(list), i, i+1)))
	return less, files, err == nil
}

// named are the files that a value names.
func named(v any, files []string) []string {
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			if s, is := x.(string); is && key == "uri" {
				files = append(files, s)
			}
			files = named(x, files)
		}
	case []any:
		for _, x := range v {
			files = named(x, files)
		}
	}
	return files
}

func content(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// do writes a harmed copy of a zip.
func (h harm) do(from, to string) error {
	if h.cut == "" {
		return repack(from, to, h.change, nil)
	}
	z, err := zip.OpenReader(from)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, f := range z.File {
		if f.Name != h.cut {
			continue
		}
		b, err := content(f)
		if err != nil {
			return err
		}
		return repack(from, to, without(h.cut), map[string][]byte{h.cut: bytes.Clone(b[:len(b)/2])})
	}
	return fmt.Errorf("no %s", h.cut)
}
