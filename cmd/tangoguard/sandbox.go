package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

const sandboxAbout = `sandbox [flags]

A Tango that lives in this process, to develop against: the RaaS API v2 under /raas/v2 and the token endpoint at
/oauth/token. The first line on stdout is "listening on " and the base URL. SIGINT and SIGTERM end it.

Built-in seed: platform demo-platform with key demo-platform-key-0001; OAuth client demo-client /
demo-client-secret-0001 with service account demo-user / demo-user-password-0001; customer demo-customer; accounts
demo-acc1 and demo-acc2 with 10,000.00 USD each; items U561593 (1 to 500 USD) and U666425 (10 USD).

  curl -u demo-platform:demo-platform-key-0001 http://127.0.0.1:8484/raas/v2/accounts

It was never compared with the live service. "go doc github.com/tangoguard/tangoguard/tangoclient/tangotest" says
what is documented, what is believed, what is guessed, and how a seed and a fault script are written.
`

// sandboxFlags are the flags of the sub-command.
type sandboxFlags struct {
	addr, seed, caOut, faults string
	pace                      int
	tls, dump, verbose        bool
	pendingFor, tokenEvery    time.Duration
	faultSeed                 uint64
}

func (f *sandboxFlags) register(fs *flag.FlagSet) {
	fs.StringVar(&f.addr, "addr", "127.0.0.1:8484", "`address` to listen on; port 0 takes a free one")
	fs.StringVar(&f.seed, "seed", "", "`file` with the state to start from (JSON); without it the built-in seed")
	fs.IntVar(&f.pace, "pace", 0, "requests a second and platform, above which the answer is 429; 0 = no limit. Tango's limit is 1")
	fs.BoolVar(&f.tls, "tls", false, "serve HTTPS with a root, an intermediate and a certificate for localhost, made at start")
	fs.StringVar(&f.caOut, "ca-out", "", "`file` to write the root certificate to (PEM); needs -tls")
	fs.StringVar(&f.faults, "faults", "", "`file` with a fault script (JSON lines)")
	fs.Uint64Var(&f.faultSeed, "fault-seed", 1, "chooses which requests meet a fault with a chance")
	fs.BoolVar(&f.dump, "dump", false, "serve GET /_sandbox/state: the state as a seed, keys and reward codes included")
	fs.DurationVar(&f.pendingFor, "pending-for", 0, "how long new orders stay PENDING, such as 5s")
	fs.DurationVar(&f.tokenEvery, "token-every", 0, "least time between two tokens of a client, such as 20h; 0 = no limit")
	fs.BoolVar(&f.verbose, "v", false, "log every request on stderr")
}

// sandboxCommand runs until the context ends or a signal comes.
func sandboxCommand(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
	var f sandboxFlags
	fs := newFlags("sandbox", sandboxAbout, stdout)
	f.register(fs)
	if code, ok := parseFlags(fs, args, stderr); !ok {
		return code
	}
	if err := f.check(); err != nil {
		fmt.Fprintf(stderr, "tangoguard sandbox: %v; tangoguard sandbox -h explains the flags\n", err)
		return exitUsage
	}
	if err := runSandbox(ctx, f, stdout, stderr); err != nil {
		fmt.Fprintf(stderr, "tangoguard sandbox: %s\n", strings.ReplaceAll(err.Error(), "\n", "; "))
		return exitFailed
	}
	return exitOK
}

func (f *sandboxFlags) check() error {
	switch {
	case f.caOut != "" && !f.tls:
		return errors.New("-ca-out needs -tls")
	case f.pace < 0:
		return errors.New("-pace is below 0")
	case f.pendingFor < 0 || f.tokenEvery < 0:
		return errors.New("-pending-for or -token-every is below 0")
	}
	return nil
}

// sandboxConfig reads the files that the flags name.
func sandboxConfig(f sandboxFlags, log *slog.Logger) (tangotest.Config, error) {
	cfg := tangotest.Config{
		Pace: f.pace, NoPace: f.pace == 0, PendingFor: f.pendingFor, TokenEvery: f.tokenEvery,
		FaultSeed: f.faultSeed, Dump: f.dump, Logger: log, LogSize: 1, // nobody reads the request log here
	}
	if f.seed != "" {
		file, err := os.Open(f.seed)
		if err != nil {
			return cfg, fmt.Errorf("-seed: %w", err)
		}
		cfg.Seed = file // New reads it to its end
	}
	if f.faults != "" {
		file, err := os.Open(f.faults)
		if err != nil {
			return cfg, fmt.Errorf("-faults: %w", err)
		}
		defer file.Close()
		if cfg.Faults, err = tangotest.ReadFaults(file); err != nil {
			return cfg, fmt.Errorf("-faults: %s: %w", f.faults, err)
		}
	}
	return cfg, nil
}

func runSandbox(ctx context.Context, f sandboxFlags, stdout, stderr io.Writer) error {
	level := slog.LevelInfo
	if f.verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	cfg, err := sandboxConfig(f, log)
	if c, ok := cfg.Seed.(io.Closer); ok {
		defer c.Close()
	}
	if err != nil {
		return err
	}
	sb, err := tangotest.New(cfg)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", f.addr)
	if err != nil {
		return fmt.Errorf("-addr: %w", err)
	}
	srv := &http.Server{
		Handler: sb.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	scheme, serve := "http", func() error { return srv.Serve(ln) }
	if f.tls {
		var root []byte
		if srv.TLSConfig, root, err = sb.TLS(); err != nil {
			return err
		}
		if f.caOut != "" {
			if err := os.WriteFile(f.caOut, root, 0o644); err != nil {
				return fmt.Errorf("-ca-out: %w", err)
			}
		}
		srv.Protocols = new(http.Protocols)
		srv.Protocols.SetHTTP1(true) // faults break connections, which HTTP/2 streams share
		scheme, serve = "https", func() error { return srv.ServeTLS(ln, "", "") }
	}
	fmt.Fprintf(stdout, "listening on %s://%s/raas/v2\n", scheme, ln.Addr())
	failed := make(chan error, 1)
	go func() { failed <- serve() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	_ = sb.Close() // ends the waits of faults
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		_ = srv.Close()
	}
	return nil
}
