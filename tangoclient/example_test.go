package tangoclient_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

// client makes a client on a sandbox in this process. A program leaves InsecureTransport out and takes its
// credentials from FromEnv, FromFile or a vault.
func client() *tangoclient.Client {
	sandbox, err := tangotest.New(tangotest.Config{NoPace: true})
	if err != nil {
		panic(err)
	}
	c, err := tangoclient.New(tangoclient.Config{
		Environment:       tangoclient.Sandbox,
		Credentials:       tangoclient.Basic("demo-platform", tangoclient.NewSecret("demo-platform-key-0001")),
		InsecureTransport: sandbox.Transport(),
		NoPace:            true,
	})
	if err != nil {
		panic(err)
	}
	return c
}

func ExampleClient_CreateOrder() {
	c := client()
	request := tangoclient.OrderRequest{
		ExternalRefID:      tangoclient.RefFrom("survey-7", "user-42"), // the same after a restart
		CustomerIdentifier: "demo-customer",
		AccountIdentifier:  "demo-acc1",
		UTID:               "U561593",
		Amount:             tangoclient.MustParseAmount("25.00"),
		DeliveryMethod:     "EMAIL",
		Recipient:          &tangoclient.Recipient{FirstName: "Aoife", LastName: "O'Brien", Email: "aoife@example.com"},
		Message:            "Thank you & see you soon <3",
	}
	for range 2 {
		order, err := c.CreateOrder(context.Background(), request)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(order.Outcome, order.Status, order.Reward.CredentialList[0].Value)
	}
	// Output:
	// created COMPLETE [redacted]
	// replayed COMPLETE [redacted]
}

// What became of an order that nobody can tell is asked for, never guessed.
func ExampleClient_Settle() {
	c := client()
	request := tangoclient.OrderRequest{ExternalRefID: "order-1", CustomerIdentifier: "demo-customer", AccountIdentifier: "demo-acc1"}
	_, err := c.Settle(context.Background(), request)
	var unknown *tangoclient.UnknownOutcomeError
	fmt.Println(errors.As(err, &unknown), unknown.RetryAfter > 0)

	_, err = c.Settle(context.Background(), request, tangoclient.LastAttempt(time.Now().Add(-time.Hour)))
	fmt.Println(errors.Is(err, tangoclient.ErrNotPlaced))
	// Output:
	// true true
	// true
}

func ExampleClient_Preflight() {
	err := client().Preflight(tangoclient.OrderRequest{
		CustomerIdentifier: "demo-customer", AccountIdentifier: "demo-acc1", UTID: "U561593",
		Amount:    tangoclient.MustParseAmount("25"),
		Recipient: &tangoclient.Recipient{FirstName: "Ann <3", Email: "ann@example.com"},
	})
	var refused *tangoclient.RefusedError
	if errors.As(err, &refused) {
		for _, f := range refused.Fields {
			fmt.Println(f.Pointer, f.Message)
		}
	}
	// Output:
	// /recipient/firstName must be one line without < > and /, which Tango refuses in names
}

// vault is a CredentialSource over some store of secrets. It caches, because it is asked for every attempt.
type vault struct {
	read func(context.Context, string) (string, error)
}

func (v vault) Credentials(ctx context.Context) ([]tangoclient.Credentials, error) {
	key, err := v.read(ctx, "tango/platform-key")
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return []tangoclient.Credentials{{PlatformName: "demo-platform", Key: tangoclient.NewSecret(key)}}, nil
}

func ExampleCredentialSource() {
	source := vault{func(context.Context, string) (string, error) { return "a-key-from-the-vault", nil }}
	_, err := tangoclient.New(tangoclient.Config{Environment: tangoclient.Sandbox, Credentials: source})
	fmt.Println(err)
	// Output:
	// <nil>
}

// A scoped client is what a request of one tenant gets.
func ExampleClient_Scoped() {
	mine := client().Scoped(tangoclient.Scope{{Customer: "demo-customer", Account: "demo-acc1"}})
	_, err := mine.GetAccount(context.Background(), "demo-acc2")
	fmt.Println(errors.Is(err, tangoclient.ErrForbidden))
	// Output:
	// true
}

// The classic mistake: a new reference for the second try is a second order.
func ExampleUnknownOutcomeError() {
	place := func(c *tangoclient.Client, ref string) {
		_, _ = c.CreateOrder(context.Background(), tangoclient.OrderRequest{ExternalRefID: ref, CustomerIdentifier: "demo-customer",
			AccountIdentifier: "demo-acc1", UTID: "U666425", Amount: tangoclient.MustParseAmount("10"), DeliveryMethod: "NONE"})
	}
	balance := func(c *tangoclient.Client) string {
		a, err := c.GetAccount(context.Background(), "demo-acc1")
		if err != nil {
			return err.Error()
		}
		return a.CurrentBalance.String()
	}
	right := client()
	place(right, "order-1")
	place(right, "order-1")
	fmt.Println("one reference:", balance(right))
	wrong := client()
	place(wrong, tangoclient.NewRef())
	place(wrong, tangoclient.NewRef())
	fmt.Println("two references:", balance(wrong))
	// Output:
	// one reference: 9990.00
	// two references: 9980.00
}
