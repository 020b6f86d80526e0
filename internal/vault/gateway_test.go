package vault

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/igwatchd/igwatchd/internal/testworld"
	"github.com/igwatchd/igwatchd/internal/vault/bucket"
)

// gateway is an S3 server of the test's own.
type gateway struct {
	dir     string // buckets are folders in it, objects are files in these
	options bucket.Options
	roots   *x509.CertPool
}

func startGateway(t *testing.T) *gateway {
	t.Helper()
	program, err := filepath.Abs("../../.tools/bin/versitygw")
	if err != nil {
		t.Fatal(err)
	}
	ca, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	b, err := testworld.StartBucket(context.WithoutCancel(t.Context()), program, home, ca)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return &gateway{dir: filepath.Join(home, "buckets"), roots: ca.Pool(), options: bucket.Options{
		URL: b.URL, AccessKeyFile: b.AccessKeyFile, SecretKeyFile: b.SecretKeyFile, CAFile: b.CAFile, PartSize: 5 << 20,
	}}
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
			return aws.Credentials{AccessKeyID: testworld.BucketAccess, SecretAccessKey: testworld.BucketSecret}, nil
		}),
	})
}
