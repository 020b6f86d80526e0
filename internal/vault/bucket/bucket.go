// Package bucket keeps copies in a bucket that speaks the S3 protocol, path
// style, over TLS. Every object is sent with its CRC-64/NVME, which the server
// checks, and reading it back is a GET of every byte.
package bucket

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Options say where the bucket is and how to be let in.
type Options struct {
	URL           string // https://HOST[:PORT]/BUCKET[/PREFIX]
	Region        string // default: what the host name says, else us-east-1
	AccessKeyFile string // both are read anew for every request,
	SecretKeyFile string // so that new keys need no restart
	CAFile        string // a root certificate for this server, besides the system's
	PartSize      int64  // bytes; larger objects are sent in parts; default 16 MiB, at least 5 MiB
}

// Bucket is a place for copies.
type Bucket struct {
	client   *s3.Client
	host     string
	bucket   string
	prefix   string
	partSize int64
	stall    time.Duration // how long a transfer may bring nothing
	pause    time.Duration // before the first retry of a broken read
}

// Open prepares a bucket for use. It connects to nothing: Ready does.
func Open(o Options) (*Bucket, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return nil, fault.Configuration(errors.New("s3: the address must be https://HOST/BUCKET/PREFIX"), "")
	}
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	if bucket == "" {
		return nil, fault.Configuration(errors.New("s3: the address names no bucket"), "it must be https://HOST/BUCKET/PREFIX")
	}
	transport, err := newTransport(o.CAFile)
	if err != nil {
		return nil, err
	}
	b := &Bucket{
		host: u.Host, bucket: bucket, prefix: prefix, partSize: max(o.PartSize, 5<<20),
		stall: time.Minute, pause: time.Second,
	}
	if o.PartSize == 0 {
		b.partSize = 16 << 20
	}
	b.client = s3.New(s3.Options{
		BaseEndpoint: aws.String("https://" + u.Host),
		UsePathStyle: true,
		Region:       region(o.Region, u.Hostname()),
		Credentials:  keys{o.AccessKeyFile, o.SecretKeyFile},
		HTTPSignerV4: signer{},
		Retryer:      retry.NewStandard(neverTrusted),
		HTTPClient: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // keys and pictures go nowhere else
		}},
		// The checksums are ours: they are sent as plain headers, which older
		// servers understand or ignore, and reading back compares SHA-256.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	})
	return b, nil
}

func newTransport(caFile string) (*http.Transport, error) {
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout:    30 * time.Second,
		ResponseHeaderTimeout:  5 * time.Minute, // completing a large upload takes a while
		IdleConnTimeout:        time.Minute,
		MaxResponseHeaderBytes: 1 << 20,
		ForceAttemptHTTP2:      true,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if caFile == "" {
		return t, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fault.Configuration(fmt.Errorf("s3: ca_file: %w", err), "")
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fault.Configuration(fmt.Errorf("s3: ca_file: no certificate in %s", caFile), "")
	}
	t.TLSClientConfig.RootCAs = pool
	return t, nil
}

// region returns what requests are signed for. Most providers put it into the
// host name, as in s3.eu-central-1.example.com; those that do not care take us-east-1.
func region(given, host string) string {
	if given != "" {
		return given
	}
	for label := range strings.SplitSeq(host, ".") {
		parts := strings.Split(label, "-")
		if _, err := strconv.Atoi(parts[len(parts)-1]); err == nil && len(parts) >= 3 && len(parts[0]) == 2 {
			return label
		}
	}
	return "us-east-1"
}

// neverTrusted stops the SDK from asking again for a certificate that no
// further try makes valid.
func neverTrusted(o *retry.StandardOptions) {
	no := retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
		if untrusted(err) {
			return aws.FalseTernary
		}
		return aws.UnknownTernary
	})
	o.Retryables = append([]retry.IsErrorRetryable{no}, o.Retryables...)
}

