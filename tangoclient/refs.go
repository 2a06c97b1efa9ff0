package tangoclient

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"hash"
	"strings"
)

// NewRef makes an externalRefID that nobody can guess: 26 letters and digits, 130 bits.
func NewRef() string { return rand.Text() }

// RefFrom makes an externalRefID out of parts: the same parts give the same reference, and different ones
// another (SHA-256 over the parts with their lengths, so ("ab","c") is not ("a","bc")). With it a program that
// is restarted repeats the same order instead of placing a second one. Who knows the parts can compute the
// reference. 52 letters and digits.
func RefFrom(parts ...string) string {
	return refOf(sha256.New(), parts)
}

// namespacedRef is RefFrom with a key.
func namespacedRef(key Secret, parts ...string) string {
	return refOf(hmac.New(sha256.New, []byte("tangoguard externalRefID\x00"+key.Reveal())), parts)
}

func refOf(h hash.Hash, parts []string) string {
	for _, p := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		h.Write([]byte(p))
	}
	return strings.TrimRight(base32.StdEncoding.EncodeToString(h.Sum(nil)), "=")
}

// WithRefNamespace gives a client whose externalRefIDs belong to one tenant: what goes to Tango is an HMAC
// over the tenant and the given reference, keyed with Config.RefKey. Two tenants who share an account and use
// equal references place two orders, and neither is shown the other's. Calls take the tenant's own references,
// and CreateOrder and Settle give them back; orders that are read or listed show Tango's.
func (c *Client) WithRefNamespace(tenant string) *Client {
	d := *c
	d.tenant = &tenant
	return &d
}

// wireRef is what Tango gets for a reference of the caller.
func (c *Client) wireRef(given string) string {
	if c.tenant == nil || given == "" {
		return given
	}
	return namespacedRef(c.refKey, *c.tenant, given)
}
