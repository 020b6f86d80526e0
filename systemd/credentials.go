package systemd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Credentials is a drop-in that has systemd decrypt files for the service, by the names under which it
// finds them (systemd.exec(5), LoadCredentialEncrypted=). It is empty if there are none.
func Credentials(files map[string]string) (string, error) {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := files[name]
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " \t\r\n\"'\\%:") {
			return "", fmt.Errorf("%q: systemd cannot load a credential from a path with such letters", path)
		}
		if b.Len() == 0 {
			b.WriteString("# Passwords that are kept encrypted.\n[Service]\n")
		}
		fmt.Fprintf(&b, "LoadCredentialEncrypted=%s:%s\n", name, path)
	}
	return b.String(), nil
}
