package tangoclient

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// newTransport builds the transport of the client, or checks the foreign one.
func newTransport(cfg *Config) (http.RoundTripper, error) {
	if cfg.InsecureTransport != nil {
		if cfg.TLS != nil || cfg.RootCAs != nil || cfg.Proxy != nil || cfg.DialContext != nil || cfg.WrapTransport != nil || cfg.PinAmazonRoots {
			return nil, errors.New("InsecureTransport: replaces the transport, so TLS, RootCAs, PinAmazonRoots, Proxy, DialContext and WrapTransport must not be set with it")
		}
		if t, ok := cfg.InsecureTransport.(*http.Transport); ok {
			return cfg.InsecureTransport, checkForeign(t)
		}
		return cfg.InsecureTransport, nil
	}
	conf, err := tlsConfig(cfg)
	if err != nil {
		return nil, err
	}
	dial := cfg.DialContext
	if dial == nil {
		dial = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
	proxy := cfg.Proxy
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	var rt http.RoundTripper = &http.Transport{
		Proxy:                  proxy,
		DialContext:            dial,
		TLSClientConfig:        conf,
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           16,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        50 * time.Second, // below the 60 s after which an AWS load balancer hangs up
		MaxResponseHeaderBytes: 64 << 10,
	}
	if cfg.WrapTransport != nil {
		if rt = cfg.WrapTransport(rt); rt == nil {
			return nil, errors.New("WrapTransport: returned nil")
		}
	}
	return rt, nil
}

// tlsConfig makes the TLS configuration: the peer is verified, TLS 1.2 is the least.
func tlsConfig(cfg *Config) (*tls.Config, error) {
	conf := cfg.TLS.Clone()
	if conf == nil {
		conf = new(tls.Config)
	}
	if cfg.PinAmazonRoots {
		if cfg.RootCAs != nil || conf.RootCAs != nil {
			return nil, errors.New("PinAmazonRoots: trusts those alone, so RootCAs must not be set with it")
		}
		conf.RootCAs = AmazonRoots()
	}
	if cfg.RootCAs != nil {
		if conf.RootCAs != nil {
			return nil, errors.New("RootCAs and TLS.RootCAs: set at most one")
		}
		conf.RootCAs = cfg.RootCAs.Clone()
	}
	if err := checkTLS("TLS", conf); err != nil {
		return nil, err
	}
	if conf.MinVersion == 0 {
		conf.MinVersion = tls.VersionTLS12
	}
	return conf, nil
}

// checkTLS refuses what would let somebody between us and Tango read keys and codes (CWE-295, CWE-326).
func checkTLS(field string, conf *tls.Config) error {
	var errs []error
	fail := func(what, why string) { errs = append(errs, fmt.Errorf("%s.%s: %s", field, what, why)) }
	if conf.InsecureSkipVerify {
		fail("InsecureSkipVerify", "refused; put the CA into RootCAs")
	}
	if conf.KeyLogWriter != nil {
		fail("KeyLogWriter", "refused; it lets whoever reads it decrypt the keys")
	}
	if conf.MinVersion != 0 && conf.MinVersion < tls.VersionTLS12 {
		fail("MinVersion", "refused; TLS 1.2 is the least")
	}
	if conf.MaxVersion != 0 && conf.MaxVersion < tls.VersionTLS12 {
		fail("MaxVersion", "refused; TLS 1.2 is the least")
	}
	return errors.Join(errs...)
}

// checkForeign refuses an *http.Transport that gives up what even InsecureTransport must keep.
func checkForeign(t *http.Transport) error {
	var errs []error
	if t.TLSClientConfig != nil {
		errs = append(errs, checkTLS("InsecureTransport.TLSClientConfig", t.TLSClientConfig))
	}
	//lint:ignore SA1019 the deprecated field still works, so it must be looked at
	if t.DialTLSContext != nil || t.DialTLS != nil {
		errs = append(errs, errors.New("InsecureTransport: DialTLS and DialTLSContext are refused; they do TLS where nobody can check it"))
	}
	return errors.Join(errs...)
}
