package bucket

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// The error codes that S3 servers answer with, by what is to be done about them.
var (
	wrongKeys   = []string{"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSecurity", "AuthFailure", "InvalidToken", "ExpiredToken", "XAdminUserNotFound"}
	notAllowed  = []string{"AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden", "Unauthorized"}
	wrongRegion = []string{"AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException"}
	noRoom      = []string{"QuotaExceeded", "QuotaExceededException", "InsufficientStorage", "XMinioStorageFull", "ServiceQuotaExceeded", "StorageFull", "InsufficientCapacity"}
	frozen      = []string{"InvalidObjectState"}
	notThere    = []string{"NoSuchKey", "NotFound"}
	clock       = []string{"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"}
)

func codeOf(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

func statusOf(err error) int {
	if r, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		return r.HTTPStatusCode()
	}
	return 0
}

// full tells whether the server has no room, or gives us no more of it.
func full(err error) bool {
	return slices.Contains(noRoom, codeOf(err)) || statusOf(err) == http.StatusInsufficientStorage
}

// untrusted tells whether the server's certificate was refused.
func untrusted(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

// classify says what failed, for whom, and what can be done. Server errors, too
// many requests and everything that happened to the connection may pass.
func (b *Bucket) classify(doing, name string, err error) error {
	if err == nil {
		return nil
	}
	code, status := codeOf(err), statusOf(err)
	what := fmt.Errorf("s3: %s %s: %w", doing, b.host+"/"+b.bucket+"/"+b.key(name), shorten(err, code, status))
	switch is := func(list []string) bool { return slices.Contains(list, code) }; {
	case errors.Is(err, context.Canceled):
		return what
	case fault.KindOf(err) != fault.UnknownKind:
		return what
	case is(notThere):
		return fmt.Errorf("%w: %w", fs.ErrNotExist, what)
	case code == "NoSuchBucket":
		return fault.Configuration(what, "there is no bucket "+b.bucket+": make it at your provider, or correct s3 = in the configuration")
	case is(wrongKeys):
		return fault.Configuration(what, "the server does not know these keys: put the right ones into access_key_file and secret_key_file")
	case is(clock):
		return fault.Temporary(what, "this computer's clock is wrong: see it with timedatectl, and switch time synchronisation on")
	case full(err):
		return fault.Temporary(what, "the storage is full or its quota used up: make room or get more; igwatchd goes on by itself")
	case is(wrongRegion):
		return fault.Configuration(what, "the bucket is in another region: use the address that your provider gives for it")
	case is(frozen):
		return fault.Permanent(what, "the object was moved to an archive class and cannot be read back: choose a class that can")
	case is(notAllowed), status == http.StatusForbidden, status == http.StatusUnauthorized:
		return fault.Configuration(what, "the keys are known but may not do this: allow listing, reading, writing and deleting below this prefix")
	case untrusted(err):
		return fault.Configuration(what, "the server's certificate is not trusted: a server of your own needs ca_file")
	case code == "" && status == 0, status >= 500, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout,
		status == http.StatusPreconditionFailed, status == http.StatusConflict,
		code == "BadDigest", code == "InvalidDigest", code == "XAmzContentChecksumMismatch", code == "SlowDown", code == "RequestTimeout":
		return fault.Temporary(what, "")
	default:
		return what
	}
}

// shorten keeps the server's own words and leaves out the SDK's chain of operations.
func shorten(err error, code string, status int) error {
	if code == "" || errors.Is(err, context.Canceled) {
		return err
	}
	api, _ := errors.AsType[smithy.APIError](err)
	return &answer{fmt.Sprintf("%s (%s, HTTP %d)", api.ErrorMessage(), code, status), err}
}

type answer struct {
	text string
	err  error
}

func (a *answer) Error() string { return a.text }
func (a *answer) Unwrap() error { return a.err }
