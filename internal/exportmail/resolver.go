package exportmail

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// TXTResolver looks up TXT records; *net.Resolver is one. A name that does not exist is a
// *net.DNSError with IsNotFound; any other error means that the answer may come later.
type TXTResolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

const (
	// lookupTime is for one name. Each silent server costs five seconds before the next one is
	// asked (resolv.conf(5)), so this is enough for the third.
	lookupTime  = 16 * time.Second
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

// LookupTXT returns the TXT records of name, the strings of each put together. It takes
// lookupTime at most. What is not answered for now is tried again by net.Resolver, with each
// server in turn, and not remembered.
func (r *Resolver) LookupTXT(ctx context.Context, name string) ([]string, error) {
	// The final dot keeps the system's search domains out of it.
	name = strings.TrimSuffix(name, ".") + "."
	r.mu.Lock()
	a, ok := r.known[name]
	r.mu.Unlock()
	if ok && time.Now().Before(a.until) {
		return slices.Clone(a.records), a.err
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	records, err := r.dns.LookupTXT(ctx, name)
	if err == nil {
		r.remember(name, answer{records, nil, time.Now().Add(keepFound)})
		return slices.Clone(records), nil
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		r.remember(name, answer{nil, err, time.Now().Add(keepMissing)})
	}
	return nil, err
}

func (r *Resolver) remember(name string, a answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= keepAtMost {
		clear(r.known)
	}
	r.known[name] = a
}
