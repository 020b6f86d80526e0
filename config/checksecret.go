package config

import "regexp"

var credentialName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$`)

func checkSecret(c *collector, at string, raw rawInbox) Secret {
	s, given := secret(c, join(at, "password"), raw.PasswordFile, raw.PasswordCommand, raw.PasswordCredential)
	if raw.OAuth2 != nil {
		given++
	}
	switch {
	case given == 0:
		c.add(join(at, "password_file"), "missing: name where the password is (password_file, password_command or password_credential), or use oauth2")
	case given > 1:
		c.add(join(at, "password_file"), "the login is given in more than one way: keep one of password_file, password_command, password_credential, oauth2")
	}
	return s
}

// checkInstagramPassword returns nil where there is none: igwatchd asks for it nowhere by itself.
func checkInstagramPassword(c *collector, at string, raw rawAccount) *Secret {
	key := join(at, "instagram_password")
	s, given := secret(c, key, raw.InstagramPasswordFile, raw.InstagramPasswordCommand, raw.InstagramPasswordCredential)
	if given > 1 {
		c.add(key+"_file", "it is given in more than one way: keep one of instagram_password_file, instagram_password_command, instagram_password_credential")
	}
	if given == 0 {
		return nil
	}
	return &s
}

// secret checks the three keys that can say where a secret is, and counts those that do.
func secret(c *collector, key, file string, command []string, credential string) (s Secret, given int) {
	s = Secret{File: optionalPath(c, key+"_file", file), Command: command, Credential: credential}
	for _, set := range []bool{file != "", len(command) > 0, credential != ""} {
		if set {
			given++
		}
	}
	if len(command) > 0 && command[0] == "" {
		c.add(key+"_command", "the first item must be the program")
	}
	if credential != "" && !credentialName.MatchString(credential) {
		c.add(key+"_credential", "a credential's name, not a path: letters, digits, dots, dashes and underscores")
	}
	return s, given
}
