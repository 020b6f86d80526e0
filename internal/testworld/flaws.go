package testworld

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"io"
	"math/big"
	"slices"
)

// Flaw is something wrong with a signature whose arithmetic is right.
type Flaw int

// The flaws.
const (
	NoFlaw           Flaw = iota
	FlawBodyLength        // an l= tag: whatever is appended to the body stays unsigned
	FlawExpired           // x= a minute ago
	FlawFromUnsigned      // From is not in h=
)

// NewWeakSigner makes a signer with an RSA key that is too short to be trusted (RFC 8301,
// section 3.2, wants 1024 bits at least). bits must be at least 512.
func NewWeakSigner(domain, selector string, bits int) (*Signer, error) {
	if bits < 512 || bits >= 1024 {
		return nil, fmt.Errorf("make weak DKIM key: %d bits is not between 512 and 1023", bits)
	}
	key := &weakKey{public: rsa.PublicKey{E: 65537}}
	e, one := big.NewInt(65537), big.NewInt(1)
	for {
		p, err := rand.Prime(rand.Reader, bits-bits/2)
		if err != nil {
			return nil, fmt.Errorf("make weak DKIM key: %w", err)
		}
		q, err := rand.Prime(rand.Reader, bits/2)
		if err != nil {
			return nil, fmt.Errorf("make weak DKIM key: %w", err)
		}
		key.public.N = new(big.Int).Mul(p, q)
		phi := new(big.Int).Mul(p.Sub(p, one), q.Sub(q, one))
		if key.d = new(big.Int).ModInverse(e, phi); key.d != nil && key.public.N.BitLen() == bits {
			return &Signer{domain: domain, selector: selector, key: key}, nil
		}
	}
}

// weakKey signs with short RSA keys, which crypto/rsa refuses to do.
type weakKey struct {
	public rsa.PublicKey
	d      *big.Int
}

func (k *weakKey) Public() crypto.PublicKey { return &k.public }

// sha256Prefix is the DER encoding of SHA-256's algorithm identifier (RFC 8017, section 9.2).
var sha256Prefix = []byte{
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
}

// Sign makes a PKCS #1 v1.5 signature of a SHA-256 hash (RFC 8017, section 8.2.1).
func (k *weakKey) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	size, tail := k.public.Size(), slices.Concat(sha256Prefix, digest)
	padded := slices.Concat([]byte{0, 1}, bytes.Repeat([]byte{0xff}, size-len(tail)-3), []byte{0}, tail)
	return new(big.Int).Exp(new(big.Int).SetBytes(padded), k.d, k.public.N).FillBytes(make([]byte, size)), nil
}
