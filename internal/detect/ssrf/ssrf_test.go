package ssrf_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/ssrf"
)

func TestRules(t *testing.T) {
	detecttest.Table(t, ssrf.Detector(), detecttest.Rows{
		{"metadata", "http://169.254.169.254/latest/", "metadata-host"},
		{"metadata by name, in a sentence", "see http://metadata.google.internal/ now", "metadata-host"},
		{"loopback", "http://127.0.0.1:80/", "internal-address"},
		{"private, in a parameter", "url=http://10.0.0.1/", "internal-address"},
		{"decimal", "http://2130706433/", "odd-address"},
		{"octal", "http://0177.0.0.1/", "odd-address"},
		{"IPv4 in IPv6", "http://[::ffff:127.0.0.1]/", "odd-address"},
		{"a name that resolves to an address", "http://127.0.0.1.nip.io/", "rebinding-host"},
		{"a host in front of the host", "http://bank.example@evil.example/", "userinfo-host"},
		{"another scheme", "gopher://127.0.0.1:25/_x", "dangerous-scheme"},
		{"another service", "http://db.example:3306/", "service-port"},
		{"an address behind which a name hides it", "http://127.0.0.1;.gifts.example/", "odd-address"},
		{"a machine without a domain", "http://jenkins:8080/gift", "internal-address"},
		{"another protocol, inside", "nfs://10.0.0.9/gift", "internal-address"},
		{"help", "open http://localhost:8080/ please", ""},
		{"a link", "https://example.com:8443/a?b#c", ""},
		{"credentials", "https://user:secret@example.com/", ""},
		{"an address", "my router is 192.168.1.1", ""},
	})
}

func TestCorpora(t *testing.T) { detecttest.Corpora(t, ssrf.Detector()) }

func TestLinear(t *testing.T) {
	detecttest.Linear(t, ssrf.Detector(), 100, "http://", "http://a@", "http://1", "http://1.", "http://[", "a:", "://", "http://a:1@b", "=http://127.1/", "/latest", "@", "http://0x", "jar:http:", "view-source:http:", "http://127.0.0.1;", " @", "http://a/ @")
}
