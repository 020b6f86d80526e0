package vault

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/igwatchd/igwatchd/internal/testworld"
	"github.com/igwatchd/igwatchd/internal/vault/bucket"
)

// gateway is an S3 server of the test's own: versitygw, which checks every
// checksum that it is sent, on loopback and over TLS.
type gateway struct {
	dir     string // buckets are folders in it, objects are files in these
	options bucket.Options
	roots   *x509.CertPool
}

// gatewayProgram is what `make tools` installs.
func gatewayProgram(t *testing.T) string {
	t.Helper()
	program, err := filepath.Abs("../../.tools/bin/versitygw")
	if err == nil {
		_, err = os.Stat(program)
	}
	if err != nil {
		t.Fatalf("the S3 server for tests is not there, get it with: make tools (%v)", err)
	}
	return program
}

func startGateway(t *testing.T) *gateway {
	t.Helper()
	program, home := gatewayProgram(t), t.TempDir()
	put := func(name string, data []byte) string {
		path := filepath.Join(home, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ca, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := ca.Issue("localhost", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	g := &gateway{dir: filepath.Join(home, "buckets"), roots: ca.Pool()}
	if err := os.MkdirAll(filepath.Join(g.dir, "pictures"), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()

	cmd := exec.CommandContext(t.Context(), program,
		"--access", "AKIDEXAMPLE", "--secret", "wJalrXUtnFEMI", "--region", "us-east-1", "--quiet", "--keep-alive", "--port", address,
		"--cert", put("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]})),
		"--key", put("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
		"posix", g.dir)
	log, err := os.Create(filepath.Join(home, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // t.Context ends before this runs
		_ = cmd.Wait()
		_ = log.Close()
	})
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: ca.Pool()}}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			_ = conn.Close()
			break
		}
		if ctx.Err() != nil {
			text, _ := os.ReadFile(log.Name())
			t.Fatalf("the S3 server does not answer: %v\n%s", err, text)
		}
		time.Sleep(20 * time.Millisecond)
	}
	g.options = bucket.Options{
		URL:           "https://" + address + "/pictures/copies",
		AccessKeyFile: put("access", []byte("AKIDEXAMPLE\n")), SecretKeyFile: put("secret", []byte("wJalrXUtnFEMI\n")),
		CAFile: put("ca.pem", ca.PEM()), PartSize: 5 << 20,
	}
	return g
}

func (g *gateway) open(t *testing.T) *bucket.Bucket {
	t.Helper()
	b, err := bucket.Open(g.options)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// client is another one, which knows nothing of ours.
func (g *gateway) client(t *testing.T) *s3.Client {
	t.Helper()
	u, err := url.Parse(g.options.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: g.roots}}
	t.Cleanup(transport.CloseIdleConnections)
	return s3.New(s3.Options{
		BaseEndpoint: aws.String("https://" + u.Host), UsePathStyle: true, Region: "us-east-1",
		HTTPClient: &http.Client{Transport: transport},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI"}, nil
		}),
	})
}
