package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/outbox"
	"github.com/tangoguard/tangoguard/tangoclient/redisstore"
	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

// DemoConfig chooses the Tango behind a Demo.
type DemoConfig struct {
	// BaseURL is a sandbox on this machine, such as http://127.0.0.1:8484/raas/v2. Empty: one started inside.
	BaseURL string
	// Credentials authenticate there. Nil: the platform of the sandbox's own seed.
	Credentials tangoclient.CredentialSource
	// NoPace sends without keeping to one request a second, for a sandbox that allows it. A sandbox started
	// inside always does.
	NoPace bool
	// Fleet shares tokens and the pace with other processes. Nil: this process is alone.
	Fleet *redisstore.Store
	// FleetSize is the most processes that may run at once with Fleet.
	FleetSize int
	// DB is the file that keeps orders. Empty: a temporary one, gone after Stop.
	DB     string
	Logger *slog.Logger
}

// Demo builds the backend for two tenants of the sandbox's own seed: the key demo-key orders from demo-acc1,
// other-key from demo-acc2. A real backend keeps its tenants and their keys in a store of its own.
func Demo(ctx context.Context, cfg DemoConfig) (*App, error) {
	client, err := demoClient(cfg)
	if err != nil {
		return nil, err
	}
	store, err := openStore(cfg.DB)
	if err != nil {
		return nil, err
	}
	a, err := New(ctx, Config{Client: client, Store: store, Tenants: demoTenants(), Logger: cfg.Logger})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return a, nil
}

func demoClient(cfg DemoConfig) (*tangoclient.Client, error) {
	if cfg.Credentials == nil {
		cfg.Credentials = tangoclient.Basic("demo-platform", tangoclient.NewSecret("demo-platform-key-0001"))
	}
	tango := tangoclient.Config{
		Environment: tangoclient.Sandbox,
		Credentials: cfg.Credentials,
		BaseURL:     cfg.BaseURL,
		NoPace:      cfg.NoPace,
		Logger:      cfg.Logger,
	}
	if cfg.Fleet != nil {
		pacer, err := cfg.Fleet.Pacer(time.Second, cfg.FleetSize)
		if err != nil {
			return nil, err
		}
		tango.TokenStore, tango.Pacer = cfg.Fleet.TokenStore(), pacer
	}
	if cfg.BaseURL == "" {
		sandbox, err := tangotest.New(tangotest.Config{NoPace: true})
		if err != nil {
			return nil, err
		}
		tango.InsecureTransport, tango.NoPace = sandbox.Transport(), tango.Pacer == nil
	}
	return tangoclient.New(tango)
}

// tempStore is a store in a directory of its own, which goes with it.
type tempStore struct {
	outbox.Store
	dir string
}

func (t tempStore) Close() error { return errors.Join(t.Store.Close(), os.RemoveAll(t.dir)) }

func openStore(path string) (outbox.Store, error) {
	if path != "" {
		return outbox.Open(path)
	}
	dir, err := os.MkdirTemp("", "tangoguard-backend-")
	if err != nil {
		return nil, err
	}
	store, err := outbox.Open(filepath.Join(dir, "orders.db"))
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return tempStore{store, dir}, nil
}

func demoTenants() []Tenant {
	tenant := func(name, key, account string) Tenant {
		return Tenant{
			Name:     name,
			Key:      tangoclient.NewSecret(key),
			Accounts: middleware.Accounts{{Customer: "demo-customer", Account: account}},
		}
	}
	return []Tenant{tenant("demo", "demo-key", "demo-acc1"), tenant("other", "other-key", "demo-acc2")}
}

// String keeps a tenant's key out of logs that print the tenant.
func (t Tenant) String() string { return fmt.Sprintf("tenant %s", t.Name) }
