package inspect

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"strings"

	"github.com/igwatchd/igwatchd/internal/deflate64"
	"github.com/igwatchd/igwatchd/internal/exportroot"
)

// Identity is what a file says of itself at first sight. It proves nothing: [Inspect] does.
type Identity struct {
	Export   bool   // it looks like (a part of) an Instagram export
	Username string // whose, in lower case, or ""
	Date     string // when Instagram made it, RFC 3339 date, or ""
	Why      string // why it is not taken for an export
}

// maxPersonal bounds the one list that is read for a name.
const maxPersonal = 1 << 20

// Identify looks at a file's name and, if r is not nil, at its first bytes and its directory.
// It reads little, whatever the file's size.
func Identify(ctx context.Context, name string, r io.ReaderAt, size int64) Identity {
	var id Identity
	id.Username, id.Date = named(name)
	if r == nil {
		id.Export = id.Username != ""
		return id
	}
	var p problems
	src := &source{ctx: ctx, part: Part{Name: name, Size: size, R: r}}
	if !recognise(src, &p) {
		id.Why = "it cannot be read"
		if len(p.list) > 0 {
			id.Why = p.list[0].Text
		}
		return id
	}
	if id.Username != "" {
		id.Export = true // whether it is whole is for Inspect to say
		return id
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		id.Why = "the zip cannot be opened, and its name is not the one that Instagram gave it"
		return id
	}
	z.RegisterDecompressor(deflate64.Method, deflate64.Unzip)
	const personal = "personal_information/personal_information.json"
	roots, _ := exportroot.Find(func(yield func(string) bool) {
		for _, f := range z.File {
			if !yield(exportroot.Plain(f.Name)) {
				return
			}
		}
	})
	for folder := range strings.SplitSeq(strings.TrimSuffix(roots[0], "/"), "/") {
		if id.Username, id.Date = named(folder); id.Username != "" {
			id.Export = true
			return id
		}
	}
	for _, f := range z.File {
		name, _ := roots.Below(exportroot.Plain(f.Name))
		if strings.HasPrefix(name, "your_instagram_activity/") {
			id.Export = true
		}
		if strings.HasSuffix("/"+name, "/"+personal) && !strings.Contains(name, "your_instagram_activity/") {
			id.Export = true
			id.Username = personalName(f)
		}
		if id.Username != "" {
			return id
		}
	}
	if !id.Export {
		id.Why = "this zip is not an export of Instagram"
	}
	return id
}

// NameOf returns the username in the name that Instagram gave to a file, in lower case, or "".
func NameOf(file string) string {
	username, _ := named(file)
	return username
}

// maxBeginning is how much of a file is searched for the names of its first entries.
const maxBeginning = 256 << 10

// BeginsAsExport reports whether the first entries of a zip, whole or cut, are named as only those of an export are.
func BeginsAsExport(r io.ReaderAt) bool {
	head := make([]byte, maxBeginning)
	n, _ := r.ReadAt(head, 0) // less is there, or less can be read: then that much is looked at
	head = head[:n]
	for { // local headers (APPNOTE, section 4.3.7)
		i := bytes.Index(head, []byte("PK\x03\x04"))
		if i < 0 || len(head) < i+lenLocal {
			return false
		}
		length := int(binary.LittleEndian.Uint16(head[i+26:]))
		head = head[i+lenLocal:]
		if length > len(head) {
			return false
		}
		if exportroot.Certain(exportroot.Plain(string(head[:length]))) {
			return true
		}
	}
}

// personalName reads the username from the account's own data.
func personalName(f *zip.File) string {
	rc, err := f.Open()
	if err != nil {
		return ""
	}
	defer rc.Close() //nolint:errcheck // read only
	var n nameVisitor
	_ = walkJSON(io.LimitReader(rc, maxPersonal), &n) // what was found before an end too early still counts as a hint
	return n.name
}

type nameVisitor struct{ name string }

func (n *nameVisitor) value(path []string, v token) {
	s, ok := v.text()
	if !ok || len(path) < 3 || path[len(path)-1] != "value" || path[len(path)-3] != "string_map_data" {
		return
	}
	if s = strings.ToLower(repair(s)); isUsernameLabel(repair(path[len(path)-2])) && user.MatchString(s) {
		n.name = s
	}
}

func (n *nameVisitor) leave([]string, bool) {}
