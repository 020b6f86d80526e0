package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// bench judges archives with one or more igwatchds.
type bench struct {
	programs []string
	dir      string // for the zips that are made
	keep     bool   // what is made may stay there
	media    *media // nil: nothing is filled
	owner    bool   // the list that says whose export it is may be put in
	headed   bool
}

// report is the part of what inspect prints that matters here.
type report struct {
	Username    string `json:"username"`
	Generation  string `json:"generation"`
	Format      string `json:"format"`
	GeneratedAt string `json:"generated_at"`
	Range       struct {
		From, To string
	} `json:"range"`
	Counts     map[string]int `json:"counts"`
	References struct {
		Total, Resolved int
		Missing         []struct{ Path, From string }
	} `json:"references"`
	Problems []problem `json:"problems"`
	Verdict  string    `json:"verdict"`
}

type problem struct{ Code, Severity, Path, Text string }

// rounds bounds how often an archive is filled: a report names a thousand missing files at most.
const rounds = 40

// prepare makes the zip of an unpacked export, and fills an archive.
func (b *bench) prepare(ctx context.Context, a *archive) error {
	newest := b.programs[len(b.programs)-1]
	dir := filepath.Join(b.dir, fmt.Sprintf("%03d", a.number))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	if a.unpacked {
		to := filepath.Join(dir, "export.zip")
		if err := pack(a.path, to); err != nil {
			return err
		}
		r, err := inspect(ctx, newest, []string{to})
		if err != nil {
			return err
		}
		name := filepath.Join(dir, zipName(r, a.path))
		if err := os.Rename(to, name); err != nil {
			return err
		}
		a.zips = []string{name}
	}
	if b.media == nil {
		return nil
	}
	for range rounds {
		r, err := inspect(ctx, newest, a.zips)
		if err != nil {
			return err
		}
		more := make(map[string][]byte)
		for _, m := range r.References.Missing {
			if local(m.Path) {
				if f := b.media.file(m.Path); f != nil {
					more[m.Path] = f
				}
			}
		}
		last := len(a.zips) - 1
		if b.owner && r.tells("personal-information-missing") {
			if list := ownerList(r.Generation, r.Format, ownerOf(a.zips[last])); list != nil {
				maps.Copy(more, list)
				a.filled--
				a.owner = true
			}
		}
		if len(more) == 0 {
			return nil
		}
		a.filled += len(more)
		to := filepath.Join(dir, filepath.Base(a.zips[last]))
		if err := repack(a.zips[last], to+".new", nil, rooted(a.zips[last], more)); err != nil {
			return err
		}
		if err := os.Rename(to+".new", to); err != nil {
			return err
		}
		a.zips[last] = to
	}
	return nil
}

// local reports whether a path can be that of a file in an export.
func local(path string) bool {
	return path != "" && !strings.Contains(path, ":") && !strings.Contains(path, "..") && strings.Contains(path, "/")
}

// zipName is how Instagram would have called the zip.
func zipName(r *report, folder string) string {
	user, day := r.Username, r.GeneratedAt
	if user == "" {
		user = "somebody"
	}
	if day == "" {
		day = newestFile(folder).UTC().Format("2006-01-02")
	}
	if strings.HasPrefix(r.Generation, "v3") || r.Generation == "unknown" {
		return fmt.Sprintf("instagram-%s-%s-AbCd1234.zip", user, day)
	}
	return fmt.Sprintf("%s_%s.zip", user, strings.ReplaceAll(day, "-", ""))
}

// ownerOf is the account that the name of a zip names.
func ownerOf(file string) string {
	name := strings.TrimPrefix(filepath.Base(file), "instagram-")
	if i := strings.IndexAny(name, "-"); i > 0 {
		return name[:i]
	}
	if i := strings.LastIndexByte(name, '_'); i > 0 {
		return name[:i]
	}
	return "somebody"
}

// judge prints a row of the table for each archive.
func (b *bench) judge(ctx context.Context, a *archive) error {
	if !b.headed {
		b.headed = true
		fmt.Println("| # | year | language | layout | items | filled | verdict | because of | note |")
		fmt.Println("|---|---|---|---|---|---|---|---|---|")
	}
	var verdicts, because []string
	var last *report
	for _, program := range b.programs {
		r, err := inspect(ctx, program, a.zips)
		if err != nil {
			return err
		}
		verdicts = append(verdicts, r.Verdict)
		because = append(because, r.codes())
		last = r
	}
	year := last.GeneratedAt
	if year == "" {
		year = last.Range.To
	}
	if a.owner {
		a.note = strings.TrimSpace(a.note + " The list that says whose it is was put in.")
	}
	items := 0
	for _, c := range []string{"posts", "stories", "reels"} {
		items += last.Counts[c]
	}
	fmt.Printf("| %d | %.4s | %s | %s %s | %d | %d | %s | %s | %s |\n", a.number, year, a.language, last.Generation, last.Format, items, a.filled,
		strings.Join(slices.Compact(verdicts), " → "), strings.Join(slices.Compact(because), " → "), a.note)
	return nil
}

// codes are the errors, else the questions beside those that every archive has.
func (r *report) codes() string {
	count := make(map[string]int)
	for _, want := range []string{"error", "question"} {
		for _, p := range r.Problems {
			if p.Severity == want {
				count[p.Code]++
			}
		}
		if len(count) > 0 {
			break
		}
	}
	var codes []string
	for code, n := range count {
		if n > 1 {
			code = fmt.Sprintf("%s ×%d", code, n)
		}
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return strings.Join(codes, ", ")
}

// inspect runs igwatchd. Its exit code repeats the verdict.
func inspect(ctx context.Context, program string, zips []string, flags ...string) (*report, error) {
	var out, problems strings.Builder
	cmd := exec.CommandContext(ctx, program, slices.Concat([]string{"inspect", "--json"}, flags, zips)...)
	cmd.Stdout, cmd.Stderr = &out, &problems
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	r := &report{}
	if err := json.Unmarshal([]byte(out.String()), r); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", program, err, problems.String())
	}
	return r, nil
}
