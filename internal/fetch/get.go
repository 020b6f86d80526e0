package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

const (
	syncEvery = 8 << 20
	bufSize   = 256 << 10
)

// transfer is one file on its way.
type transfer struct {
	f        *Fetcher
	r        Request
	cps      Checkpoints
	progress func(done, total int64)
	cp       Checkpoint
	sum      hash.Hash
	part     *durable.Part
	path     string
	started  time.Time
}

// Get fetches one file. It goes on after faults of the network for a while; an
// error of kind temporary may be tried again later and goes on at the last
// checkpoint. Permanent errors (LoginWall, Expired, Refused, NotArchive) are for
// the person. No error contains the link's path or query.
func (f *Fetcher) Get(ctx context.Context, r Request, cps Checkpoints, progress func(done, total int64)) (File, error) {
	t := &transfer{f: f, r: r, cps: cps, progress: progress, started: time.Now()}
	if t.progress == nil {
		t.progress = func(int64, int64) {}
	}
	file, done, err := t.resume(ctx)
	if done || err != nil {
		return file, err
	}
	best := t.cp.Offset
	for try := 1; ; try++ {
		hops, err := t.attempt(ctx)
		if err == nil {
			return t.finish(hops)
		}
		if t.cp.Offset > best { // it gets further than ever: the next fault is a new one
			best, try = t.cp.Offset, 1
		}
		if ctx.Err() != nil || fault.KindOf(err) == fault.PermanentKind || durable.Full(err) || try >= f.times.tries {
			return File{}, errors.Join(err, t.part.Close())
		}
		f.o.Log.Info("transfer interrupted, going on", "error", err, "bytes", t.cp.Offset)
		if err := t.pause(ctx, try, err); err != nil {
			return File{}, errors.Join(err, t.part.Close())
		}
		if err := t.reopen(); err != nil {
			return File{}, err
		}
	}
}

