package testworld

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDNSAnswers(t *testing.T) {
	long := strings.Repeat("0123456789", 60)
	dns, err := StartDNS(map[string][]string{"Key._domainkey.example.org": {long}, "two.example.org": {"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	defer dns.Close()
	resolver := resolverFor(dns)
	lookup := func(name string) ([]string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		return resolver.LookupTXT(ctx, name)
	}
	if got, err := lookup("key._domainkey.EXAMPLE.org"); err != nil || !slices.Equal(got, []string{long}) {
		t.Errorf("long record: %q, %v", got, err)
	}
	if got, err := lookup("two.example.org"); err != nil || len(got) != 2 {
		t.Errorf("two records: %q, %v", got, err)
	}
	// More than any datagram holds: the client must come back over TCP.
	dns.SetTXT("huge.example.org", strings.Repeat("x", 5000))
	if got, err := lookup("huge.example.org"); err != nil || len(got) != 1 || len(got[0]) != 5000 {
		t.Errorf("record over TCP: %d values, %v", len(got), err)
	}
	dns.SetTXT("two.example.org")
	var dnsError *net.DNSError
	if _, err := lookup("two.example.org"); !errors.As(err, &dnsError) || !dnsError.IsNotFound {
		t.Errorf("unknown name: %v, want not found", err)
	}
	dns.SetFail(true)
	if _, err := lookup("key._domainkey.example.org"); !errors.As(err, &dnsError) || dnsError.IsNotFound || !dnsError.IsTemporary {
		t.Errorf("out of order: %v, want a temporary failure", err)
	}
	dns.SetFail(false)
	if _, err := lookup("key._domainkey.example.org"); err != nil {
		t.Errorf("in order again: %v", err)
	}
}

func TestSilentDNSNeverAnswers(t *testing.T) {
	dns, err := StartDNS(map[string][]string{"example.org": {"v=1"}})
	if err != nil {
		t.Fatal(err)
	}
	dns.Silence(true)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if got, err := resolverFor(dns).LookupTXT(ctx, "example.org"); err == nil {
		t.Errorf("a silent server answered %q", got)
	}
	if dns.Queries() == 0 {
		t.Error("the question did not reach the server")
	}
	if err := dns.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := dns.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}
