package shape

import (
	"path"
	"regexp"
	"strconv"
	"strings"
)

// What stands in the place of what is not shown.
const (
	aName   = "NAME"
	aNumber = "N"
)

// wrapper is the name of a zip, or of the folder that some zips have around everything.
var wrapper = regexp.MustCompile(`^(instagram-).+-((?:19|20)\d\d)-\d\d-\d\d-[A-Za-z0-9]{6,10}((?: ?\(\d+\))?)(\.zip)?$`)

// wrapperOld is the same before 2024: NAME_YYYYMMDD.zip, with the number of a part behind it at times.
var wrapperOld = regexp.MustCompile(`^.+_(20\d\d)[01]\d[0-3]\d((?:_part_\d+)?)(\.zip)?$`)

// maskZip is what is shown of the name of a zip: its form and its year.
func maskZip(name string) string {
	if m := wrapper.FindStringSubmatch(name); m != nil {
		return m[1] + aName + "-" + m[2] + "-MM-DD-ID" + m[3] + m[4]
	}
	if m := wrapperOld.FindStringSubmatch(name); m != nil {
		return aName + "_" + m[1] + "MMDD" + m[2] + m[3]
	}
	return maskPath(name)
}

// maskPath is what is shown of the name of an entry: known names, and the form of the others.
func maskPath(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		switch {
		case p == "" || p == "." || p == "..":
		case i < len(parts)-1 && personalBelow(parts[:i]):
			parts[i] = form(p)
		case i < 2 && i < len(parts)-1 && wrapper.MatchString(p):
			parts[i] = maskZip(p)
		case i == len(parts)-1:
			parts[i] = maskFile(p)
		default:
			parts[i] = maskWord(p)
		}
	}
	return strings.Join(parts, "/")
}

// personalBelow reports whether the folders in a folder have the names of people: those of conversations.
func personalBelow(folders []string) bool {
	if len(folders) == 0 {
		return false
	}
	switch folders[len(folders)-1] {
	case "inbox", "message_requests", "broadcast", "archived_threads", "filtered_threads", "e2ee_cutover":
		return true
	}
	return false
}

// maskFile keeps a known ending.
func maskFile(name string) string {
	if name == ".DS_Store" {
		return name
	}
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	switch {
	case ext == "":
		return maskWord(name)
	case !extensions[strings.ToLower(ext[1:])]:
		return maskWord(stem) + ".EXT"
	}
	return maskWord(stem) + ext
}

// maskWord shows a name that is made of known words, with N for numbers of lists and copies; else its form.
func maskWord(name string) string {
	if month(name) {
		return "YYYYMM"
	}
	named := false
	for _, w := range split(name) {
		if !words[strings.ToLower(w)] && !small(w) {
			return form(name)
		}
		named = named || !small(w)
	}
	if !named {
		return form(name)
	}
	return number.ReplaceAllString(name, "${1}"+aNumber+"${2}")
}

// number is one that stands by itself in a name.
var number = regexp.MustCompile(`(^|[_\- .(])\d+($|[_\- .)])`)

// month reports whether a name is a year and a month, as the folders of media are called.
func month(name string) bool {
	if len(name) != 6 || name[0] != '2' && name[0] != '1' {
		return false
	}
	n, err := strconv.Atoi(name)
	return err == nil && n%100 >= 1 && n%100 <= 12
}

// small reports whether a word is the number of a list or of a copy, which is nobody's.
func small(w string) bool {
	if w == "" || len(w) > 3 {
		return false
	}
	_, err := strconv.ParseUint(w, 10, 16)
	return err == nil
}

// split cuts a name at what may join words.
func split(name string) []string {
	return strings.FieldsFunc(name, separates)
}

func separates(r rune) bool { return strings.ContainsRune("_- .()&+/,:%@", r) }

// form is what is left of a name that is not shown: which of its pieces are numbers. Pieces of the same
// kind are one, so that it does not tell how many words a name has.
func form(name string) string {
	var pieces []string
	for _, w := range split(name) {
		piece := aName
		switch {
		case strings.Trim(w, "0123456789") == "":
			piece = aNumber
		case w == "n": // stands in the name of every picture
			piece = w
		}
		if len(pieces) == 0 || pieces[len(pieces)-1] != piece {
			pieces = append(pieces, piece)
		}
	}
	if len(pieces) == 0 || len(pieces) > 8 {
		return aName
	}
	return strings.Join(pieces, "_")
}
