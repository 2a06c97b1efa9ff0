package weburl

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestClassify(t *testing.T) {
	odd := func(w Where) Host { return Host{Where: w, Address: true, Odd: true} }
	for host, want := range map[string]Host{
		"example.com":              {},
		"":                         {},
		"93.184.216.34":            {Address: true},
		"127.0.0.1":                {Where: Loopback, Address: true},
		"0.0.0.0":                  {Where: Loopback, Address: true},
		"10.1.2.3":                 {Where: Private, Address: true},
		"172.15.0.1":               {Address: true},
		"172.16.0.1":               {Where: Private, Address: true},
		"172.31.255.255":           {Where: Private, Address: true},
		"172.32.0.1":               {Address: true},
		"192.168.0.1.":             {Where: Private, Address: true},
		"100.64.0.1":               {Where: Private, Address: true},
		"100.128.0.1":              {Address: true},
		"169.254.1.1":              {Where: Private, Address: true},
		"169.254.169.254":          {Where: Metadata, Address: true},
		"100.100.100.200":          {Where: Metadata, Address: true},
		"2130706433":               odd(Loopback),
		"0x7f000001":               odd(Loopback),
		"017700000001":             odd(Loopback),
		"127.1":                    odd(Loopback),
		"127.0.1":                  odd(Loopback),
		"0177.0.0.01":              odd(Loopback),
		"0x7F.0.0.1":               odd(Loopback),
		"2852039166":               odd(Metadata),
		"425.510.425.510":          odd(Metadata),
		"1.2.3.4.5":                {},
		"1.2.3.08":                 {},
		"1.2.3.":                   odd(Public),
		"0x":                       odd(Loopback),
		"::1":                      {Where: Loopback, Address: true},
		"::":                       {Where: Loopback, Address: true},
		"::ffff:127.0.0.1":         odd(Loopback),
		"::ffff:a9fe:a9fe":         odd(Metadata),
		"::7f00:1":                 odd(Loopback),
		"64:ff9b::a00:1":           odd(Private),
		"2002:a00:1::":             odd(Private),
		"fd00:ec2::254":            {Where: Metadata, Address: true},
		"fd12::1":                  {Where: Private, Address: true},
		"fe80::1%eth0":             {Where: Private, Address: true},
		"2606:2800:220:1::1":       {Address: true},
		"localhost":                {Where: Loopback},
		"LocalHost.":               {Where: Loopback},
		"a.localhost":              {Where: Loopback},
		"mylocalhost":              {Single: true},
		"my_localhost":             {},
		"jenkins":                  {Single: true},
		"printer.lan":              {Where: Private},
		"db.internal":              {Where: Private},
		"my.internal.example":      {},
		"example.com.127.0.0.1":    odd(Loopback),
		"example.com.93.184.2.1":   {},
		"q177.0.0.1":               odd(Loopback),
		"metadata.google.internal": {Where: Metadata},
		"x.svc.cluster.local":      {Where: Private},
		"10.0.0.1.nip.io":          {Helper: true},
		"nip.io.example.com":       {},
		strings.Repeat("1", 300):   {},
	} {
		assert.Equal(t, want, Classify(host), "%q", host)
	}
}

func TestMasked(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1;.example.com": true, "127.0.0.1,a": true, "localhost&x": true, "10.0.0.1%2523.example": true, "169.254.169.254;x": true,
		"127.0.0.1": false, "127.0.0.1,": false, "127.0.0.1).": false, "example.com;a": false, "": false, ";": false, "127.0.0.1.example": false,
	} {
		assert.Equal(t, want, Masked(host), "%q", host)
	}
}

