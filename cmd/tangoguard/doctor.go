package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tangoguard/tangoguard/tangoclient"
)

const doctorAbout = `doctor [flags]

Checks the way to Tango: certificate chain, clock, credentials, token, the accounts that they see; and prints where
the service differs from what the sandbox of this library believes. It only reads, one request a second. It speaks
to Tango's sandbox unless -production is given.

The credentials come from the environment and are not printed: TANGO_PLATFORM_NAME and TANGO_PLATFORM_KEY, or
TANGO_CLIENT_ID and TANGO_CLIENT_SECRET with TANGO_SERVICE_USERNAME and TANGO_SERVICE_PASSWORD; each also as
NAME_FILE, the path of a file that holds the value. With OAuth one token is asked for, which counts where Tango
limits tokens.

Exit codes: 0 all is well (differences are no fault), 1 something is wrong, 2 a wrong flag or no credentials.
`

type doctorFlags struct {
	production bool
	base       string
	timeout    time.Duration
}

func (f *doctorFlags) register(fs *flag.FlagSet) {
	fs.BoolVar(&f.production, "production", false, "speak to Tango's production instead of its sandbox; it only reads there too")
	fs.StringVar(&f.base, "base", "", "base `URL` on this machine, such as that of tangoguard sandbox, instead of Tango")
	fs.DurationVar(&f.timeout, "timeout", 2*time.Minute, "how long the whole check may take")
}

// doctorCommand checks the way to Tango.
func doctorCommand(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
	var f doctorFlags
	fs := newFlags("doctor", doctorAbout, stdout)
	f.register(fs)
	if code, ok := parseFlags(fs, args, stderr); !ok {
		return code
	}
	source := tangoclient.FromEnv()
	_, err := source.Credentials(ctx)
	var d *doctor
	if err == nil {
		d, err = newDoctor(f, source, stdout)
	}
	if err != nil {
		fmt.Fprintf(stderr, "tangoguard doctor: %s\n", strings.ReplaceAll(err.Error(), "\n", "; "))
		return exitUsage
	}
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	if !d.run(ctx) {
		return exitFailed
	}
	return exitOK
}

// doctor runs the checks. Everything goes through the transport of a tangoclient.Client, so that hosts, TLS
// and authentication are the library's own and stand in one place.
type doctor struct {
	client *tangoclient.Client
	tap    *tap
	out    io.Writer
	wait   func(context.Context) error
}

func newDoctor(f doctorFlags, source tangoclient.CredentialSource, out io.Writer) (*doctor, error) {
	e := tangoclient.Sandbox
	if f.production {
		e = tangoclient.Production
	}
	d := &doctor{tap: &tap{}, out: out, wait: aSecond}
	c, err := tangoclient.New(tangoclient.Config{
		Environment: e, BaseURL: f.base, Credentials: source,
		MaxAttempts: 1, WrapTransport: d.tap.wrap,
	})
	d.client = c
	return d, err
}

func aSecond(ctx context.Context) error {
	t := time.NewTimer(1100 * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tap keeps the last exchange of the client, and its transport for further questions.
type tap struct {
	mu    sync.Mutex
	rt    http.RoundTripper
	auth  string
	base  string
	state *tls.ConnectionState
	date  string
	at    time.Time
}

func (t *tap) wrap(rt http.RoundTripper) http.RoundTripper {
	t.rt = rt
	return t
}

// RoundTrip implements http.RoundTripper.
func (t *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.rt.RoundTrip(r)
	if err == nil && strings.HasSuffix(r.URL.Path, "/accounts") {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.auth = r.Header.Get("Authorization")
		t.base = strings.TrimSuffix(r.URL.Scheme+"://"+r.URL.Host+r.URL.Path, "/accounts")
		t.state, t.date, t.at = resp.TLS, resp.Header.Get("Date"), time.Now()
	}
	return resp, err
}

func (d *doctor) say(mark, format string, args ...any) {
	fmt.Fprintf(d.out, "%-5s %s\n", mark, fmt.Sprintf(format, args...))
}

// run reports whether all is well.
func (d *doctor) run(ctx context.Context) bool {
	n := 0
	var failed error
	for _, err := range d.client.Accounts(ctx) {
		if err != nil {
			failed = err
			break
		}
		n++
	}
	if d.tap.base == "" {
		d.say("FAIL", "connection or token: %v", failed)
		return false
	}
	d.chain()
	ok := d.clock()
	if failed != nil {
		d.say("FAIL", "credentials: %v", failed)
		return false
	}
	d.say("ok", "credentials: accepted; %d accounts visible", n)
	return d.compare(ctx) && ok
}

// chain tells what the server showed; the client's transport has verified it.
func (d *doctor) chain() {
	s := d.tap.state
	if s == nil {
		d.say("--", "chain: no TLS, a plain connection on this machine")
		return
	}
	chain := s.VerifiedChains[0]
	names := make([]string, len(chain))
	for i, c := range chain {
		names[i] = fmt.Sprintf("%s (until %s)", c.Subject.CommonName, c.NotAfter.Format(time.DateOnly))
	}
	d.say("ok", "chain: %s, %s", tls.VersionName(s.Version), strings.Join(names, " <- "))
}

// clockTolerance is far below what tokens and certificates forgive, and above the granularity of Date.
const clockTolerance = 30 * time.Second

func (d *doctor) clock() bool {
	date, err := http.ParseTime(d.tap.date)
	if err != nil {
		d.say("--", "clock: the answer has no date")
		return true
	}
	if off := d.tap.at.Sub(date).Round(time.Second); off.Abs() > clockTolerance {
		d.say("FAIL", "clock: this machine is %s off", off)
		return false
	}
	d.say("ok", "clock: within %s of the server's", clockTolerance)
	return true
}
