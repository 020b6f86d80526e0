// Package systemd holds the unit and what belongs to it. What the command
// installs, the packages ship and the linter rates are these very files.
package systemd

import _ "embed"

// The units are templates of github.com/kardianos/service v1.3.0, whose keys
// are bare: {{Path | cmdEscape}}, {{range Arguments}}.
var (
	// SystemUnit is the hardened system service.
	//
	//go:embed igwatchd.service
	SystemUnit string

	// UserUnit is the service of one person, under that person's own manager.
	//
	//go:embed igwatchd-user.service
	UserUnit string

	// Sysusers is a fragment for sysusers.d(5).
	//
	//go:embed igwatchd.sysusers
	Sysusers string

	// Tmpfiles is a fragment for tmpfiles.d(5).
	//
	//go:embed igwatchd.tmpfiles
	Tmpfiles string
)
