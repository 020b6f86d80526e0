package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// speakers are the functions that are given a format to tell, by the folder they are used in,
// and which of their arguments it is.
var speakers = map[string]map[string]int{
	"":           {"Of": 0, "Say": 0},
	"daemon":     {"say": 0},
	"verdict":    {"fails": 1, "asks": 1},
	"exportmail": {"no": 1, "info": 1, "doubt": 1},
	"inspect":    {"add": 3, "ifAsked": 1},
}

// source is what the program's text has to tell.
type source struct {
	keys    map[string]string // every format that is told, and where
	strings map[string]bool   // every text in the program, put together from its pieces
}

// readSource looks through everything below dir but tests.
func readSource(t *testing.T, dirs ...string) source {
	t.Helper()
	s := source{map[string]string{}, map[string]bool{}}
	set := token.NewFileSet()
	read := func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		folder := filepath.Base(filepath.Dir(path))
		if folder == "words" && (filepath.Base(path) != "words.go") {
			return nil // the tables themselves
		}
		f, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				if text, ok := constant(e); ok {
					s.strings[text] = true
				}
			}
			if call, ok := n.(*ast.CallExpr); ok {
				s.call(t, set, folder, call)
			}
			return true
		})
		return nil
	}
	for _, dir := range dirs {
		if err := filepath.WalkDir(dir, read); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// call notes the format of a call, if it is one of a speaker.
func (s source) call(t *testing.T, set *token.FileSet, folder string, call *ast.CallExpr) {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		if from, ok := f.X.(*ast.Ident); f.Sel.Name == "Of" && (!ok || from.Name != "words") {
			return // some other package's
		}
		name = f.Sel.Name
	}
	at, speaks := speakers[""][name]
	if own, ok := speakers[folder][name]; ok {
		at, speaks = own, true
	}
	if !speaks || len(call.Args) <= at {
		return
	}
	where := set.Position(call.Pos()).String()
	key, ok := constant(call.Args[at])
	if !ok {
		if id, is := call.Args[at].(*ast.Ident); !is || id.Name != "format" { // one speaker uses another
			t.Errorf("%s: %s is given something to tell that is not written here", where, name)
		}
		return
	}
	s.keys[key] = where
	if given, wanted := len(call.Args)-at-1, len(verbs(key)); given != wanted {
		t.Errorf("%s: %d arguments for %q", where, given, key)
	}
}

// constant evaluates literals and their sums.
func constant(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		a, ok1 := constant(e.X)
		b, ok2 := constant(e.Y)
		return a + b, ok1 && ok2 && e.Op == token.ADD
	case *ast.ParenExpr:
		return constant(e.X)
	}
	return "", false
}

var (
	verb   = regexp.MustCompile(`%(?:\[(\d+)\])?([a-zA-Z%])`)
	letter = regexp.MustCompile(`\pL`)
)

// verbs lists what a format does with its arguments, such as "1s", sorted.
func verbs(format string) (list []string) {
	at := 0
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if at++; m[1] != "" {
			at, _ = strconv.Atoi(m[1])
		}
		list = append(list, strconv.Itoa(at)+m[2])
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// TestEverythingToldHasAKey: every language has every sentence, and none that nobody tells.
func TestEverythingToldHasAKey(t *testing.T) {
	s := readSource(t, "..", "../../cmd/igwatchd")
	if len(s.keys) < 200 {
		t.Fatalf("only %d sentences were found: are they told in another way now?", len(s.keys))
	}
	for _, l := range tables {
		for key, where := range s.keys {
			_, plain := l.texts[key]
			_, counted := l.counted[key]
			if l.code != "en" && !plain && !counted && letter.MatchString(verb.ReplaceAllString(key, "")) {
				t.Errorf("%s: not in %s: %q", where, l.code, key)
			}
			if plain && counted {
				t.Errorf("twice in %s: %q", l.code, key)
			}
		}
		for key := range l.counted {
			if s.keys[key] == "" {
				t.Errorf("%s has what nobody tells: %q", l.code, key)
			}
		}
		for begin := range l.begins {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(s.strings)), func(text string) bool { return strings.HasPrefix(text, begin) }) {
				t.Errorf("%s has a beginning of nothing: %q", l.code, begin)
			}
			for other := range l.begins {
				if other != begin && strings.HasPrefix(other, begin) {
					t.Errorf("%s: %q and %q begin alike", l.code, begin, other)
				}
			}
		}
		for key := range l.texts {
			if s.keys[key] == "" && !s.strings[key] {
				t.Errorf("%s has what nobody tells: %q", l.code, key)
			}
		}
	}
}

// TestTranslationsTakeTheSameArguments: nothing is left out but the number one.
func TestTranslationsTakeTheSameArguments(t *testing.T) {
	for _, l := range tables {
		for key, text := range l.texts {
			if want, got := verbs(key), verbs(text); !slices.Equal(want, got) {
				t.Errorf("%s: %q takes %v, and not %v", l.code, text, got, want)
			}
			if strings.TrimSpace(text) == "" || strings.HasPrefix(key, " ") != strings.HasPrefix(text, " ") || strings.HasSuffix(key, ".") != strings.HasSuffix(text, ".") {
				t.Errorf("%s: %q begins or ends otherwise: %q", l.code, key, text)
			}
		}
		for key, forms := range l.counted {
			if forms["other"] == "" {
				t.Errorf("%s: %q has no form for other numbers", l.code, key)
			}
			for kind, text := range forms {
				want, got := verbs(key), verbs(text)
				if kind == "one" && !slices.Contains(got, "1d") {
					got = append([]string{"1d"}, got...)
				}
				if !slices.Equal(want, got) {
					t.Errorf("%s: %q takes %v, and not %v", l.code, text, got, want)
				}
			}
			if !slices.Contains(verbs(key), "1d") {
				t.Errorf("%s: the first argument of %q is no number", l.code, key)
			}
		}
	}
}
