package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/tangoguard/tangoguard/examples/backend/app"
	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

const demoAbout = `demo

Starts a Tango sandbox and the example backend on loopback and sends real HTTP through both: honest orders, an attack of
each class, a browser's POST, one tenant reaching for another's account and order, the same order twice, one reference for two
orders, and an order whose first reply is lost. One line a step: what was sent, what came back, what it shows. Needs
no network beyond loopback and no credentials. The exit code is 1 if a step did not end as it should.
`

func demoCommand(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
	fs := newFlags("demo", demoAbout, stdout)
	if code, ok := parseFlags(fs, args, stderr); !ok {
		return code
	}
	failed, err := runDemo(ctx, stdout)
	switch {
	case err != nil:
		fmt.Fprintf(stderr, "tangoguard demo: %v\n", err)
		return exitFailed
	case failed > 0:
		fmt.Fprintf(stderr, "tangoguard demo: %d step(s) did not end as they should\n", failed)
		return exitFailed
	}
	return exitOK
}

// runDemo starts both servers, walks through the steps and gives the number of those that failed.
func runDemo(ctx context.Context, out io.Writer) (failed int, err error) {
	sandbox, err := tangotest.New(tangotest.Config{NoPace: true})
	if err != nil {
		return 0, err
	}
	tango, stopTango, err := listen(sandbox.Handler())
	if err != nil {
		return 0, err
	}
	defer stopTango()
	backend, err := app.Demo(ctx, app.DemoConfig{BaseURL: tango + "/raas/v2", NoPace: true})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, backend.Stop(context.WithoutCancel(ctx))) }()
	url, stopBackend, err := listen(backend)
	if err != nil {
		return 0, err
	}
	defer stopBackend()
	fmt.Fprintf(out, "sandbox on %s/raas/v2, backend on %s\n\n", tango, url)

	w := &walk{ctx: ctx, out: out, backend: url, sandbox: sandbox, client: &http.Client{Timeout: time.Minute}}
	if err := w.all(); err != nil {
		return w.failed, err
	}
	for _, warning := range sandbox.Warnings() {
		w.step("the sandbox warns", reply{}, "", warning)
	}
	fmt.Fprintf(out, "\n%d steps, %d failed\n", w.steps, w.failed)
	return w.failed, ctx.Err()
}

// listen serves h on a free port of loopback.
func listen(h http.Handler) (url string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	srv := &http.Server{Handler: h}
	middleware.HardenServer(srv)
	go func() { _ = srv.Serve(l) }() // ends with ErrServerClosed when stop is called
	return "http://" + l.Addr().String(), func() { _ = srv.Close() }, nil
}
