package tangotest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// chain is a root, an intermediate and leaves for localhost and 127.0.0.1, good ones and bad ones.
type chain struct {
	root   []byte // PEM
	leaves map[string]tls.Certificate
}

// TLS gives a server configuration with a certificate for localhost, 127.0.0.1 and ::1, and the PEM of the
// root that its clients must trust. Root, intermediate and leaf are made on the first call. Certificate
// faults act in it. It offers HTTP/1.1 alone, so that faults can break a connection. With httptest:
//
//	srv := httptest.NewUnstartedServer(sb.Handler())
//	srv.TLS, root, err = sb.TLS()
//	srv.StartTLS()
func (s *Sandbox) TLS() (cfg *tls.Config, root []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.chain == nil {
		c, err := newChain(s.now())
		if err != nil {
			return nil, nil, fmt.Errorf("tangotest: certificates: %w", err)
		}
		s.chain = c
	}
	c := s.chain
	base := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	cfg = base.Clone()
	// The whole configuration is chosen for each client, because a server may add certificates to cfg.
	cfg.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		out := base.Clone()
		out.Certificates = []tls.Certificate{c.leaves[s.pickCertificate()]}
		return out, nil
	}
	return cfg, c.root, nil
}

// pickCertificate gives the name of the certificate that the next handshake shows; "" is the good one.
func (s *Sandbox) pickCertificate() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	const identity = "tls"
	s.seen[identity]++
	for i, f := range s.faults {
		if f.Do == Certificate && chance(s.cfg.FaultSeed, i, identity, s.seen[identity], f.Chance) && f.meet() {
			return f.Cert
		}
	}
	return ""
}

// signer is a certificate with its key, to sign others.
type signer struct {
	cert *x509.Certificate
	der  []byte
	key  *ecdsa.PrivateKey
}

func newChain(now time.Time) (*chain, error) {
	root, err := issue(now, "tangotest root", nil, func(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign })
	if err != nil {
		return nil, err
	}
	middle, err := issue(now, "tangotest intermediate", root, func(c *x509.Certificate) {
		c.IsCA, c.KeyUsage, c.MaxPathLenZero = true, x509.KeyUsageCertSign, true
	})
	if err != nil {
		return nil, err
	}
	out := &chain{root: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.der}), leaves: map[string]tls.Certificate{}}
	for name, change := range map[string]func(*x509.Certificate){
		"":                func(*x509.Certificate) {},
		"expired":         func(c *x509.Certificate) { c.NotBefore, c.NotAfter = now.Add(-48*time.Hour), now.Add(-24*time.Hour) },
		"wrong-host":      func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"elsewhere.invalid"}, nil },
		"no-intermediate": func(*x509.Certificate) {},
	} {
		leaf, err := issue(now, "localhost", middle, func(c *x509.Certificate) {
			c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
			c.DNSNames = []string{"localhost"}
			c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
			change(c)
		})
		if err != nil {
			return nil, err
		}
		cert := tls.Certificate{Certificate: [][]byte{leaf.der}, PrivateKey: leaf.key}
		if name != "no-intermediate" {
			cert.Certificate = append(cert.Certificate, middle.der)
		}
		out.leaves[name] = cert
	}
	return out, nil
}

// issue makes a certificate, signed by another one or by itself.
func issue(now time.Time, name string, by *signer, change func(*x509.Certificate)) (*signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, BasicConstraintsValid: true,
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(30 * 24 * time.Hour),
	}
	change(t)
	parent, parentKey := t, key
	if by != nil {
		parent, parentKey = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, &key.PublicKey, parentKey)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &signer{cert, der, key}, nil
}
