// Package fetch goes from a link, a folder or a stream to part files on disk.
// Transfers go on where they were after a crash. It knows nothing of archives
// but their first and last bytes.
package fetch

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
)

// Options is what a Fetcher works with.
type Options struct {
	LinkHosts, ByteHosts []string // exact host, or host:port; no port means 443
	AllowPrivate         bool     // addresses that are not public are refused otherwise
	RootCAs              *x509.CertPool
	CookiesFile          string // cookies.txt or a Firefox profile, read on each use, sent to LinkHosts alone, never written
	Scratch              string // a folder for the copy that a Firefox profile is read from; nobody else may read it
	Log                  *slog.Logger
}

// Checkpoint is how far a transfer is on the device. It speaks of the first
// Offset bytes of the part file and of nothing behind them.
type Checkpoint struct {
	Offset    int64     `json:"offset"`
	Total     int64     `json:"total"`     // 0: not known
	Validator string    `json:"validator"` // a strong ETag, or Last-Modified
	Hash      []byte    `json:"hash"`      // state of SHA-256 over the first Offset bytes
	Name      string    `json:"name"`
	Hops      []Hop     `json:"hops,omitempty"`
	Started   time.Time `json:"started,omitzero"`
}

// Checkpoints keeps checkpoints; what Save returned nil for survives a crash.
// Load of a key that is not there is no error, nor is Drop of one.
type Checkpoints interface {
	Load(ctx context.Context, key string) (Checkpoint, bool, error)
	Save(ctx context.Context, key string, c Checkpoint) error
	Drop(ctx context.Context, key string) error
}

// Request asks for one file.
type Request struct {
	URL     string // secret
	Key     string // the same for each try, whatever URL was minted
	Dir     string // where the finished file goes; its .part lies beside
	Account string
}

// Hop is one answer on the way to the bytes.
type Hop struct {
	Host        string `json:"host"`
	Status      int    `json:"status"`
	Certificate string `json:"certificate"` // SHA-256 of the server's certificate, lower-case hex
}

// File is a finished part file.
type File struct {
	Name     string
	Path     string
	Size     int64
	SHA256   string // lower-case hex
	Route    string // link | drop | import
	Hops     []Hop  // of the answer that brought the last bytes
	Started  time.Time
	Finished time.Time
	Seen     durable.Seen // what the device gave of it, where that was read while it came
}

// Fetcher fetches, under one set of rules. It may be used by many goroutines.
type Fetcher struct {
	o         Options
	log       *slog.Logger
	roles     map[string]role // by host:port
	dialer    *net.Dialer
	transport *http.Transport
	limits    limits
	public    func(netip.Addr) bool
	free      func(dir string) (uint64, error)

	copying sync.Mutex // one copy of a cookie database at a time

	mu     sync.Mutex
	active map[string]bool // part files that a Get writes
}

// limits bounds patience and memory; tests shorten it.
type limits struct {
	stall              time.Duration // without a byte
	crawl              time.Duration // in which at least crawlBytes must come
	crawlBytes         int64
	header             time.Duration // from the request to the answer's head
	retryMin, retryMax time.Duration
	afterMax           time.Duration // of a Retry-After that is waited for; a longer one is the caller's to heed
	tries              int           // in a row without progress
	syncBytes          int64         // between two checkpoints
	syncEvery          time.Duration
	leave              uint64 // bytes left free on the disk by a file of unknown length
}

var patient = limits{
	stall: 30 * time.Second, crawl: 2 * time.Minute, crawlBytes: 32 << 10, header: time.Minute, retryMin: time.Second, retryMax: 5 * time.Minute,
	afterMax: 15 * time.Minute, tries: 4, syncBytes: 8 << 20, syncEvery: 5 * time.Second, leave: 256 << 20,
}
