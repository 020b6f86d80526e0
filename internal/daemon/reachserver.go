package daemon

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/imapwatch"
)

// Server says how imapwatch reaches an account's inbox.
func Server(in config.Inbox) (imapwatch.Server, error) {
	roots, err := loadRoots(in.CAFile)
	if err != nil {
		return imapwatch.Server{}, err
	}
	server := imapwatch.Server{Host: in.Host, Port: in.Port, Security: in.Security, User: in.User, RootCAs: roots}
	if in.OAuth2 == nil {
		server.Password = in.Password.Read
		return server, nil
	}
	_, tokens, err := SignIn(in)
	if err != nil {
		return imapwatch.Server{}, err
	}
	server.Token = tokens.Token
	return server, nil
}

// FindHost asks DNS for the IMAP server of an address (RFC 6186, section 3.2).
func FindHost(ctx context.Context, address string) (host string, port int, err error) {
	_, domain, _ := strings.Cut(address, "@")
	_, records, err := net.DefaultResolver.LookupSRV(ctx, "imaps", "tcp", domain)
	if err != nil || len(records) == 0 || records[0].Target == "." {
		return "", 0, fault.Temporary(fmt.Errorf("find the mail server of %s: its domain does not announce one", address),
			"set host in [account.inbox]; the mail provider's help pages call it \"IMAP server\"")
	}
	return strings.TrimSuffix(records[0].Target, "."), int(records[0].Port), nil
}

// loadRoots returns the system's certificates with those of file added; nil
// stands for the system's alone.
func loadRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // nil is the system's pool for crypto/tls
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fault.Configuration(fmt.Errorf("read ca_file: %w", err), "")
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fault.Configuration(fmt.Errorf("read ca_file: %s holds no certificate in PEM form", file), "")
	}
	return pool, nil
}
