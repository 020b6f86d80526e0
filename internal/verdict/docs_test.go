package verdict

import (
	"bytes"
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

var update = flag.Bool("update", false, "write docs/verdict.md anew")

const docs = "../../docs/verdict.md"

var severities = []string{"error", "error or question", "question", "info"}

// finding is one thing that can be found, as the source says it.
type finding struct{ severity, code, text string }

// TestDocsTellEveryRule: the document is made from the source, and can name neither more nor less.
func TestDocsTellEveryRule(t *testing.T) {
	var all []finding
	for _, dir := range []string{".", "../inspect"} {
		all = append(all, findingsIn(t, dir)...)
	}
	if len(all) < 60 {
		t.Fatalf("only %d findings in the source: are they made in another way now?", len(all))
	}
	for _, x := range all {
		// A yes must mean that the account can go, so that each has to ask something.
		if strings.HasSuffix(x.severity, "question") && !strings.Contains(x.text, "?") && !strings.HasSuffix(x.text, "%s") {
			t.Errorf("%s is a question that asks nothing: %s", x.code, x.text)
		}
	}
	want := page(all)
	if *update {
		if err := os.WriteFile(docs, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docs)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("docs/verdict.md is not what the rules say (%v); go test ./internal/verdict -run TestDocs -update", err)
	}
}

// findingsIn reads the calls that make reasons and problems from a package's source.
func findingsIn(t *testing.T, dir string) (all []finding) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	consts := map[string]string{}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Names) == len(v.Values) {
				for i, name := range v.Names {
					if s, ok := text(v.Values[i], consts); ok {
						consts[name.Name] = s
					}
				}
			}
			return true
		})
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if x, ok := made(call, consts); ok {
					all = append(all, x)
				}
			}
			return true
		})
	}
	return all
}

// made recognises fails(code, text), asks(code, text) and add(severity, code, path, text).
func made(call *ast.CallExpr, consts map[string]string) (x finding, ok bool) {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	args, at := call.Args, 1
	switch {
	case name == "fails" && len(args) >= 2:
		x.severity = "error"
	case name == "asks" && len(args) >= 2:
		x.severity = "question"
	case name == "add" && len(args) >= 4:
		x.severity = "error or question" // where it depends on whose file it is
		if id, isName := args[0].(*ast.Ident); isName {
			x.severity = strings.ToLower(id.Name)
		}
		args, at = args[1:], 2
	default:
		return x, false
	}
	code, ok1 := text(args[0], consts)
	sentence, ok2 := text(args[at], consts)
	x.code, x.text = code, sentence
	return x, ok1 && ok2 && slices.Contains(severities, x.severity)
}

// text evaluates a string of literals, constants and sums; what is not known is three dots.
func text(e ast.Expr, consts map[string]string) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		s, ok := consts[e.Name]
		return s, ok
	case *ast.BinaryExpr:
		a, ok1 := text(e.X, consts)
		b, ok2 := text(e.Y, consts)
		if !ok2 {
			b = "…"
		}
		return a + b, ok1 && e.Op == token.ADD
	case *ast.ParenExpr:
		return text(e.X, consts)
	}
	return "", false
}

var verb = regexp.MustCompile(`%(?:\[[0-9]\])?[+#]?[0-9.]*[a-zA-Z]`)

func page(all []finding) []byte {
	byCode := map[string][]finding{}
	for _, x := range all {
		x.text = strings.ReplaceAll(strings.TrimSpace(verb.ReplaceAllString(x.text, "…")), "|", "\\|")
		if !slices.Contains(byCode[x.code], x) {
			byCode[x.code] = append(byCode[x.code], x)
		}
	}
	var b bytes.Buffer
	fmt.Fprint(&b, `# What a verdict looks at

This page is made from the rules themselves (`+"`internal/verdict/rules.go`"+` and the findings of `+"`internal/inspect`"+`):
`+"`go test ./internal/verdict -run TestDocs -update`"+`.

**safe** means: no error, and no question left open. **questions** means: no error, but something only a person can know.
**not-safe** means: at least one error. An error while judging, a check that did not come to its end, a layout that is not
known, an unknown severity: each is *not-safe*. Answers count until another file arrives. `+"`…`"+` stands for what differs.

Where the checksums of the zip prove that Instagram itself delivered the export so (an address in the web instead of a file, an entry
that names no file, a picture that is damaged or empty), a new export may say the same for ever. Such errors carry `+"`delivered`"+` in
`+"`inspect --json`"+`, and what they are about is listed one by one. If nothing else is wrong with the archive and it is known how many files the
export has, the person can accept exactly this list by typing how many items are in it: `+"`igwatchd confirm ID`"+`. The verdict says so, and
the evidence keeps the list. What another part could hold, what is damaged in the zip, and whose archive it is can never be accepted.

| code | severity | what you read |
|---|---|---|
`)
	for _, severity := range severities {
		for _, code := range slices.Sorted(maps.Keys(byCode)) {
			var texts []string
			for _, x := range byCode[code] {
				if x.severity == severity {
					texts = append(texts, x.text)
				}
			}
			if len(texts) > 0 {
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", code, severity, strings.Join(texts, "<br>"))
			}
		}
	}
	return b.Bytes()
}
