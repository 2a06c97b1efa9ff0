package outbox_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/outbox"
	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

// The reply to the first attempt is lost. The order is placed once, and whoever submits it again sees its state.
func Example() {
	ctx := context.Background()
	sandbox, err := tangotest.New(tangotest.Config{NoPace: true,
		Faults: []tangotest.Fault{{Do: tangotest.Reset, Method: "POST", Commit: true}}})
	check(err)
	defer sandbox.Close()
	client, err := tangoclient.New(tangoclient.Config{
		Environment:       tangoclient.Sandbox,
		Credentials:       tangoclient.Basic("demo-platform", tangoclient.NewSecret("demo-platform-key-0001")),
		InsecureTransport: sandbox.Transport(), // no network here; leave it out in a program
		NoPace:            true,
	})
	check(err)

	dir, err := os.MkdirTemp("", "outbox")
	check(err)
	defer os.RemoveAll(dir)
	store, err := outbox.Open(filepath.Join(dir, "orders.db"))
	check(err)
	defer store.Close()
	box, err := outbox.New(ctx, outbox.Config{
		Store: store, Client: client,
		Authorize: func(_ context.Context, tenant string) (tangoclient.Scope, error) {
			if tenant != "acme" {
				return nil, nil // no accounts
			}
			return tangoclient.Scope{{Customer: "demo-customer", Account: "demo-acc1"}}, nil
		},
	})
	check(err)
	defer func() {
		ctx, cancel := context.WithTimeout(ctx, 25*time.Second)
		defer cancel()
		check(box.Stop(ctx))
	}()

	order := outbox.Submission{Tenant: "acme", Request: tangoclient.OrderRequest{
		ExternalRefID: "anniversary-17", CustomerIdentifier: "demo-customer", AccountIdentifier: "demo-acc1",
		UTID: "U561593", Amount: tangoclient.MustParseAmount("25"), DeliveryMethod: "EMAIL",
		Recipient: &tangoclient.Recipient{FirstName: "Seán", LastName: "O'Brien", Email: "sean@example.com"},
	}}
	for range 2 {
		_, err := box.Submit(ctx, order)
		check(err)
		e, err := box.Wait(ctx, "acme", "anniversary-17")
		check(err)
		fmt.Println(e.State, e.OrderStatus)
	}
	fmt.Println(len(sandbox.Orders()), "order, balance", sandbox.Balance("demo-acc1"))
	// Output:
	// placed COMPLETE
	// placed COMPLETE
	// 1 order, balance 9975.00
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
