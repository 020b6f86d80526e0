package testworld

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// The keys that a Bucket lets in.
const (
	BucketAccess = "AKIDEXAMPLE"
	BucketSecret = "wJalrXUtnFEMI"
)

// Bucket is a real S3 server, versitygw, which checks every checksum that it is
// sent; on loopback and over TLS. Objects are files in a folder.
type Bucket struct {
	Dir                                  string // where the objects below URL lie as files
	URL                                  string // https://HOST/BUCKET/PREFIX
	AccessKeyFile, SecretKeyFile, CAFile string
	cmd                                  *exec.Cmd
	log                                  *os.File
}

// StartBucket starts program, which `make test` installs, with its files in dir.
func StartBucket(ctx context.Context, program, dir string, ca *CA) (*Bucket, error) {
	if _, err := os.Stat(program); err != nil {
		return nil, fmt.Errorf("the S3 server for tests is not there, get it with: make test-tools (%w)", err)
	}
	cert, err := ca.Issue("localhost", "127.0.0.1")
	if err != nil {
		return nil, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		return nil, err
	}
	b := &Bucket{Dir: filepath.Join(dir, "buckets", "pictures", "copies")}
	err = os.MkdirAll(filepath.Join(dir, "buckets", "pictures"), 0o700)
	put := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		err = errors.Join(err, os.WriteFile(path, data, 0o600))
		return path
	}
	b.AccessKeyFile, b.SecretKeyFile = put("access", []byte(BucketAccess+"\n")), put("secret", []byte(BucketSecret+"\n"))
	b.CAFile = put("ca.pem", ca.PEM())
	certFile := put("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}))
	keyFile := put("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	if err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	_ = l.Close()
	b.URL = "https://" + address + "/pictures/copies"
	b.cmd = exec.CommandContext(ctx, program,
		"--access", BucketAccess, "--secret", BucketSecret, "--region", "us-east-1", "--quiet", "--keep-alive",
		"--port", address, "--cert", certFile, "--key", keyFile, "posix", filepath.Join(dir, "buckets"))
	if b.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		return nil, err
	}
	b.cmd.Stdout, b.cmd.Stderr = b.log, b.log
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	return b, b.await(ctx, address, ca)
}

func (b *Bucket) await(ctx context.Context, address string, ca *CA) error {
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: ca.Pool()}}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	for {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			text, _ := os.ReadFile(b.log.Name())
			_ = b.Close()
			return fmt.Errorf("the S3 server does not answer: %w\n%s", err, text)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Close ends the server; the objects stay.
func (b *Bucket) Close() error {
	_ = b.cmd.Process.Kill()
	_ = b.cmd.Wait()
	return b.log.Close()
}
