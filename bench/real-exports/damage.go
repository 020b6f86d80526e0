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
	put    string // the medium that becomes something else, or ""
	with   func([]byte) []byte
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
	for i, h := range harms {
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
		if r.tells("earlier-files", "earlier-larger", "earlier-lists", "earlier-messages", "earlier-pictures", "less-than-before") {
			compared[h.kind]++
			continue
		}
		if err := b.unseen(to, fmt.Sprintf("%03d-%d-%s.zip", a.number, i, strings.ReplaceAll(h.kind, " ", "-"))); err != nil {
			return err
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

// unseen keeps an archive whose harm was not found, if archives are to be kept.
func (b *bench) unseen(file, name string) error {
	if !b.keep {
		return nil
	}
	return os.Rename(file, filepath.Join(b.dir, name))
}

// beyond reports whether there is an error or a question that another report does not have.
func (r *report) beyond(o *report) bool {
	had := make(map[problem]bool)
	for _, p := range o.Problems {
		had[p.gist()] = true
	}
	return slices.ContainsFunc(r.Problems, func(p problem) bool { return p.Severity != "info" && !had[p.gist()] })
}

// gist is what a finding is about. Some questions count all that is there; another number in these names no loss.
func (p problem) gist() problem {
	p.Text, _, _ = strings.Cut(p.Text, ". ")
	if strings.HasPrefix(p.Code, "range-") || strings.HasPrefix(p.Code, "quality-") {
		p.Text = ""
	}
	return p
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
	var media, folders, wanted []string
	var lists, talks []*zip.File
	for _, f := range z.File {
		switch {
		case isTalk(f.Name):
			talks = append(talks, f)
		case own(f.Name) && isList(f.Name):
			lists = append(lists, f)
		case isWanted(f.Name) && isList(f.Name):
			wanted = append(wanted, f.Name)
		case !isText(f.Name) && !strings.HasSuffix(f.Name, "/") && !strings.Contains(f.Name, "files/") && !strings.Contains(f.Name, "/other/"):
			media = append(media, f.Name)
			if folder := path.Dir(f.Name); !slices.Contains(folders, folder) {
				folders = append(folders, folder)
			}
		}
	}
	for _, name := range some(r, media) {
		all = append(all, harm{kind: "a file is gone", change: without(name)}, harm{kind: "a file is cut in half", change: keepAll, put: name, with: half},
			harm{kind: "a file is empty", change: keepAll, put: name, with: nothing}, harm{kind: "a file is a web page", change: keepAll, put: name, with: page})
	}
	for _, folder := range some(r, folders) {
		all = append(all, harm{kind: "a folder of files is gone", change: func(name string, b []byte) ([]byte, bool) {
			return b, path.Dir(name) != folder || isList(name)
		}})
	}
	for _, name := range some(r, wanted) {
		dir := path.Dir(name)
		all = append(all, harm{kind: "followers, likes or the like are gone", change: func(name string, b []byte) ([]byte, bool) { return b, path.Dir(name) != dir }})
	}
	for _, f := range slices.Concat(lists, some(r, talks)) {
		b, err := content(f)
		if err != nil {
			return nil, err
		}
		what := "a list"
		if isTalk(f.Name) {
			what = "a list of messages"
		}
		all = append(all, harm{kind: what + " is gone", change: without(f.Name)},
			harm{kind: what + " is null", change: replaced(f.Name, []byte("null"))},
			harm{kind: what + " is empty", change: replaced(f.Name, emptied(f.Name))},
			harm{kind: what + " is an error message", change: replaced(f.Name, []byte(`{"error": {"message": "Please try again later", "code": 1}}`))},
			harm{kind: what + " is cut in half", change: replaced(f.Name, half(b))})
		for i := range 2 * each {
			share, files := 0.0, i%2 == 0 // every second time, the files stay
			if i >= each {
				share = 0.5
			}
			all = append(all, loss(f.Name, b, share, files, r)...)
		}
	}
	return all, nil
}

// loss is a harm that takes a share of the items out of a list, one at least, with their files or without them.
func loss(list string, b []byte, share float64, files bool, r *rand.Rand) []harm {
	drop := dropItems
	if strings.HasSuffix(list, ".html") {
		drop = dropBlocks
	}
	less, named, ok := drop(b, share, r)
	if !ok || len(named) == 0 {
		return nil
	}
	kind := "an item is gone"
	if share > 0 {
		kind = "half of the items are gone"
	}
	if isTalk(list) {
		kind = strings.NewReplacer("an item", "a message with a file", "items", "messages").Replace(kind)
	}
	gone := make(map[string]bool)
	if files {
		kind += " with files"
		for _, f := range named {
			gone[f] = true
		}
	}
	return []harm{{kind: kind, change: func(name string, b []byte) ([]byte, bool) {
		if name == list {
			return less, true
		}
		return b, !gone[name]
	}}}
}

// own reports whether a file is a list of the account's own things, but for what its owner has thrown away: nobody
// has to hear of that.
func own(name string) bool {
	dir := path.Base(path.Dir(name))
	return (dir == "content" || dir == "media" || name == "media.json") && !strings.HasPrefix(path.Base(name), "recently_deleted")
}

func some[T any](r *rand.Rand, names []T) []T {
	names = slices.Clone(names)
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names[:min(each, len(names))]
}

// isTalk reports whether a file lists messages.
func isTalk(name string) bool { return strings.HasPrefix(path.Base(name), "message_") && isList(name) }

// isWanted reports whether a file lists what people want to keep beside their own things.
func isWanted(name string) bool {
	switch path.Base(path.Dir(name)) {
	case "followers_and_following", "likes", "comments", "saved":
		return true
	}
	return false
}

func isList(name string) bool {
	return strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".html")
}

func half(b []byte) []byte    { return bytes.Clone(b[:len(b)/2]) }
func nothing(_ []byte) []byte { return nil }
func page(_ []byte) []byte {
	return []byte("<!DOCTYPE html><html><body>Sorry, something went wrong.</body></html>")
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

// dropItems takes a share of the items out of a list, one at least, and says which files these name.
func dropItems(b []byte, share float64, r *rand.Rand) (less []byte, files []string, ok bool) {
	var v any
	if json.Unmarshal(b, &v) != nil {
		return nil, nil, false
	}
	items, put := v, func(x any) any { return x }
	if o, is := v.(map[string]any); is {
		for key, x := range o {
			if key == "messages" || len(o) == 1 {
				items, put = x, func(x any) any { o[key] = x; return o }
			}
		}
	}
	list, is := items.([]any)
	if !is || len(list) < 2 {
		return nil, nil, false
	}
	from, to := stretch(len(list), share, r, func(i int) bool { return len(named(list[i], nil)) > 0 })
	files = named(list[from:to], nil)
	less, err := json.Marshal(put(slices.Delete(slices.Clone(list), from, to)))
	return less, files, err == nil
}

// stretch chooses which of n items in a row go: a share of them, but always one that is wanted, if there is one.
func stretch(n int, share float64, r *rand.Rand, wanted func(int) bool) (from, to int) {
	for range 100 {
		if from = r.IntN(n); wanted(from) {
			break
		}
	}
	long := max(1, int(share*float64(n)))
	from = min(from, n-long)
	return from, from + long
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
	if h.put == "" {
		return repack(from, to, h.change, nil)
	}
	z, err := zip.OpenReader(from)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, f := range z.File {
		if f.Name != h.put {
			continue
		}
		b, err := content(f)
		if err != nil {
			return err
		}
		return repack(from, to, without(h.put), map[string][]byte{h.put: h.with(b)})
	}
	return fmt.Errorf("no %s", h.put)
}
