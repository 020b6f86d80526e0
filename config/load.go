package config

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/pelletier/go-toml/v2"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// maxFile bounds the file; a real one has a few kilobytes.
const maxFile = 1 << 20

// Load reads and checks the file at path. All faults are returned at once as
// Faults, of kind configuration.
func Load(path string) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		hint := "write one: igwatchd config example > " + path
		if errors.Is(err, os.ErrPermission) {
			hint = "run the command as the user the service runs as: sudo -u igwatchd igwatchd …"
		}
		return nil, fault.Configuration(fmt.Errorf("read configuration: %w", err), hint)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fault.Configuration(fmt.Errorf("read configuration: %w", err), "")
	}
	cfg, err := Parse(path, data)
	if err != nil {
		return nil, fault.Configuration(err, "mend the file, then: igwatchd check --config "+path)
	}
	return cfg, nil
}

// Parse checks data, the content of the file called name. Its error is Faults.
func Parse(name string, data []byte) (*Config, error) {
	c := &collector{file: name}
	if len(data) > maxFile {
		c.add("", "larger than 1 MiB: this is not a configuration file")
		return nil, c.err()
	}
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		c.faults = append(c.faults, syntaxFault(name, err))
		return nil, c.err()
	}
	c.places = places(data)
	checkShape(c, tree)
	if err := c.err(); err != nil {
		return nil, err
	}
	raw := defaults()
	if err := toml.Unmarshal(data, &raw); err != nil {
		c.faults = append(c.faults, syntaxFault(name, err))
		return nil, c.err()
	}
	cfg := check(c, raw)
	if err := c.err(); err != nil {
		return nil, err
	}
	cfg.Path = name
	cfg.place()
	return cfg, nil
}

func syntaxFault(name string, err error) Fault {
	f := Fault{File: name, Text: err.Error()}
	if d, ok := errors.AsType[*toml.DecodeError](err); ok {
		f.Line, f.Column = d.Position()
	}
	return f
}

// Defaults is the configuration without any account: what holds for commands
// that need none.
func Defaults() *Config {
	c := &collector{}
	raw := defaults()
	raw.Account = nil
	return check(c, raw)
}
