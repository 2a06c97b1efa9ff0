package tangotest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

// Whatever a client sends, the answer is JSON with the request id, never a 5xx; an order is placed exactly when
// it says 201; and the state stays a seed.
func FuzzRequest(f *testing.F) {
	seeds := [][3]string{
		{"POST", "/orders", orderBody},
		{"POST", "/orders", strings.Replace(orderBody, "25.50", "1e400", 1)},
		{"POST", "/orders", `{"recipient":[],"amount":"x","sendEmail":1,"customFields":{"a":[{}]}}`},
		{"GET", "/orders?page=1&elementsPerBlock=2&startDate=2026-01-01T00:00:00%2B01:00&minAmount=1", ""},
		{"GET", "/accounts?paginate=true&maxResults=3&nextCursor=Mg==", ""},
		{"POST", "/customers/demo-customer/accounts", `{"accountIdentifier":"acc-x","displayName":"Fuzzed","contactEmail":"a@b.co"}`},
		{"PATCH", "/customers/demo-customer/accounts/demo-acc1", `{"fundingNotification":[{"emailAddress":"a@b.co"}]}`},
		{"POST", "/creditCardDeposits", depositBody},
		{"POST", "/transferFunds", transferBody},
		{"GET", "/or\xa7ders?page=\xa7", ""},
		{"GET", "/catalogs?rewardType=all&categoryIds=x", ""},
		{"POST", "/orders/RA1/resends", `{"newEmail":"a@b.co"}`},
	}
	for _, s := range seeds {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		if !strings.HasPrefix(path, "/") {
			return
		}
		r, err := http.NewRequest(method, "http://sandbox.test/raas/v2"+path, strings.NewReader(body))
		if err != nil {
			return // no client could send it
		}
		r.SetBasicAuth("demo-platform", "demo-platform-key-0001")
		r.Header.Set("Content-Type", "application/json")
		sb, err := tangotest.New(tangotest.Config{NoPace: true})
		if err != nil {
			t.Fatal(err)
		}
		defer sb.Close()
		resp, err := sb.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		if err != nil || !json.Valid(b) || resp.StatusCode >= 500 || resp.Header.Get("X-REQUEST-ID") == "" {
			t.Fatalf("status %d, read error %v, body %q", resp.StatusCode, err, b)
		}
		orders := 0
		if resp.StatusCode == 201 && r.URL.Path == "/raas/v2/orders" {
			orders = 1
		}
		if got := len(sb.Orders()); got != orders {
			t.Fatalf("status %d and %d orders", resp.StatusCode, got)
		}
		if _, err := tangotest.New(tangotest.Config{Seed: strings.NewReader(string(sb.State()))}); err != nil {
			t.Fatalf("the state is no seed: %v", err)
		}
	})
}

// A script is read or refused, never more; what is read can be played.
func FuzzReadFaults(f *testing.F) {
	f.Add(`{"do":"reset","method":"POST","path":"/orders","commit":true}`)
	f.Add(`{"do":"skew","wait":"-10m","chance":0.5}` + "\n\n" + `{"do":"cut","bytes":3}`)
	f.Add(`{"do":"certificate","cert":"expired","times":-1,"skip":2}`)
	f.Add(`{"do":1}`)
	f.Fuzz(func(t *testing.T, script string) {
		faults, err := tangotest.ReadFaults(strings.NewReader(script))
		if err != nil {
			if strings.Contains(err.Error(), "tangotest.") || strings.Contains(err.Error(), "json:") {
				t.Fatalf("the error names a Go type or package: %v", err)
			}
			return
		}
		sb, err := tangotest.New(tangotest.Config{Faults: faults})
		if err != nil {
			t.Fatalf("it was read, and cannot be played: %v", err)
		}
		_ = sb.Close()
	})
}
