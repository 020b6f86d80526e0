package config

import (
	"net/url"
	"slices"
	"strings"

	"filippo.io/age"
)

func checkReplica(c *collector, at string, raw rawReplica, cfg *Config) Replica {
	r := Replica{
		Dir: optionalPath(c, join(at, "dir"), raw.Dir), S3: strings.TrimRight(raw.S3, "/"), Region: raw.Region,
		CAFile:        optionalPath(c, join(at, "ca_file"), raw.CAFile),
		AccessKeyFile: optionalPath(c, join(at, "access_key_file"), raw.AccessKeyFile),
		SecretKeyFile: optionalPath(c, join(at, "secret_key_file"), raw.SecretKeyFile),
		Recipients:    raw.AgeRecipients,
	}
	switch {
	case (raw.Dir == "") == (raw.S3 == ""):
		c.add(join(at, "dir"), "a replica is either a dir or an s3 address")
	case raw.S3 != "":
		u, err := url.Parse(raw.S3)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || strings.Trim(u.Path, "/") == "" {
			c.add(join(at, "s3"), `must be "https://HOST/BUCKET/PREFIX"`)
		}
		if raw.AccessKeyFile == "" || raw.SecretKeyFile == "" {
			c.add(join(at, "access_key_file"), "s3 needs access_key_file and secret_key_file")
		}
	case within(cfg.ArchiveDir, raw.Dir) || within(raw.Dir, cfg.ArchiveDir):
		c.add(join(at, "dir"), "it and archive_dir lie in one another: a copy belongs on another disk")
	}
	if slices.ContainsFunc(cfg.Replicas, func(other Replica) bool { return other.Name() == r.Name() && r.Name() != "" }) {
		c.add(join(at, "dir"), "%s has two [[replica]] blocks", r.Name())
	}
	for _, recipient := range raw.AgeRecipients {
		if _, err := age.ParseRecipients(strings.NewReader(recipient)); err != nil {
			if strings.HasPrefix(strings.ToUpper(recipient), "AGE-SECRET-KEY-") {
				c.add(join(at, "age_recipients"), `this is the secret key: keep it away from this computer, and put its public one here, "age1…"`)
				continue
			}
			c.add(join(at, "age_recipients"), `%.20q is no age recipient, like "age1…": age-keygen makes one`, recipient)
		}
	}
	return r
}
