// Package app is a small backend that sends rewards through Tango: the library's middleware in the right order, its
// client behind it. Its callers are tenants; each has a key of its own and accounts of its own.
//
//	POST /orders       the JSON of a Tango order; externalRefID may be left out
//	GET  /orders/:ref  the state of an order of the same tenant
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
)

// Sender is what the backend needs of tangoclient.Client.
type Sender interface {
	CreateOrder(context.Context, tangoclient.OrderRequest) (*tangoclient.Order, error)
	Settle(context.Context, tangoclient.OrderRequest, ...tangoclient.SettleOption) (*tangoclient.Order, error)
}

// Config is what a backend is made of. Every field but Logger and Wait is needed.
type Config struct {
	// Tango gives the client that orders for one tenant. It should be scoped to the tenant's accounts, so that
	// a mistake in this package stays without effect.
	Tango   func(Tenant) Sender
	Tenants []Tenant
	Logger  *slog.Logger
	// Wait is how long POST /orders waits for an outcome before it answers 202. Zero: 10 seconds.
	Wait time.Duration
}

// App is the backend: an http.Handler, and Drain for its end.
type App struct {
	echo    *echo.Echo
	tenants *tenants
	book    *book
	wait    time.Duration
}

// New builds the backend. All mistakes in cfg are reported together.
func New(cfg Config) (*App, error) {
	var errs []error
	if cfg.Tango == nil {
		errs = append(errs, errors.New("Tango: needed"))
	}
	ten, err := newTenants(cfg.Tenants)
	errs = append(errs, err)
	senders := map[string]Sender{}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Wait == 0 {
		cfg.Wait = 10 * time.Second
	}
	for _, t := range cfg.Tenants {
		if cfg.Tango != nil {
			senders[t.Name] = cfg.Tango(t)
		}
	}
	a := &App{tenants: ten, book: newBook(senders, cfg.Logger), wait: cfg.Wait}
	errs = append(errs, a.routes())
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	return a, nil
}

// routes mounts the checks in their order: the browser rule needs no key, the key comes before anything is
// read, the guard before anything is parsed, the account before anything is done.
func (a *App) routes() error {
	place, err := middleware.Handle(middleware.HandleConfig{}, a.placeOrder)
	if err != nil {
		return err
	}
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.Pre(middleware.RequestID())
	e.Use(middleware.RejectBrowsers(), a.tenants.authenticate(), middleware.Guard())
	e.POST("/orders", place, middleware.RequireAccount(accountsOf))
	e.GET("/orders/:ref", a.orderState)
	a.echo = e
	return nil
}

// ServeHTTP makes App an http.Handler.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.echo.ServeHTTP(w, r) }

// Drain waits until no order is in flight, or until ctx is done.
func (a *App) Drain(ctx context.Context) error { return a.book.drain(ctx) }
