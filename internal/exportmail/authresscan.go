package exportmail

import (
	"errors"
	"strings"
)

const (
	maxResults      = 16 << 10 // bytes of one field
	maxStatements   = 50
	maxCommentDepth = 10
)

var errSyntax = errors.New("it is malformed")

// scanner reads the value of a structured header field. What it does not understand is an
// error: a reader that guesses here can be made to see results which nobody wrote.
type scanner struct{ rest string }

// newScanner unfolds value (RFC 5322, section 2.2.3). Anything but printable ASCII is an
// error. So is a folded line without text, which some readers take for the header's end, and
// a fold behind a backslash, which some take for a part of the text.
func newScanner(value string) (scanner, error) {
	if len(value) > maxResults || !isFolded(value) || strings.Contains(value, "\\\r") {
		return scanner{}, errSyntax
	}
	for i, line := range strings.Split(value, "\r\n") {
		if i > 0 && strings.Trim(line, " \t") == "" {
			return scanner{}, errSyntax
		}
	}
	return scanner{strings.ReplaceAll(value, "\r\n", "")}, nil
}

// skip passes over white space and comments (RFC 5322, section 3.2.2), nested ones too.
func (s *scanner) skip() error {
	depth := 0
	for i := 0; i < len(s.rest); i++ {
		c := s.rest[i]
		switch {
		case c == '(':
			if depth++; depth > maxCommentDepth {
				return errSyntax
			}
		case depth == 0 && c != ' ' && c != '\t':
			s.rest = s.rest[i:]
			return nil
		case c == ')':
			depth--
		case c == '\\' && depth > 0:
			i++
		}
	}
	s.rest = ""
	if depth > 0 {
		return errSyntax
	}
	return nil
}

// take returns the longest run of characters that are letters, digits or in extra.
func (s *scanner) take(extra string) string {
	n := 0
	for n < len(s.rest) && (alphanumeric(s.rest[n]) || strings.IndexByte(extra, s.rest[n]) >= 0) {
		n++
	}
	run := s.rest[:n]
	s.rest = s.rest[n:]
	return run
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// next passes over c if it comes next.
func (s *scanner) next(c byte) bool {
	if s.rest == "" || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// quoted reads a quoted string (RFC 5322, section 3.2.4) and returns what it says.
func (s *scanner) quoted() (string, error) {
	if !s.next('"') {
		return "", errSyntax
	}
	var b strings.Builder
	for i := 0; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.rest = s.rest[i+1:]
			return b.String(), nil
		case c == '\\':
			if i++; i < len(s.rest) {
				b.WriteByte(s.rest[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", errSyntax
}

// valueRunes are what an unquoted value may hold besides letters and digits: the characters
// of addresses, and those of base64 in header.b.
const valueRunes = "!#$%&'*+-/=?^_`{|}~.@:[]<>"

// value reads the value of a property: quoted, unquoted, or an address with a quoted local part.
func (s *scanner) value() (string, error) {
	v := ""
	if strings.HasPrefix(s.rest, `"`) {
		q, err := s.quoted()
		if err != nil {
			return "", err
		}
		if !strings.HasPrefix(s.rest, "@") {
			return q, nil
		}
		v = `"` + q + `"`
	}
	v += s.take(valueRunes)
	if v == "" {
		return "", errSyntax
	}
	return v, nil
}

// clauseWord reads one word of a Received field.
func (s *scanner) clauseWord() (string, error) {
	if strings.HasPrefix(s.rest, `"`) {
		q, err := s.quoted()
		return `"` + q + `"`, err
	}
	w := s.take(valueRunes + ",\\")
	if w == "" {
		return "", errSyntax
	}
	return w, nil
}

// parseResults reads the value of an Authentication-Results field (RFC 8601, section 2.2).
// It refuses some forms that the grammar allows and no known server writes: white space or
// comments around "." and "=" of a property, and a semicolon at the end.
func parseResults(value string) (authResults, error) {
	s, err := newScanner(value)
	if err != nil {
		return authResults{}, err
	}
	if err := s.skip(); err != nil {
		return authResults{}, err
	}
	r := authResults{mentions: strings.Count(strings.ToLower(s.rest), "dmarc")}
	if strings.HasPrefix(s.rest, `"`) {
		r.server, err = s.quoted()
	} else {
		r.server = s.take("!#$%&'*+-^_`{|}~.")
	}
	if err != nil || r.server == "" {
		return authResults{}, errSyntax
	}
	if err := s.version(); err != nil {
		return authResults{}, err
	}
	for s.rest != "" {
		if !s.next(';') || len(r.statements) >= maxStatements {
			return authResults{}, errSyntax
		}
		st, err := s.statement()
		if err != nil {
			return authResults{}, err
		}
		r.statements = append(r.statements, st)
	}
	for _, st := range r.statements {
		if st.method == "" && len(r.statements) > 1 { // "none" stands alone
			return authResults{}, errSyntax
		}
	}
	return r, nil
}

// version reads what may stand between the authserv-id and the first semicolon.
func (s *scanner) version() error {
	before := s.rest
	if err := s.skip(); err != nil {
		return err
	}
	if s.rest == "" || s.rest[0] == ';' {
		return nil
	}
	if before == s.rest || s.take("") != "1" {
		return errSyntax
	}
	return s.skip()
}

// statement reads one method's result with its properties, up to the next semicolon.
func (s *scanner) statement() (statement, error) {
	if err := s.skip(); err != nil {
		return statement{}, err
	}
	st := statement{method: strings.ToLower(s.take("-_"))}
	if st.method == "none" && !strings.HasPrefix(s.rest, "=") && !strings.HasPrefix(s.rest, "/") {
		return statement{}, s.endOfStatement()
	}
	if s.next('/') && s.take("") != "1" {
		return statement{}, errSyntax
	}
	if st.method == "" || !s.next('=') {
		return statement{}, errSyntax
	}
	if st.result = strings.ToLower(s.take("-_")); st.result == "" {
		return statement{}, errSyntax
	}
	for {
		before := s.rest
		if err := s.skip(); err != nil {
			return statement{}, err
		}
		if s.rest == "" || s.rest[0] == ';' {
			return st, nil
		}
		apart := len(s.rest) < len(before)
		name := strings.ToLower(s.take("-_."))
		dots := strings.Count(name, ".")
		if !apart || name != "reason" && dots != 1 || !s.next('=') {
			return statement{}, errSyntax
		}
		v, err := s.value()
		if err != nil {
			return statement{}, err
		}
		st.properties = append(st.properties, property{name, v})
	}
}

func (s *scanner) endOfStatement() error {
	if err := s.skip(); err != nil {
		return err
	}
	if s.rest != "" && s.rest[0] != ';' {
		return errSyntax
	}
	return nil
}
