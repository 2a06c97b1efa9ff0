package tangotest_test

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

// A reply that is lost: the client sees a broken connection, the order is placed, and the repeat with the same
// externalRefID gives the original.
func Example() {
	sb, err := tangotest.New(tangotest.Config{
		NoPace: true,
		Faults: []tangotest.Fault{{Do: tangotest.Reset, Method: "POST", Path: "/orders", Commit: true}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sb.Close()
	client := &http.Client{Transport: sb.Transport()}
	for range 2 {
		r, _ := http.NewRequest("POST", "http://sandbox.test/raas/v2/orders", strings.NewReader(`{"externalRefID":"order-17",
			"customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","utid":"U561593","amount":25,
			"deliveryMethod":"EMAIL","recipient":{"firstName":"Ann","email":"ann@example.com"}}`))
		r.SetBasicAuth("demo-platform", "demo-platform-key-0001")
		r.Header.Set("Content-Type", "application/json")
		if resp, err := client.Do(r); err != nil {
			fmt.Println("no answer")
		} else {
			fmt.Println(resp.Status)
			resp.Body.Close()
		}
	}
	fmt.Println(len(sb.Orders()), "order, balance", sb.Balance("demo-acc1"))
	// Output:
	// no answer
	// 200 OK
	// 1 order, balance 9975.00
}
