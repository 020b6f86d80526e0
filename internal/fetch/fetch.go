// Package fetch goes from a link, a folder or a stream to part files on disk.
// Transfers go on where they were after a crash. It knows nothing of archives
// but their first and last bytes.
package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Options is what a Fetcher works with.
type Options struct {
	LinkHosts, ByteHosts []string // exact host, or host:port; no port means 443
	AllowPrivate         bool     // private and loopback addresses are refused otherwise
	RootCAs              *x509.CertPool
	CookiesFile          string // Netscape cookies.txt, read on each use, sent to LinkHosts alone
	Log                  *slog.Logger
}

// Checkpoint is how far a transfer is on the device.
type Checkpoint struct {
	Offset    int64  `json:"offset"`
	Total     int64  `json:"total"` // 0: not known
	Validator string `json:"validator"`
	Hash      []byte `json:"hash"` // state of SHA-256 over the first Offset bytes
	Name      string `json:"name"`
}

// Checkpoints keeps checkpoints; what Save returned nil for survives a crash.
type Checkpoints interface {
	Load(ctx context.Context, key string) (Checkpoint, bool, error)
	Save(ctx context.Context, key string, c Checkpoint) error
	Drop(ctx context.Context, key string) error
}

// Request asks for one file.
type Request struct {
	URL     string // secret
	Key     string // the same for each try, whatever URL was minted
	Dir     string // where the finished file goes
	Account string
}

// Hop is one answer on the way to the bytes.
type Hop struct {
	Host        string `json:"host"`
	Status      int    `json:"status"`
	Certificate string `json:"certificate"` // SHA-256 of the server's certificate
}

// File is a finished part file.
type File struct {
	Name     string
	Path     string
	Size     int64
	SHA256   string
	Route    string // link | drop | import
	Hops     []Hop
	Started  time.Time
	Finished time.Time
}

// LoginWall says that a page came where a file was expected.
type LoginWall struct{ Host string }

func (e *LoginWall) Error() string {
	return e.Host + " wants a log-in and sent a page, not the archive"
}

// Expired says that the link leads nowhere any more.
type Expired struct {
	Host   string
	Status int
}

func (e *Expired) Error() string {
	return fmt.Sprintf("%s answered %d: the link has expired", e.Host, e.Status)
}

// Refused says that the rules forbid a hop.
type Refused struct{ Host, Why string }

func (e *Refused) Error() string { return "refused to ask " + e.Host + ": " + e.Why }

// NotArchive says that the bytes are no zip.
type NotArchive struct{ Host string }

func (e *NotArchive) Error() string { return e.Host + " sent a file that is no zip archive" }

func loginWall(host string) error {
	return fault.Permanent(&LoginWall{host}, "open the download page in a browser, log in, and press Download")
}

func refused(host, why string) error {
	return fault.Permanent(&Refused{host, why}, "open Instagram by hand and download the archive there")
}

var errChanged = errors.New("the file changed on the server")
