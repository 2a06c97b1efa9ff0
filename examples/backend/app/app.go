// Package app is a small backend that sends rewards through Tango: the library's middleware in the right order, its
// outbox and client behind it. Its callers are tenants; each has a key of its own and accounts of its own.
//
//	POST /orders       the JSON of a Tango order; externalRefID may be left out
//	GET  /orders/:ref  the state of an order of the same tenant
//	GET  /             a page on which a person types an order
//	POST /preview      what would be refused or changed of an order, and why; for that page
//
// Answers hold {"externalRefID","state","reason","order"}; state is queued, sending, placed, refused or unknown. Reward codes are
// not in them: Tango delivers those.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/outbox"
)

// Config is what a backend is made of. Client, Store and Tenants are needed.
type Config struct {
	Client  *tangoclient.Client
	Store   outbox.Store // keeps orders before they are sent; closed by Stop
	Tenants []Tenant
	Logger  *slog.Logger
	// Wait is how long POST /orders waits for an outcome before it answers 202. Zero: 10 seconds.
	Wait time.Duration
}

// App is the backend: an http.Handler, and Stop for its end.
type App struct {
	echo    *echo.Echo
	tenants *tenants
	client  *tangoclient.Client
	store   outbox.Store
	box     *outbox.Outbox
	wait    time.Duration
}

// New builds the backend and takes up the orders that the store holds. All mistakes in cfg are reported together.
func New(ctx context.Context, cfg Config) (*App, error) {
	ten, err := newTenants(cfg.Tenants)
	errs := []error{err}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Wait == 0 {
		cfg.Wait = 10 * time.Second
	}
	a := &App{tenants: ten, client: cfg.Client, store: cfg.Store, wait: cfg.Wait}
	errs = append(errs, a.routes(cfg.Logger))
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	a.box, err = outbox.New(ctx, outbox.Config{
		Store: cfg.Store, Client: cfg.Client, Authorize: ten.scope, Logger: cfg.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	return a, nil
}

// routes mounts the checks in their order: the browser rule needs no key, the key comes before anything is
// read, the guard before anything is parsed, the account before anything is done.
func (a *App) routes(logger *slog.Logger) error {
	observe := middleware.Observe{Logger: logger}
	browsers, err1 := middleware.BrowserConfig{Skip: isPage, Observe: observe}.ToMiddleware()
	guard, err2 := middleware.GuardConfig{
		Routes:  map[string]middleware.Route{"POST /preview": {Mode: middleware.Report}},
		Observe: observe,
	}.ToMiddleware()
	account, err3 := middleware.AccountConfig{Resolve: accountsOf, Observe: observe}.ToMiddleware()
	place, err4 := middleware.Handle(middleware.HandleConfig{}, a.placeOrder)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	e := echo.New()
	e.HTTPErrorHandler = middleware.ErrorConfig{Logger: logger}.HTTPErrorHandler
	e.Pre(middleware.RequestID())
	e.Use(browsers, a.tenants.authenticate(), guard)
	e.POST("/orders", place, account)
	e.GET("/orders/:ref", a.orderState)
	e.GET("/", page)
	e.POST("/preview", a.preview, sameOrigin())
	a.echo = e
	return nil
}

// ServeHTTP makes App an http.Handler.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.echo.ServeHTTP(w, r) }

// Stop takes no more orders and finishes those in flight. What is not finished when ctx ends is settled by the
// next New on the same store. Call it when no request is served any more.
func (a *App) Stop(ctx context.Context) error {
	return errors.Join(a.box.Stop(ctx), a.store.Close())
}
