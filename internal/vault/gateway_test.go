package vault

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/igwatchd/igwatchd/internal/testworld"
	"github.com/igwatchd/igwatchd/internal/vault/bucket"
)

// gateway is a place of the test's own on the S3 server that all tests share.
type gateway struct {
	dir     string // objects are files in it
	key     string // what their keys begin with
	options bucket.Options
	roots   *x509.CertPool
}

// shared is the S3 server, which starts when the first test wants it.
var shared struct {
	once   sync.Once
	ca     *testworld.CA
	home   string
	bucket *testworld.Bucket
	places int
	err    error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.bucket != nil {
		_ = shared.bucket.Close()
	}
	_ = os.RemoveAll(shared.home)
	os.Exit(code)
}

func startShared() error {
	program, err := filepath.Abs("../../.tools/bin/versitygw")
	if err != nil {
		return err
	}
	if shared.home, err = os.MkdirTemp("", "igwatchd-vault-"); err != nil {
		return err
	}
	if shared.ca, err = testworld.NewCA(); err != nil {
		return err
	}
	shared.bucket, err = testworld.StartBucket(context.Background(), program, shared.home, shared.ca)
	return err
}

func startGateway(t *testing.T) *gateway {
	t.Helper()
	shared.once.Do(func() { shared.err = startShared() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	shared.places++
	b, prefix := shared.bucket, fmt.Sprint("/", shared.places)
	return &gateway{dir: b.Dir + prefix, key: "copies" + prefix + "/", roots: shared.ca.Pool(), options: bucket.Options{
		URL: b.URL + prefix, AccessKeyFile: b.AccessKeyFile, SecretKeyFile: b.SecretKeyFile, CAFile: b.CAFile, PartSize: 5 << 20,
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