// FuzzClassify: the address parser agrees with net/netip wherever that one reads an IPv4 address.
func FuzzClassify(f *testing.F) {
	for _, s := range []string{"127.0.0.1", "10.0.0.1", "1.2.3.4", "255.255.255.255", "1.2.3", "01.2.3.4"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := netip.ParseAddr(s)
		if err != nil || !a.Is4() {
			Classify(s)
			return
		}
		h := Classify(s)
		if !h.Address || h.Odd {
			t.Errorf("%q is a plain address, not %+v", s, h)
		}
		if want := a.IsLoopback() || a.As4()[0] == 0; want != (h.Where == Loopback) {
			t.Errorf("%q: %+v, loopback %v", s, h, want)
		}
		if a.IsPrivate() && h.Where != Private {
			t.Errorf("%q: %+v, not private", s, h)
		}
	})
}

func find(s string) (all []URL) {
	f := Find(s)
	for u, ok := f.Next(); ok; u, ok = f.Next() {
		all = append(all, u)
	}
	return all
}

func TestFind(t *testing.T) {
	for _, tt := range []struct{ in, scheme, user, host, port string }{
		{"http://example.com/", "http", "", "example.com", ""},
		{"see https://example.com:8443?q", "https", "", "example.com", "8443"},
		{"http://a:b@c.example/d", "http", "a:b", "c.example", ""},
		{"http://a@b@c.example", "http", "a@b", "c.example", ""},
		{"http://[::1]:80/", "http", "", "::1", "80"},
		{`http:\\example.com\a`, "http", "", "example.com", ""},
		{"http:127.0.0.1/", "http", "", "127.0.0.1", ""},
		{`http://a.example:80\@b.example`, "http", "", "a.example", "80"},
		{"file:///etc/passwd", "file", "", "etc", ""},
	} {
		all := find(tt.in)
		if assert.NotEmpty(t, all, tt.in) {
			u := all[0]
			assert.Equal(t, []string{tt.scheme, tt.user, tt.host, tt.port}, []string{u.Scheme, u.Userinfo, u.Host, u.Port}, tt.in)
		}
	}
	for _, s := range []string{"", ":", "a: b", "7:30", "::", "a:"} {
		assert.Empty(t, find(s), "%q", s)
	}
	assert.Len(t, find("http://a.example/?u=http://b.example/ http://c.example"), 3)
}

func TestValue(t *testing.T) {
	for s, want := range map[string][2]bool{
		"http://a.example/":             {true, true},
		` "http://a.example/" `:         {true, true},
		"u=http://a.example/ and more":  {false, true},
		`{"u": "http://a.example/"}`:    {false, true},
		`["http://a.example/","b"]`:     {false, true},
		"see http://a.example/":         {false, false},
		"http://a.example/ is nice":     {false, false},
		"http://a.example, or not":      {false, false},
		`he said "http://a.example/" x`: {false, false},
	} {
		u := find(s)[0]
		assert.Equal(t, want, [2]bool{u.Whole, u.Value}, "%q", s)
	}
}

// FuzzFind: offsets are in order and inside the text, and the host is net/url's wherever that one reads one and
// nobody quarrels about it.
func FuzzFind(f *testing.F) {
	for _, s := range []string{"http://a.example:80/b?c#d", "a:b", "http://u:p@h/", "jar:http://a/b!/c", "x=https://[::1]/", `http:\\a`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, u := range find(s) {
			if !(0 <= u.Start && u.Start < u.Path && u.Path <= u.File && u.File <= max(u.Query, u.Path) && u.Query <= u.End && u.End <= len(s)) {
				t.Fatalf("%q: %+v", s, u)
			}
		}
		theirs, err := url.Parse(s)
		if err != nil || theirs.Scheme == "" || theirs.Hostname() == "" || len(theirs.Scheme) > maxScheme || strings.ContainsAny(s, "\\'\"`<>%[]") || strings.Count(theirs.Host, ":") > 1 {
			return
		}
		all := find(s)
		if len(all) == 0 || all[0].Host != theirs.Hostname() {
			t.Errorf("%q: host %q, we see %+v", s, theirs.Hostname(), all)
		}
	})
}
