package testworld

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func newCA(t *testing.T) *CA {
	t.Helper()
	ca, err := NewCA()
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

// handshake connects to a server with the given certificate, calling it host.
func handshake(t *testing.T, cert tls.Certificate, roots *x509.CertPool, host string) error {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		if conn, err := l.Accept(); err == nil {
			_ = conn.(*tls.Conn).Handshake()
			conn.Close()
		}
	}()
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Minute}, "tcp", l.Addr().String(), &tls.Config{RootCAs: roots, ServerName: host})
	if err == nil {
		conn.Close()
	}
	return err
}

func TestCertificates(t *testing.T) {
	ca := newCA(t)
	good, err := ca.Issue("localhost", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	expired, err := ca.IssueExpired("localhost")
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"localhost", "127.0.0.1"} {
		if err := handshake(t, good, ca.Pool(), host); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	var wrongName x509.HostnameError
	if err := handshake(t, good, ca.Pool(), "www.instagram.com"); !errors.As(err, &wrongName) {
		t.Errorf("other host: %v, want a wrong name", err)
	}
	var invalid x509.CertificateInvalidError
	if err := handshake(t, expired, ca.Pool(), "localhost"); !errors.As(err, &invalid) || invalid.Reason != x509.Expired {
		t.Errorf("expired: %v, want expired", err)
	}
	var unknown x509.UnknownAuthorityError
	if err := handshake(t, good, newCA(t).Pool(), "localhost"); !errors.As(err, &unknown) {
		t.Errorf("other authority: %v, want unknown", err)
	}
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := ca.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		t.Fatal("the file is no certificate")
	}
	if err := handshake(t, good, pool, "localhost"); err != nil {
		t.Errorf("authority from file: %v", err)
	}
}
