package fetch

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// What the person can do. None of these sentences may hold a part of a link.
const (
	hintLogIn   = "open the download page in a browser, log in, and press Download"
	hintAgain   = "open the download page in a browser, log in, and press Download again"
	hintByHand  = "open Instagram by hand and download the archive there"
	hintGoesOn  = "igwatchd goes on by itself where it was"
	hintNoSpace = "make room on that disk; igwatchd goes on by itself where it was"
)

// LoginWall says that a page came where a file was expected. It is permanent:
// asking again would only draw attention to the account.
type LoginWall struct{ Host string }

func (e *LoginWall) Error() string {
	return e.Host + " wants a log-in and sent a page, not the archive"
}

// Expired says that the link leads nowhere any more. It is permanent.
type Expired struct {
	Host   string
	Status int
}

func (e *Expired) Error() string {
	return fmt.Sprintf("%s answered %d: the link has expired", e.Host, e.Status)
}

// Refused says that the rules forbid a hop. It is permanent.
type Refused struct{ Host, Why string }

func (e *Refused) Error() string { return "refused to ask " + e.Host + ": " + e.Why }

// NotArchive says that the bytes are no zip. It is permanent.
type NotArchive struct{ Host string }

func (e *NotArchive) Error() string { return e.Host + " sent a file that is no zip archive" }

// Truncated says that a transfer ended before the file did. It is temporary:
// what was received is kept.
type Truncated struct {
	Host      string
	Got, Want int64 // bytes of the whole file; Want 0: not known
	Err       error
}

func (e *Truncated) Error() string {
	of := ""
	if e.Want > 0 {
		of = fmt.Sprintf(" of %d", e.Want)
	}
	return fmt.Sprintf("%s: the transfer was cut after %d%s bytes: %v", e.Host, e.Got, of, e.Err)
}

func (e *Truncated) Unwrap() error { return e.Err }

// NoSpace says that the disk is full. It is temporary: what was received is
// kept. It is ENOSPC for errors.Is.
type NoSpace struct {
	Dir string
	Err error
}

func (e *NoSpace) Error() string { return "no room in " + e.Dir + ": " + e.Err.Error() }
func (e *NoSpace) Unwrap() error { return e.Err }

func loginWall(host string) error { return fault.Permanent(&LoginWall{host}, hintLogIn) }

func refused(host, why string) error { return fault.Permanent(&Refused{host, why}, hintByHand) }

// noSpace gives a full disk's error its type, and leaves others as they are.
func noSpace(dir string, err error) error {
	if !durable.Full(err) {
		return err
	}
	if _, ok := errors.AsType[*NoSpace](err); ok {
		return err
	}
	return fault.Temporary(&NoSpace{dir, err}, hintNoSpace)
}

// room makes sure that size bytes fit before the first of them is asked for.
func room(free func(string) (uint64, error), dir string, size int64) error {
	have, err := free(dir)
	if err != nil || size <= 0 || have >= uint64(size) {
		return err
	}
	return noSpace(dir, fmt.Errorf("%d MB are needed and %d MB are free: %w", size/1e6+1, have/1e6, syscall.ENOSPC))
}

// setback is a fault of the network or of a server that the next try, within
// the same Get, may not meet.
type setback struct {
	err   error
	after time.Duration // how long the server asked to be left alone; 0: it did not
}

func (e *setback) Error() string { return e.err.Error() }
func (e *setback) Unwrap() error { return e.err }

func again(err error) error { return fault.Temporary(&setback{err: err}, hintGoesOn) }

// shown is a host as it may stand in a log: strangers choose where they redirect to.
func shown(u *url.URL) string {
	host := strings.ToLower(u.Host)
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_:[]", r)
	}
	if host == "" || len(host) > 255 || strings.ContainsFunc(host, odd) {
		return "an address without a proper host"
	}
	return host
}
