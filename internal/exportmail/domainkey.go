package exportmail

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
)

// domainKey is what a key record holds. One of the keys is set, as algorithm says.
type domainKey struct {
	algorithm string // "rsa" or "ed25519"
	rsa       *rsa.PublicKey
	ed25519   ed25519.PublicKey
}

const minKeyBits = 1024 // RFC 8301, section 3.2

// readKey reads a key record (RFC 6376, section 3.6.1; RFC 8463, section 4). Flags are not
// looked at: lookupKey refuses t=y, and t=s asks for what weakness asks of every signature.
func readKey(record string) (domainKey, error) {
	tags, err := readTags(record)
	if err != nil {
		return domainKey{}, errors.New("dkim: key syntax error")
	}
	if v, ok := tags["v"]; ok && v.value != "DKIM1" {
		return domainKey{}, errors.New("dkim: key syntax error: another version")
	}
	allows := func(name string, wanted ...string) bool {
		t, ok := tags[name]
		return !ok || slices.ContainsFunc(strings.Split(t.value, ":"), func(s string) bool {
			return slices.Contains(wanted, strings.Trim(s, " \t"))
		})
	}
	if !allows("h", "sha256") || !allows("s", "*", "email") {
		return domainKey{}, errors.New("dkim: key is not meant for this")
	}
	p, ok := tags["p"]
	if ok && p.value == "" {
		return domainKey{}, errors.New("dkim: key revoked")
	}
	der, err := readBase64(p.value)
	if err != nil || len(der) == 0 {
		return domainKey{}, errors.New("dkim: key syntax error")
	}
	switch k, ok := tags["k"]; {
	case !ok, k.value == "rsa":
		pub, err := readRSA(der)
		if err != nil {
			return domainKey{}, err
		}
		return domainKey{algorithm: "rsa", rsa: pub}, nil
	case k.value == "ed25519" && len(der) == ed25519.PublicKeySize:
		return domainKey{algorithm: "ed25519", ed25519: der}, nil
	}
	return domainKey{}, errors.New("dkim: key syntax error: unknown kind")
}

// readRSA reads an RSA key in either of the forms in use (RFC 6376, erratum 3017).
func readRSA(der []byte) (*rsa.PublicKey, error) {
	pub, err := x509.ParsePKCS1PublicKey(der)
	if err != nil {
		other, err := x509.ParsePKIXPublicKey(der)
		if err != nil {
			return nil, errors.New("dkim: key syntax error")
		}
		var ok bool
		if pub, ok = other.(*rsa.PublicKey); !ok {
			return nil, errors.New("dkim: key syntax error: no RSA key")
		}
	}
	if pub.N.BitLen() < minKeyBits {
		return nil, errors.New("dkim: key is too short")
	}
	return pub, nil
}

func (k domainKey) verifies(digest, signature []byte) bool {
	if k.rsa != nil {
		return rsa.VerifyPKCS1v15(k.rsa, crypto.SHA256, digest, signature) == nil
	}
	return ed25519.Verify(k.ed25519, digest, signature)
}
