package bucket

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc64"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const (
	atOnce   = 3     // parts of one object on their way, and in memory
	maxParts = 9_000 // of the 10,000 that S3 allows
)

// nvme is the polynomial of CRC-64/NVME, which S3 calls CRC64NVME.
var nvme = crc64.MakeTable(0x9a6c9329ac4bc9b5)

func crcText(sum uint64) *string {
	return aws.String(base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, sum)))
}

// Put sends what r yields. Larger objects go in parts and become one only when
// all are there and the CRC of the whole is right. An object that was not there
// before must not be there when it is finished (If-None-Match). size bounds the
// length from above. sum is kept as the object's metadata.
func (b *Bucket) Put(ctx context.Context, name string, r io.Reader, size int64, sum string) error {
	part := max(b.partSize, (size+maxParts-1)/maxParts)
	first := make([]byte, min(part, size+1))
	n, err := io.ReadFull(r, first)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	u := upload{Bucket: b, name: name, key: b.key(name), part: part}
	if sum != "" {
		u.meta = map[string]string{"sha256": sum}
	}
	if u.fresh, err = b.fresh(ctx, u.key); err != nil {
		return b.classify("look at", name, err)
	}
	if n < len(first) {
		return b.classify("write", name, u.whole(ctx, first[:n]))
	}
	if err := u.inParts(ctx, first, r); err != nil {
		return b.classify("write", name, err)
	}
	return nil
}

// fresh returns the condition for writing key: nothing may be there, or "".
func (b *Bucket) fresh(ctx context.Context, key string) (*string, error) {
	_, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.bucket, Key: &key})
	switch {
	case err == nil:
		return nil, nil
	case slices.Contains(notThere, codeOf(err)):
		return aws.String("*"), nil
	default:
		return nil, err
	}
}

type upload struct {
	*Bucket
	name, key string
	part      int64
	meta      map[string]string
	fresh     *string
}

func (u *upload) whole(ctx context.Context, data []byte) error {
	_, err := u.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &u.bucket, Key: &u.key, Body: bytes.NewReader(data), ContentLength: aws.Int64(int64(len(data))),
		Metadata: u.meta, IfNoneMatch: u.fresh, ChecksumCRC64NVME: crcText(crc64.Checksum(data, nvme)),
	})
	return err
}

func (u *upload) inParts(ctx context.Context, first []byte, r io.Reader) error {
	u.dropStale(ctx)
	made, err := u.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: &u.bucket, Key: &u.key, Metadata: u.meta,
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme, ChecksumType: types.ChecksumTypeFullObject,
	})
	if err != nil {
		return err
	}
	parts, crc, err := u.sendParts(ctx, made.UploadId, first, r)
	if err == nil {
		_, err = u.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
			Bucket: &u.bucket, Key: &u.key, UploadId: made.UploadId, IfNoneMatch: u.fresh,
			MultipartUpload:   &types.CompletedMultipartUpload{Parts: parts},
			ChecksumCRC64NVME: crcText(crc), ChecksumType: types.ChecksumTypeFullObject,
		})
	}
	if err != nil { // parts that nobody asks for would be paid for
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		u.abort(ctx, made.UploadId)
	}
	return err
}

// sendParts sends first and the rest of r, atOnce parts at a time, and returns
// the CRC of the whole. The buffers are all the memory that it takes.
func (u *upload) sendParts(ctx context.Context, id *string, first []byte, r io.Reader) (parts []types.CompletedPart, crc uint64, err error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	buffers := make(chan []byte, atOnce)
	for range atOnce - 1 {
		buffers <- nil
	}
	buf, n, end := first, len(first), false
	for number := int32(1); ; number++ {
		data := buf[:n]
		crc = crc64.Update(crc, nvme, data)
		full := buf
		wg.Go(func() {
			etag, err := u.sendPart(ctx, id, number, data)
			if err != nil {
				fail(err)
				return
			}
			mu.Lock()
			parts = append(parts, types.CompletedPart{
				PartNumber: aws.Int32(number), ETag: etag, ChecksumCRC64NVME: crcText(crc64.Checksum(data, nvme)),
			})
			mu.Unlock()
			buffers <- full
		})
		if end {
			break
		}
		select {
		case <-ctx.Done():
		case buf = <-buffers:
		}
		if ctx.Err() != nil {
			break
		}
		if buf == nil {
			buf = make([]byte, u.part)
		}
		n, err = io.ReadFull(r, buf)
		if errors.Is(err, io.EOF) {
			break
		}
		if end = errors.Is(err, io.ErrUnexpectedEOF); err != nil && !end {
			fail(err)
			break
		}
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil, 0, context.Cause(ctx)
	}
	slices.SortFunc(parts, func(a, b types.CompletedPart) int { return int(*a.PartNumber - *b.PartNumber) })
	return parts, crc, nil
}

func (u *upload) sendPart(ctx context.Context, id *string, number int32, data []byte) (etag *string, err error) {
	out, err := u.client.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: &u.bucket, Key: &u.key, UploadId: id, PartNumber: &number,
		Body: bytes.NewReader(data), ContentLength: aws.Int64(int64(len(data))),
		ChecksumCRC64NVME: crcText(crc64.Checksum(data, nvme)),
	})
	if err != nil {
		return nil, err
	}
	return out.ETag, nil
}

// dropStale gives back what an interrupted run had sent of this object. That
// costs room and no copy, so a server that cannot say is fine.
func (u *upload) dropStale(ctx context.Context) {
	out, err := u.client.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{Bucket: &u.bucket, Prefix: &u.key})
	if err != nil {
		return
	}
	for _, stale := range out.Uploads {
		if aws.ToString(stale.Key) == u.key {
			u.abort(ctx, stale.UploadId)
		}
	}
}

func (u *upload) abort(ctx context.Context, id *string) {
	_, _ = u.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &u.bucket, Key: &u.key, UploadId: id})
}
