package fetch

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"path"
	"regexp"
	"strings"
)

const maxName = 120

var (
	unwanted = regexp.MustCompile(`[^A-Za-z0-9._ ()-]+`)
	tame     = regexp.MustCompile(`^[A-Za-z0-9_()-][A-Za-z0-9._ ()-]{0,119}$`)
)

// fileName takes the name from a Content-Disposition (RFC 6266), or makes one
// from the key. It is always fit to be used as a name in any folder.
func fileName(disposition, key string) string {
	_, params, err := mime.ParseMediaType(disposition)
	name := cleanName(params["filename"])
	if err != nil || !strings.HasSuffix(strings.ToLower(name), ".zip") || len(name) < len("x.zip") {
		return "instagram-export-" + short(key) + ".zip"
	}
	return name
}

// cleanName makes a stranger's name harmless, or returns "".
func cleanName(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	name = strings.TrimRight(name, "/")
	name = name[strings.LastIndexByte(name, '/')+1:]
	name = strings.TrimLeft(unwanted.ReplaceAllString(name, "_"), ". ")
	if !tame.MatchString(name) {
		return ""
	}
	return name
}

// Numbered is another name for a file, for when the first n-1 are taken, as browsers make them.
func Numbered(name string, n int) string {
	ext := path.Ext(name)
	base, add := strings.TrimSuffix(name, ext), fmt.Sprintf(" (%d)", n)
	return base[:min(len(base), maxName-len(ext)-len(add))] + add + ext
}

// besides is another name for the same file, for when the first is taken.
func besides(name, key string) string {
	ext := path.Ext(name)
	base := strings.TrimSuffix(name, ext)
	return base[:min(len(base), maxName-len(ext)-13)] + "-" + short(key) + ext
}

func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

// TameName makes a name that a stranger chose fit for a file of ours, or returns "".
func TameName(name string) string { return cleanName(name) }