// signer signs each request on its own: the SDK's signer remembers what it made
// of an access key's first secret, and goes on using it when that was corrected.
type signer struct{}

func (signer) SignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, payload, service, region string, at time.Time, more ...func(*v4.SignerOptions)) error {
	once := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	return once.SignHTTP(ctx, c, r, payload, service, region, at, more...)
}

// keys reads the credentials from their files.
type keys struct{ access, secret string }

func (k keys) Retrieve(context.Context) (aws.Credentials, error) {
	// Expired at once, so that the SDK's cache asks again for the next request.
	c := aws.Credentials{Source: "files", CanExpire: true, Expires: time.Now()}
	for _, f := range []struct {
		path string
		to   *string
	}{{k.access, &c.AccessKeyID}, {k.secret, &c.SecretAccessKey}} {
		text, err := os.ReadFile(f.path)
		if err != nil {
			return c, fault.Configuration(fmt.Errorf("read key: %w", err), "igwatchd's user must be able to read that file")
		}
		if *f.to = strings.TrimSpace(string(text)); *f.to == "" || len(*f.to) > 1<<10 {
			return c, fault.Configuration(fmt.Errorf("read key: %s does not hold a key", f.path), "put the key alone into it")
		}
	}
	return c, nil
}

func (b *Bucket) key(name string) string { return path.Join(b.prefix, name) }

// Ready says whether the bucket lets us in. How much room it has nobody can ask.
func (b *Bucket) Ready(ctx context.Context, _ int64) error {
	_, err := b.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: &b.bucket, Prefix: aws.String(b.key("") + "/"), MaxKeys: aws.Int32(1),
	})
	return b.classify("reach", "", err)
}

// stat is vault.Stat, which it cannot name: an alias needs no import.
type stat = struct {
	Size    int64
	Version string
}

// List returns all objects below folder, by their names in it.
func (b *Bucket) List(ctx context.Context, folder string) (map[string]stat, error) {
	prefix := strings.TrimPrefix(b.key(folder)+"/", "/")
	files := map[string]stat{}
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, b.classify("list", folder, err)
		}
		for _, o := range page.Contents {
			name := strings.TrimPrefix(aws.ToString(o.Key), prefix)
			if strings.HasSuffix(name, "/") && aws.ToInt64(o.Size) == 0 {
				continue // what consoles make so that a folder is seen
			}
			files[name] = stat{
				Size:    aws.ToInt64(o.Size),
				Version: aws.ToString(o.ETag) + " " + aws.ToTime(o.LastModified).UTC().Format(time.RFC3339Nano),
			}
		}
	}
	return files, nil
}

// maxCopy is the most that one CopyObject takes (the S3 API's limit).
const maxCopy = 5 << 30

// Aside keeps a damaged object under another name. One that is too large to be
// copied within the server, or that the server cannot read or has no room for,
// is not kept.
func (b *Bucket) Aside(ctx context.Context, name, to string) error {
	head, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.bucket, Key: aws.String(b.key(name))})
	if err != nil {
		return b.classify("look at", name, err)
	}
	if aws.ToInt64(head.ContentLength) > maxCopy {
		return nil
	}
	source := url.URL{Path: path.Join(b.bucket, b.key(name))}
	_, err = b.client.CopyObject(ctx, &s3.CopyObjectInput{
		Bucket: &b.bucket, Key: aws.String(b.key(to)), CopySource: aws.String(source.EscapedPath()),
		MetadataDirective: types.MetadataDirectiveCopy,
	})
	if err != nil && (full(err) || fault.KindOf(b.classify("", "", err)) == fault.UnknownKind) {
		return nil // keeping it is a courtesy; the whole one matters
	}
	return b.classify("keep aside", name, err)
}

// Remove takes an object away.
func (b *Bucket) Remove(ctx context.Context, name string) error {
	_, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.bucket, Key: aws.String(b.key(name))})
	return b.classify("remove", name, err)
}
