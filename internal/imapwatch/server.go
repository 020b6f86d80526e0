package imapwatch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// The ways to protect the connection.
const (
	securityTLS       = "tls"
	securityStartTLS  = "starttls"
	securityPlaintext = "plaintext"
)

// Server is how to reach and enter one mailbox.
type Server struct {
	Host string
	Port int
	// Security is tls, starttls, or plaintext, which is refused unless the server is on this machine.
	Security string
	User     string
	// Password is called at every login, so that a changed one is noticed. It must end with ctx.
	Password func(ctx context.Context) (string, error)
	// Token, if set, is called instead: an OAuth 2 access token for this login. refused is the one
	// that the server has just refused, or empty; it must not be returned again if there is another.
	// A permanent error counts as a login refused by the server.
	Token   func(ctx context.Context, refused string) (string, error)
	RootCAs *x509.CertPool // nil: the system's
}

func (s Server) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// check finds what no attempt will mend.
func (s Server) check() error {
	switch {
	case s.Host == "" || s.Port <= 0 || s.Port > 65535:
		return fault.Configuration(fmt.Errorf("mail server %q: not a host and a port", s.address()), "set account.inbox.host and port")
	case s.Password == nil && s.Token == nil:
		return fault.Configuration(errors.New("mail server: no password is configured"), "set account.inbox.password_file")
	}
	switch s.Security {
	case securityTLS, securityStartTLS:
		return nil
	case securityPlaintext:
		if ip, err := netip.ParseAddr(s.Host); s.Host != "localhost" && (err != nil || !ip.IsLoopback()) {
			return errPlaintext(s.Host)
		}
		return nil
	}
	return fault.Configuration(fmt.Errorf("mail server: security %q is unknown", s.Security), "account.inbox.security is tls or starttls")
}

func errPlaintext(host string) error {
	return fault.Configuration(fmt.Errorf("mail server %s: plaintext would send the password unprotected", host),
		"set account.inbox.security to tls or starttls; plaintext is for a server on this machine")
}

// dialFault says what an error of name lookup, TCP or TLS means.
func dialFault(s Server, err error) error {
	if fault.KindOf(err) != fault.UnknownKind {
		return err
	}
	hint := ""
	name, isDNS := errors.AsType[*net.DNSError](err)
	unknown, isUnknown := errors.AsType[x509.UnknownAuthorityError](err)
	wrongName, isWrongName := errors.AsType[x509.HostnameError](err)
	invalid, isInvalid := errors.AsType[x509.CertificateInvalidError](err)
	_, isNotTLS := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case isDNS && name.IsNotFound:
		err = fmt.Errorf("mail server %s: there is no host of that name", s.Host)
		hint = "check account.inbox.host for a typing error; without a network this can be a passing thing"
	case isDNS:
		err = fmt.Errorf("mail server %s: its name could not be looked up: %s", s.Host, name.Err)
		hint = "is the network up? otherwise check account.inbox.host"
	case isUnknown:
		err = fmt.Errorf("mail server %s: its certificate comes from an authority this machine does not trust: %w", s.Host, unknown)
		hint = "if the server is your own, set account.inbox.ca_file to its authority's certificate; otherwise somebody may be in between"
	case isWrongName:
		err = fmt.Errorf("mail server %s: its certificate is for another name: %w", s.Host, wrongName)
		hint = "set account.inbox.host to a name in the certificate; ca_file does not mend this"
	case isInvalid:
		err = fmt.Errorf("mail server %s: its certificate is not valid: %w", s.Host, invalid)
		hint = "check this machine's clock; if that is right, the server's owner must renew it (a private authority goes into account.inbox.ca_file)"
	case isNotTLS:
		err = fmt.Errorf("mail server %s does not speak TLS on port %d", s.Host, s.Port)
		hint = "port 993 goes with security = \"tls\", port 143 with \"starttls\""
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		err = fmt.Errorf("mail server %s: no answer on port %d", s.Host, s.Port)
		hint = "is the network up, and does a firewall let port " + strconv.Itoa(s.Port) + " through?"
	case strings.Contains(err.Error(), "connection refused"):
		err = fmt.Errorf("mail server %s: nothing listens on port %d", s.Host, s.Port)
		hint = "check account.inbox.host and port; a server that restarts looks the same for a moment"
	default:
		err = fmt.Errorf("connect to mail server %s: %w", s.Host, err)
	}
	return fault.Temporary(err, hint)
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}
