package testworld

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
)

// dovecotConf is a configuration for Dovecot 2.3. Words in braces are filled in.
const dovecotConf = `
protocols = imap
base_dir = {run}/base
state_dir = {run}/base
log_path = {log}
listen = 127.0.0.1
ssl = required
ssl_cert = <{run}/cert.pem
ssl_key = <{run}/key.pem
ssl_min_protocol = TLSv1.2
mail_location = maildir:{run}/mail/%u
mail_max_userip_connections = 200
first_valid_uid = 1
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
shutdown_clients = yes
lda_mailbox_autocreate = no
postmaster_address = postmaster@example.org
hostname = localhost
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {run}/passwd
}
userdb {
  driver = static
  args = uid={uid} gid={gid} home={run}/mail/%u
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Junk {
    auto = subscribe
    special_use = \Junk
  }
  mailbox All {
    auto = no
    special_use = \All
  }
}
service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = {port}
    ssl = yes
  }
}
# Wrong passwords are answered at once, the tenth as well as the first.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`

// oauth2Conf lets people in by access tokens, too, which Dovecot asks the provider about.
const oauth2Conf = `
passdb {
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {run}/oauth2.conf
}
`

const oauth2PassdbConf = `
introspection_mode = post
introspection_url = {introspect}
force_introspection = yes
username_attribute = username
active_attribute = active
active_value = true
tls_ca_cert_file = {run}/ca.pem
`

// unprivilegedConf lets an ordinary user run it: nobody else's rights, no chroot.
const unprivilegedConf = `
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
`

// configure writes the configuration, the key and the users, and makes the mail folder.
func (d *Dovecot) configure(port string) error {
	root := os.Getuid() == 0
	owner, conf := "dovecot", dovecotConf // mail that belongs to root is refused
	if !root {
		owner, conf = strconv.Itoa(os.Getuid()), dovecotConf+unprivilegedConf
	}
	introspect, mechanisms := "", "plain login"
	if d.mechanisms != "" {
		mechanisms = d.mechanisms
	}
	if d.provider != nil {
		conf, introspect = conf+oauth2Conf, d.provider.IntrospectURL()
	}
	mailer, err := lookupUser(owner)
	if err != nil {
		return err
	}
	group, err := user.LookupGroupId(mailer.Gid)
	if err != nil {
		return err
	}
	fill := strings.NewReplacer("{run}", d.run, "{log}", d.log, "{port}", port,
		"{uid}", mailer.Uid, "{gid}", mailer.Gid, "{user}", mailer.Username, "{group}", group.Name, "{introspect}", introspect, "{mechanisms}", mechanisms)
	cert, key, err := d.certificate()
	if err != nil {
		return err
	}
	d.config = filepath.Join(d.run, "dovecot.conf")
	passwd, mail := filepath.Join(d.run, "passwd"), filepath.Join(d.run, "mail")
	oauth2, ca := filepath.Join(d.run, "oauth2.conf"), filepath.Join(d.run, "ca.pem")
	for _, f := range []struct {
		path string
		body []byte
	}{
		{d.config, []byte(fill.Replace(conf))},
		{filepath.Join(d.run, "cert.pem"), cert},
		{filepath.Join(d.run, "key.pem"), key},
		{passwd, []byte(strings.Join(append(neighbours(), mailUser), ":"+d.password+"\n") + ":" + d.password + "\n")},
		{oauth2, []byte(fill.Replace(oauth2PassdbConf))},
		{ca, d.ca.PEM()},
	} {
		if err := os.WriteFile(f.path, f.body, 0o600); err != nil {
			return err
		}
	}
	if err := os.Mkdir(mail, 0o700); err != nil {
		return err
	}
	if !root {
		return nil
	}
	uid, err := strconv.Atoi(mailer.Uid)
	if err != nil {
		return err
	}
	return errors.Join(os.Chown(passwd, uid, -1), os.Chown(mail, uid, -1), os.Chown(oauth2, uid, -1), os.Chown(ca, uid, -1))
}

// neighbours are the people on the same server whose mailboxes Neighbour hands out.
func neighbours() (users []string) {
	for i := range 40 {
		users = append(users, fmt.Sprintf("neighbour%d@example.org", i))
	}
	return users
}

// lookupUser finds a user by name or, for the ordinary user who has none, by number.
func lookupUser(name string) (*user.User, error) {
	if u, err := user.LookupId(name); err == nil {
		return u, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoDovecot, err)
	}
	return u, nil
}

// certificate returns a server certificate and its key in PEM form.
func (d *Dovecot) certificate() (cert, key []byte, err error) {
	issued, err := d.ca.Issue("localhost", "127.0.0.1", "::1")
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(issued.PrivateKey)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: issued.Certificate[0]}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}
