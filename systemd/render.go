package systemd

import "strings"

// Rendered is the unit of the system service for a program that a package puts at path. It is the
// very text that `igwatchd service install` lets the service library fill in.
func Rendered(path string) string {
	return strings.NewReplacer(
		"Written by `igwatchd service install`", "From the package",
		"{{Description}}", description,
		"{{Path | cmdEscape}}", path,
		"{{range Arguments}} {{. | cmd}}{{end}}", " run",
	).Replace(SystemUnit)
}
