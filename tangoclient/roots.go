package tangoclient

import (
	"crypto/x509"
	"embed"
	"encoding/pem"
	"io/fs"
)

//go:embed roots/*.pem
var rootFiles embed.FS

// AmazonRoots gives the certificate authorities from which Amazon Trust Services issues, as Tango does today:
// Amazon Root CA 1 to 4 and Starfield Services Root Certificate Authority - G2. They are for machines without
// a CA store; put them into Config.RootCAs. Each call makes a fresh pool.
//
// A pool of these alone stops working on the day on which Tango changes its CA, as it did once (it was DigiCert
// before). Where there is a system store, prefer it.
func AmazonRoots() *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range amazonRoots() {
		pool.AddCert(c)
	}
	return pool
}

func amazonRoots() []*x509.Certificate {
	names, _ := fs.Glob(rootFiles, "roots/*.pem") // the pattern is fixed
	var out []*x509.Certificate
	for _, name := range names {
		text, _ := rootFiles.ReadFile(name)
		if block, _ := pem.Decode(text); block != nil {
			if c, err := x509.ParseCertificate(block.Bytes); err == nil {
				out = append(out, c)
			}
		}
	}
	return out // a test holds each of them against its fingerprint
}