// pause waits before the next attempt: what the server asked for, else longer each time.
func (t *transfer) pause(ctx context.Context, try int, err error) error {
	wait := min(t.f.times.retryMin<<(try-1), t.f.times.retryMax)
	wait = wait/2 + rand.N(wait)
	if b, ok := errors.AsType[*busy](err); ok && b.after > wait {
		wait = min(b.after, t.f.times.retryMax)
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// busy is a server that asks for patience.
type busy struct {
	host, status string
	after        time.Duration
}

func (b *busy) Error() string { return b.host + " answered " + b.status }

// resume goes back to the last checkpoint. done tells that the file was whole
// already when the program was stopped.
func (t *transfer) resume(ctx context.Context) (file File, done bool, err error) {
	t.path = filepath.Join(t.r.Dir, "."+short(t.r.Key)+".part")
	cp, found, err := t.cps.Load(ctx, t.r.Key)
	if err != nil {
		return File{}, false, err
	}
	if found {
		t.cp = cp
	}
	if cp.Total > 0 && cp.Offset == cp.Total {
		final := filepath.Join(t.r.Dir, cp.Name)
		want := sha256.New()
		if err := want.(encoding.BinaryUnmarshaler).UnmarshalBinary(cp.Hash); err == nil { //nolint:forcetypeassert // the standard library's
			sum, size, err := durable.SHA256(ctx, final)
			if err == nil && size == cp.Total && sum == hex.EncodeToString(want.Sum(nil)) {
				return t.file(sum, size, nil), true, nil
			}
		}
	}
	err = t.reopen()
	if errors.Is(err, durable.ErrShort) {
		t.cp = Checkpoint{}
		err = t.reopen()
	}
	return File{}, false, err
}

// reopen cuts the part file to the checkpoint.
func (t *transfer) reopen() error {
	if t.part != nil {
		_ = t.part.Close()
	}
	t.sum = sha256.New()
	if t.cp.Offset > 0 {
		if err := t.sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(t.cp.Hash); err != nil {
			t.cp = Checkpoint{}
			t.sum = sha256.New()
		}
	}
	var err error
	t.part, err = durable.OpenPart(t.path, t.cp.Offset)
	return err
}

func (t *transfer) restart() error {
	t.cp = Checkpoint{}
	t.sum = sha256.New()
	return t.part.Restart()
}

var contentRange = regexp.MustCompile(`^bytes (\d{1,18})-(\d{1,18})/(\d{1,18})$`)

// attempt asks once and takes what comes.
func (t *transfer) attempt(ctx context.Context) ([]Hop, error) {
	if t.cp.Total > 0 && t.cp.Offset == t.cp.Total {
		return nil, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	header := http.Header{}
	if t.cp.Offset > 0 && t.cp.Validator != "" {
		header.Set("Range", fmt.Sprintf("bytes=%d-", t.cp.Offset))
		header.Set("If-Range", t.cp.Validator)
	} else if t.cp.Offset > 0 {
		if err := t.restart(); err != nil {
			return nil, err
		}
	}
	resp, hops, err := t.f.walk(ctx, t.r.URL, header)
	if err != nil {
		return hops, err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end or thrown away
	host := resp.Request.URL.Host
	total, err := t.accept(resp, host)
	if err != nil {
		return hops, err
	}
	return hops, t.receive(ctx, cancel, resp.Body, host, total)
}

// accept judges an answer's head; total is the file's whole length, or -1.
func (t *transfer) accept(resp *http.Response, host string) (total int64, err error) {
	again := func(format string, args ...any) error {
		return fault.Temporary(fmt.Errorf(host+": "+format, args...), "")
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch s := resp.StatusCode; {
	case s == http.StatusForbidden, s == http.StatusNotFound, s == http.StatusGone:
		return 0, fault.Permanent(&Expired{host, s}, "open the download page, log in, and press Download again")
	case s == http.StatusRequestedRangeNotSatisfiable:
		return 0, errors.Join(t.restart(), again("the range is not there any more"))
	case s == http.StatusTooManyRequests || s >= 500:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After")) // a date is rare, and our own delay does too
		return 0, fault.Temporary(&busy{host, resp.Status, time.Duration(max(0, seconds)) * time.Second}, "")
	case s != http.StatusOK && s != http.StatusPartialContent:
		return 0, fault.Permanent(&Expired{host, s}, "open the download page, log in, and press Download again")
	}
	if kind == "text/html" || kind == "application/xhtml+xml" {
		return 0, loginWall(host)
	}
	if e := resp.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return 0, again("sent the file encoded as %s", e)
	}
	validator := resp.Header.Get("ETag")
	if strings.HasPrefix(validator, "W/") || validator == "" {
		validator = resp.Header.Get("Last-Modified")
	}
	if resp.StatusCode == http.StatusPartialContent {
		m := contentRange.FindStringSubmatch(resp.Header.Get("Content-Range"))
		if m == nil || t.cp.Offset == 0 {
			return 0, errors.Join(t.restart(), again("sent a part that was not asked for"))
		}
		start, _ := strconv.ParseInt(m[1], 10, 64)
		whole, _ := strconv.ParseInt(m[3], 10, 64)
		if start != t.cp.Offset || t.cp.Total > 0 && whole != t.cp.Total || validator != t.cp.Validator {
			return 0, errors.Join(t.restart(), again("%w", errChanged))
		}
		return whole, nil
	}
	if err := t.restart(); err != nil {
		return 0, err
	}
	t.cp.Validator, t.cp.Name = validator, fileName(resp.Header.Get("Content-Disposition"), t.r.Key)
	if resp.ContentLength > 0 {
		t.cp.Total = resp.ContentLength
		if err := room(t.r.Dir, t.cp.Total); err != nil {
			return 0, err
		}
		if err := t.part.Reserve(t.cp.Total); err != nil {
			return 0, err
		}
	}
	return resp.ContentLength, nil
}

func (t *transfer) receive(ctx context.Context, cancel func(), body io.Reader, host string, total int64) error {
	stalled := false
	watch := time.AfterFunc(t.f.times.stall, func() { stalled = true; cancel() })
	defer watch.Stop()
	buf := make([]byte, bufSize)
	unsynced := 0
	for {
		n, rerr := body.Read(buf)
		watch.Reset(t.f.times.stall)
		if n > 0 {
			if t.part.Size() == 0 && !bytes.HasPrefix(buf[:n], []byte("PK")) && n >= 2 {
				return fault.Permanent(&NotArchive{host}, "open the download page in a browser and download the archive there")
			}
			if total > 0 && t.part.Size()+int64(n) > total {
				return errors.Join(t.restart(), fault.Temporary(errors.New(host+": sent more than it announced"), ""))
			}
			if _, err := t.part.Write(buf[:n]); err != nil {
				return errors.Join(err, t.checkpoint(ctx))
			}
			t.sum.Write(buf[:n])
			t.progress(t.part.Size(), max(total, 0))
			if unsynced += n; unsynced >= syncEvery {
				unsynced = 0
				if err := t.checkpoint(ctx); err != nil {
					return err
				}
			}
		}
		if errors.Is(rerr, io.EOF) {
			if total > 0 && t.part.Size() != total {
				rerr = io.ErrUnexpectedEOF
			} else {
				t.cp.Total = t.part.Size()
				return t.checkpoint(ctx)
			}
		}
		if rerr != nil {
			if stalled {
				rerr = fmt.Errorf("no byte for %v", t.f.times.stall)
			}
			return errors.Join(fault.Temporary(fmt.Errorf("%s: transfer cut after %d bytes: %w", host, t.part.Size(), rerr), ""), t.checkpoint(context.WithoutCancel(ctx)))
		}
	}
}

// checkpoint records what is on the device.
func (t *transfer) checkpoint(ctx context.Context) error {
	if t.cp.Validator == "" && t.cp.Total != t.part.Size() {
		return nil // without a validator nothing can be gone on with
	}
	if err := t.part.Sync(); err != nil {
		return err
	}
	state, err := t.sum.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return err
	}
	t.cp.Offset, t.cp.Hash = t.part.Size(), state
	return t.cps.Save(ctx, t.r.Key, t.cp)
}

// finish gives the file its name. Its checkpoint stays until the caller drops
// it: a crash before the file is recorded elsewhere must not lose it.
func (t *transfer) finish(hops []Hop) (File, error) {
	size := t.part.Size()
	if err := t.part.Commit(filepath.Join(t.r.Dir, t.cp.Name), size); err != nil {
		return File{}, err
	}
	return t.file(hex.EncodeToString(t.sum.Sum(nil)), size, hops), nil
}

func (t *transfer) file(sum string, size int64, hops []Hop) File {
	return File{
		Name: t.cp.Name, Path: filepath.Join(t.r.Dir, t.cp.Name), Size: size, SHA256: sum, Route: "link",
		Hops: hops, Started: t.started, Finished: time.Now(),
	}
}

var unsafe = regexp.MustCompile(`[^A-Za-z0-9._ ()-]+`)

// fileName takes the name from a Content-Disposition, or makes one.
func fileName(disposition, key string) string {
	_, params, _ := mime.ParseMediaType(disposition)
	name := unsafe.ReplaceAllString(filepath.Base(strings.ReplaceAll(params["filename"], `\`, "/")), "_")
	name = strings.TrimLeft(name, ". ")
	if !strings.HasSuffix(strings.ToLower(name), ".zip") || len(name) > 120 || len(name) < 5 {
		return "instagram-export-" + short(key) + ".zip"
	}
	return name
}

func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}
