// Command backend runs the example backend of package app.
//
//	go run ./examples/backend
//	curl -H 'Authorization: Bearer demo-key' -H 'Content-Type: application/json' -d @order.json http://127.0.0.1:8080/orders
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
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/tangoguard/tangoguard/examples/backend/app"
	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/redisstore"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "backend:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, environ []string, stdout, stderr io.Writer) (err error) {
	fs := flag.NewFlagSet("backend", flag.ContinueOnError)
	fs.SetOutput(stderr)
	addr := fs.String("addr", "127.0.0.1:8080", "listen `address`")
	tango := fs.String("tango", "", "base `URL` of Tango's API, such as http://127.0.0.1:8484/raas/v2; empty: a sandbox started inside")
	db := fs.String("db", "", "`file` that keeps the orders; empty: a temporary one")
	redisAddr := fs.String("redis", "", "`address` of a Redis through which a fleet shares its token and its pace; the password comes from REDIS_PASSWORD")
	redisNoAuth := fs.Bool("redis-insecure-no-auth", false, "take a Redis that asks nobody for a password")
	fleetSize := fs.Int("fleet-size", 2, "the most processes that run at once with -redis")
	drain := fs.Duration("drain", 25*time.Second, "how long to finish orders in flight after SIGTERM")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; -h explains the flags", fs.Arg(0))
	}
	cfg := app.DemoConfig{
		BaseURL: *tango, Credentials: credentials(environ), DB: *db, FleetSize: *fleetSize,
		Logger: slog.New(slog.NewTextHandler(stderr, nil)),
	}
	if *redisAddr != "" {
		cfg.Fleet, err = redisstore.Open(ctx, redisstore.Config{
			Options:        &redis.Options{Addr: *redisAddr, Password: value(environ, "REDIS_PASSWORD")},
			InsecureNoAuth: *redisNoAuth,
		})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, cfg.Fleet.Close()) }()
	}
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	a, err := app.Demo(context.WithoutCancel(ctx), cfg)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	fmt.Fprintf(stdout, "listening on http://%s\n", l.Addr())
	return serve(ctx, l, a, *drain)
}

// credentials takes Tango's credentials from the environment, or nil where there are none.
func credentials(environ []string) tangoclient.CredentialSource {
	for _, e := range environ {
		if strings.HasPrefix(e, "TANGO_PLATFORM_") || strings.HasPrefix(e, "TANGO_CLIENT_") {
			return tangoclient.FromEnv()
		}
	}
	return nil
}

func value(environ []string, name string) string {
	for _, e := range environ {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v
		}
	}
	return ""
}

// serve runs until ctx is done; then it takes no new requests, and finishes those that it has and the orders
// in flight.
func serve(ctx context.Context, l net.Listener, a *app.App, drain time.Duration) error {
	srv := &http.Server{Handler: a}
	middleware.HardenServer(srv)
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	return errors.Join(err, srv.Shutdown(limit), a.Stop(limit))
}
