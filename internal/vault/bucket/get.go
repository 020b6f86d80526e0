package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// readTries is how often in a row a broken transfer is taken up again without
// one more byte having come.
const readTries = 5

// Get opens an object for reading. A transfer that breaks or stalls is taken up
// where it was, from the same version of the object (If-Match).
func (b *Bucket) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	o := &object{b: b, ctx: ctx, name: name}
	if err := o.open(); err != nil {
		return nil, b.classify("read", name, err)
	}
	return o, nil
}

type object struct {
	b    *Bucket
	ctx  context.Context //nolint:containedctx // lives as long as one reading
	name string

	body   io.ReadCloser
	cancel context.CancelFunc // of the request that body belongs to
	etag   *string
	at     int64
	size   int64
}

func (o *object) open() error {
	ctx, cancel := context.WithCancel(o.ctx)
	in := &s3.GetObjectInput{Bucket: &o.b.bucket, Key: aws.String(o.b.key(o.name))}
	if o.etag != nil {
		in.IfMatch, in.Range = o.etag, aws.String(fmt.Sprintf("bytes=%d-", o.at))
	}
	out, err := o.b.client.GetObject(ctx, in)
	if err != nil {
		cancel()
		return err
	}
	length := aws.ToInt64(out.ContentLength)
	if o.etag == nil {
		o.etag, o.size = out.ETag, length
	} else if o.at+length != o.size {
		cancel()
		_ = out.Body.Close()
		return fmt.Errorf("the server sends %d bytes from %d of %d", length, o.at, o.size)
	}
	o.body, o.cancel = out.Body, cancel
	return nil
}

func (o *object) Read(p []byte) (int, error) {
	for try := 0; ; try++ {
		n, err := o.read(p)
		if n > 0 || err == nil || errors.Is(err, io.EOF) {
			return n, err
		}
		if o.ctx.Err() != nil {
			return 0, o.ctx.Err()
		}
		if try == readTries || o.etag == nil {
			return 0, o.b.classify("read", o.name, err)
		}
		o.close()
		select {
		case <-o.ctx.Done():
			return 0, o.ctx.Err()
		case <-time.After(o.b.pause << try):
		}
		if err := o.open(); err != nil && statusOf(err) != 0 {
			return 0, o.b.classify("read", o.name, err) // an answer, which another try would not change
		}
	}
}

// read brings what there is; n > 0 comes without an error.
func (o *object) read(p []byte) (int, error) {
	if o.at == o.size {
		return 0, io.EOF
	}
	if o.body == nil {
		return 0, io.ErrUnexpectedEOF
	}
	stalled := time.AfterFunc(o.b.stall, o.cancel)
	n, err := o.body.Read(p)
	stalled.Stop()
	o.at += int64(n)
	if n > 0 {
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return 0, err
}

func (o *object) close() {
	if o.body != nil {
		o.cancel()
		_ = o.body.Close()
		o.body = nil
	}
}

func (o *object) Close() error {
	o.close()
	return nil
}
