package exportmail

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of docs/trust.md anew")

const trustDocs = "../../docs/trust.md"

// TestDocsTellTheFigures: the tables of the document are made from the source and the corpus.
func TestDocsTellTheFigures(t *testing.T) {
	rows := readCorpus(t)
	tables := map[string]string{
		"figures":  figures(t, rows),
		"wordings": wordingsTable(),
		"shapes":   shapesTable(),
		"refusals": refusalsTable(),
		"reasons":  reasonsTable(t),
		"sources":  sourcesTable(rows),
	}
	was, err := os.ReadFile(trustDocs)
	if err != nil {
		t.Fatal(err)
	}
	is := was
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		begin, end := "<!-- made by the tests: "+name+" -->\n", "<!-- end -->"
		before, rest, ok1 := bytes.Cut(is, []byte(begin))
		_, after, ok2 := bytes.Cut(rest, []byte(end))
		if !ok1 || !ok2 {
			t.Fatalf("docs/trust.md has no place for the table %q", name)
		}
		is = slices.Concat(before, []byte(begin+tables[name]+end), after)
	}
	if *update {
		if err := os.WriteFile(trustDocs, is, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(was, is) {
		t.Error("docs/trust.md is not what the tests say; go test ./internal/exportmail -run TestDocs -update")
	}
}

func table(head ...string) *strings.Builder {
	var b strings.Builder
	b.WriteString("| " + strings.Join(head, " | ") + " |\n|" + strings.Repeat("---|", len(head)) + "\n")
	return &b
}

var categories = []struct{ name, text string }{
	{"genuine", "the export mail in known words, 2018 to 2026"},
	{"genuine-by-link", "the export mail in words that are not known, in 31 languages and variants"},
	{"near-miss", "mail that is near it: requested, cancelled, login codes, Facebook's own, newsletters, forwards"},
	{"link-not-known", "Instagram sent it, and no link is known"},
	{"phish", "imitations, and mail of attackers that others signed"},
	{"dkim", "the mail of 2026 with a DKIM signature broken in each way, or sound in an unusual one"},
	{"results", "the mail of 2026 with Authentication-Results, forged in each way, or sound in an unusual one"},
	{"mime", "the mail of 2026, mangled"},
	{"dns", "the name server does not answer"},
}

func figures(t *testing.T, rows []corpusRow) string {
	b := table("category", "what", "mails", "cases", "export-ready", "ignored", "suspicious", "later")
	files, followed, missed := map[string]bool{}, 0, 0
	languages := map[string]bool{}
	for _, c := range categories {
		own, by, n := map[string]bool{}, map[string]int{}, 0
		for _, r := range rows {
			if r.category != c.name {
				continue
			}
			own[r.file], files[r.file] = true, true
			by[r.decision]++
			n++
			vouched := r.signed == "meta" || r.signed == "results:gmail"
			if strings.HasPrefix(c.name, "genuine") && vouched && r.decision != ExportReady {
				missed++
			}
			if r.decision == ExportReady && (c.name == "phish" || !vouched && r.reason != "dkim-pass" && r.reason != "results-pass") {
				followed++
			}
			if name, ok := strings.CutPrefix(r.file, "ready-unknown-"); ok {
				languages[strings.TrimSuffix(name, "-footer")] = true
			}
		}
		fmt.Fprintf(b, "| %s | %s | %d | %d | %d | %d | %d | %d |\n", c.name, strings.Replace(c.text, "31 languages", fmt.Sprintf("%d languages", len(languages)+2), 1), len(own), n, by[ExportReady], by[Ignored], by[Suspicious], by["later"])
	}
	if followed+missed != 0 {
		t.Errorf("%d phish followed, %d genuine mails missed", followed, missed)
	}
	if total := len(everyMail(t)); len(files) != total {
		t.Errorf("%d mails are in a category, of %d", len(files), total)
	}
	return b.String() + fmt.Sprintf("\n%d mails, %d cases. **%d phish followed. %d genuine mails missed.** A mail may be in several categories.\n", len(files), len(rows), followed, missed)
}

func sourcesTable(rows []corpusRow) string {
	b := table("source", "mails", "what it means")
	seen := map[string]map[string]bool{}
	for _, r := range rows {
		if seen[r.source] == nil {
			seen[r.source] = map[string]bool{}
		}
		seen[r.source][r.file] = true
	}
	for _, s := range []struct{ name, text string }{
		{"confirmed", "subject, text or link was read in a real mail, or in the report of the person who got it; the rest of the mail is ours"},
		{"reported", "guides tell of its subject or link; the rest is ours"},
		{"made up", "ours"},
	} {
		fmt.Fprintf(b, "| %s | %d | %s |\n", s.name, len(seen[s.name]), s.text)
	}
	return b.String()
}

func wordingsTable() string {
	b := table("language", "when", "source", "subject or sentence")
	for _, w := range spoken().wordings {
		for _, text := range slices.Concat(w.subjects, w.phrases) {
			fmt.Fprintf(b, "| %s | %s | %s | %s |\n", w.language, w.years, w.source, text)
		}
	}
	return b.String()
}

func shapesTable() string {
	b := table("form", "path", "what it is", "what is done with it")
	for _, s := range shapes {
		where := "link host"
		if s.bytes {
			where = "byte host"
		}
		fmt.Fprintf(b, "| `%s` | `%s` on a %s | %s | %s |\n", s.name, strings.ReplaceAll(s.path.String(), "|", `\|`), where, linkWords[s.name], s.action)
	}
	return b.String()
}

func refusalsTable() string {
	b := table("code", "why the link is refused")
	for _, code := range slices.Sorted(maps.Keys(linkWords)) {
		if code == "request-page" || slices.ContainsFunc(shapes, func(s shape) bool { return s.name == code }) {
			continue
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", code, linkWords[code])
	}
	return b.String()
}

var verb = regexp.MustCompile(`%[+#]?[0-9.]*[a-zA-Z]`)

// makers are the functions that make reasons, with their severity.
var makers = map[string]string{"no": SeverityError, "doubt": SeverityQuestion, "info": SeverityInfo}

// reasonsTable reads the calls that make reasons from the source.
func reasonsTable(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{} // "severity code": texts
	add := func(severity string, code, text ast.Expr) {
		c, s := literal(code), literal(text)
		if c == "" || s == "" {
			return
		}
		s = strings.ReplaceAll(strings.TrimSpace(verb.ReplaceAllString(s, "…")), "|", `\|`)
		if key := severity + " " + c; !slices.Contains(found[key], s) && s != "…" {
			found[key] = append(found[key], s)
		}
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if n, ok := n.(*ast.CallExpr); ok && len(n.Args) >= 2 {
				if id, ok := n.Fun.(*ast.Ident); ok && makers[id.Name] != "" {
					add(makers[id.Name], n.Args[0], n.Args[1])
				}
			}
			return true
		})
	}
	for _, o := range otherMails {
		found[SeverityInfo+" "+o.code] = []string{o.text}
	}
	if len(found) < 30 {
		t.Fatalf("only %d reasons in the source: are they made in another way now?", len(found))
	}
	b := table("code", "severity", "what you read")
	order := []string{SeverityError, SeverityQuestion, SeverityInfo}
	for _, key := range slices.SortedFunc(maps.Keys(found), func(x, y string) int {
		sx, cx, _ := strings.Cut(x, " ")
		sy, cy, _ := strings.Cut(y, " ")
		return cmp.Or(cmp.Compare(slices.Index(order, sx), slices.Index(order, sy)), strings.Compare(cx, cy))
	}) {
		severity, code, _ := strings.Cut(key, " ")
		slices.Sort(found[key])
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", code, severity, strings.Join(found[key], "<br>"))
	}
	return b.String()
}

// literal evaluates a string of literals and sums; what is not known is three dots.
func literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		if err == nil && e.Kind == token.STRING {
			return s
		}
	case *ast.BinaryExpr:
		if a := literal(e.X); a != "" && e.Op == token.ADD {
			return a + cmp.Or(literal(e.Y), "…")
		}
	}
	return ""
}
