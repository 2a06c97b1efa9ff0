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
	"syscall"
	"time"

	"github.com/tangoguard/tangoguard/examples/backend/app"
	"github.com/tangoguard/tangoguard/middleware"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "backend:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("backend", flag.ContinueOnError)
	fs.SetOutput(stderr)
	addr := fs.String("addr", "127.0.0.1:8080", "listen `address`")
	tango := fs.String("tango", "", "base `URL` of Tango's API, such as http://127.0.0.1:8484/raas/v2; empty: a sandbox started inside")
	db := fs.String("db", "", "`file` that keeps the orders; empty: a temporary one")
	drain := fs.Duration("drain", 25*time.Second, "how long to finish orders in flight after SIGTERM")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; -h explains the flags", fs.Arg(0))
	}
	logger := slog.New(slog.NewTextHandler(stderr, nil))
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	a, err := app.Demo(context.WithoutCancel(ctx), app.DemoConfig{
		BaseURL: *tango, PlatformName: getenv("TANGO_PLATFORM_NAME"), PlatformKey: getenv("TANGO_PLATFORM_KEY"),
		DB: *db, Logger: logger,
	})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	fmt.Fprintf(stdout, "listening on http://%s\n", l.Addr())
	return serve(ctx, l, a, *drain)
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
