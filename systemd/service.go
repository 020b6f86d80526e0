package systemd

import (
	"errors"

	"github.com/kardianos/service"
)

const description = "Watch for Instagram's export mail, fetch and keep the archive"

// Setup is what differs from one installed service to the next.
type Setup struct {
	User       bool     // of one person, not of the machine
	Home       string   // that person's home folder; needed on macOS
	Executable string   // absolute; may be empty where nothing is installed
	Arguments  []string // ready for the service manager: see Argument
}

// Service describes igwatchd to the service library as it is installed on goos. An error means
// that there is no such service.
func Service(goos string, s Setup) (*service.Config, error) {
	c := &service.Config{
		Name: "igwatchd", DisplayName: "igwatchd", Description: description,
		Executable: s.Executable, Arguments: s.Arguments,
	}
	switch goos {
	case "windows":
		if s.User {
			return nil, errors.New("a service of Windows belongs to the machine, not to one person: leave --user out")
		}
		// Windows starts anew what ends without having said that it stopped: a crash, and a daemon that
		// gave up. A wrong configuration ends it before it has said that it runs: then the start itself
		// fails (error 1053), which is no matter of these options.
		c.Option = service.KeyValue{"DelayedAutoStart": true, "OnFailure": "restart", "OnFailureDelayDuration": "5s"}
	case "darwin":
		text, err := Plist(s)
		if err != nil {
			return nil, err
		}
		c.Option = service.KeyValue{"LaunchdConfig": text, "UserService": s.User}
	default: // on others than Linux, the library's own script
		unit := SystemUnit
		if s.User {
			unit = UserUnit
		}
		c.Option = service.KeyValue{"SystemdScript": unit, "UserService": s.User}
	}
	return c, nil
}
