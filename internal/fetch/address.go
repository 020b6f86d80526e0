package fetch

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// role is what a host is good for.
type role int

const (
	stranger role = iota
	linkHost      // asked with the person's cookies; its bodies are never the archive
	byteHost      // asked without cookies; the archive comes from here alone
)

// roles indexes the lists. A host in both gets no cookies.
func roles(links, bytes []string) map[string]role {
	m := map[string]role{}
	for _, h := range links {
		m[withPort(h)] = linkHost
	}
	for _, h := range bytes {
		m[withPort(h)] = byteHost
	}
	return m
}

func withPort(host string) string {
	host = strings.ToLower(host)
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), "443")
}

// judge says whether a URL may be asked, and as what.
func (f *Fetcher) judge(u *url.URL) (role, error) {
	switch {
	case u.Scheme != "https":
		return stranger, refused(shown(u), "the address is not https")
	case u.User != nil:
		return stranger, refused(shown(u), "the address holds a user name")
	case u.Opaque != "" || u.Host == "":
		return stranger, refused(shown(u), "it is no address")
	}
	r := f.roles[withPort(u.Host)]
	if r == stranger {
		return stranger, refused(shown(u), "it is none of the hosts in link_hosts or byte_hosts")
	}
	return r, nil
}

// checkAddress looks at the address that is about to be connected to, after
// resolving, so that no name leads inside, whatever its server says this time.
func (f *Fetcher) checkAddress(_ context.Context, _, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return refused("an address", "it cannot be read")
	}
	if f.o.AllowPrivate || f.public(ap.Addr()) {
		return nil
	}
	return refused(ap.Addr().String(), "the address is not a public one")
}

// Dial connects to host:port as transfers do: the name is resolved here and now, and an address that is not a
// public one is refused. For a browser's tunnel; which hosts it may reach is not asked here.
func (f *Fetcher) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return f.dialer.DialContext(ctx, network, address)
}

// Not public, though unicast: IANA's special-purpose registries (RFC 6890 and
// what was added since). In IPv6 only 2000::/3 is given out at all.
var (
	special4 = prefixes("0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 " +
		"192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4")
	special6 = prefixes("2001::/23 2001:db8::/32 2002::/16 3fff::/20")
	global6  = netip.MustParsePrefix("2000::/3")
	nat64    = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052: the last 32 bits are an IPv4 address
)

func prefixes(list string) []netip.Prefix {
	var all []netip.Prefix
	for p := range strings.FieldsSeq(list) {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

// public tells whether a is an address of the open Internet. An IPv4-mapped one
// has no business in a name server's answer.
func public(a netip.Addr) bool {
	within := func(list []netip.Prefix) bool {
		for _, p := range list {
			if p.Contains(a) {
				return true
			}
		}
		return false
	}
	switch {
	case a.Is4():
		return !within(special4)
	case a.Zone() != "" || a.Is4In6():
		return false
	case nat64.Contains(a): // how networks without IPv4 reach the IPv4 Internet
		b := a.As16()
		return public(netip.AddrFrom4([4]byte(b[12:])))
	}
	return global6.Contains(a) && !within(special6)
}
