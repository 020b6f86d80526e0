package exportmail

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"time"
)

// TXTResolver looks up TXT records; *net.Resolver is one. A name that does not exist is a
// *net.DNSError with IsNotFound; any other error means that the answer may come later.
type TXTResolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

const (
	lookupTime  = 5 * time.Second // for one try
	lookupTries = 2
	keepFound   = 5 * time.Minute // DKIM keys are replaced over days
	keepMissing = time.Minute
	keepAtMost  = 256 // names
)

// Resolver looks up TXT records with bounded time and remembers the answers for a while. Its
// methods may be called from several goroutines.
type Resolver struct {
	dns net.Resolver

	mu    sync.Mutex
	known map[string]answer
}

var _ TXTResolver = (*Resolver)(nil)

type answer struct {
	records []string
	err     error // nil, or not found
	until   time.Time
}

// NewResolver returns a Resolver that asks the name server at addr ("127.0.0.1:53"), or the
// system's when addr is empty.
func NewResolver(addr string) *Resolver {
	r := &Resolver{known: map[string]answer{}}
	if addr != "" {
		r.dns.PreferGo = true
		r.dns.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		}
	}
	return r
}

// LookupTXT returns the TXT records of name, the strings of each put together. It takes ten
// seconds at most. Temporary failures are not remembered.
func (r *Resolver) LookupTXT(ctx context.Context, name string) ([]string, error) {
	r.mu.Lock()
	a, ok := r.known[name]
	r.mu.Unlock()
	if ok && time.Now().Before(a.until) {
		return slices.Clone(a.records), a.err
	}
	var err error
	for range lookupTries {
		var records []string
		records, err = r.ask(ctx, name)
		if err == nil {
			r.remember(name, answer{records, nil, time.Now().Add(keepFound)})
			return slices.Clone(records), nil
		}
		if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
			r.remember(name, answer{nil, err, time.Now().Add(keepMissing)})
			return nil, err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, err
}

// ask asks once. The final dot keeps the system's search domains out of it.
func (r *Resolver) ask(ctx context.Context, name string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	return r.dns.LookupTXT(ctx, name+".")
}

func (r *Resolver) remember(name string, a answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= keepAtMost {
		clear(r.known)
	}
	r.known[name] = a
}
