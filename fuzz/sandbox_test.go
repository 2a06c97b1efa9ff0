package fuzz_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tangoguard/tangoguard/fuzz"
	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

const sandboxOrder = `{"externalRefID":"ref-1","customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","utid":"U561593","amount":25.50,"deliveryMethod":"EMAIL",
"recipient":{"firstName":"Aoife","email":"aoife@example.com"},"sender":{"firstName":"Ben"}}`

func sandbox(t *testing.T, cfg tangotest.Config) *tangotest.Sandbox {
	t.Helper()
	sb, err := tangotest.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sb.Close() })
	return sb
}

// holdState checks that the state of a sandbox is a seed, and the same one once more.
func holdState(t *testing.T, sb *tangotest.Sandbox) {
	t.Helper()
	state := sb.State()
	again := sandbox(t, tangotest.Config{Seed: bytes.NewReader(state)})
	if !bytes.Equal(again.State(), state) {
		t.Fatalf("the state is not the seed of itself: %s\n%s", state, again.State())
	}
}

// FuzzSandbox calls the sandbox with credentials. Whatever a client sends, the answer is JSON with the request id and no 5xx; an
// order is placed exactly when the answer says 201; and the state stays a seed.
func FuzzSandbox(f *testing.F) {
	for _, s := range [][3]string{
		{"POST", "/orders", sandboxOrder},
		{"POST", "/orders", strings.Replace(sandboxOrder, "25.50", "1e400", 1)},
		{"POST", "/orders", `{"recipient":[],"amount":"x","sendEmail":1,"customFields":{"a":[{}]}}`},
		{"GET", "/orders?page=1&elementsPerBlock=2&startDate=2026-01-01T00:00:00%2B01:00&minAmount=1", ""},
		{"GET", "/accounts?paginate=true&maxResults=3&nextCursor=Mg==", ""},
		{"POST", "/customers/demo-customer/accounts", `{"accountIdentifier":"acc-x","displayName":"Fuzzed","contactEmail":"a@b.co"}`},
		{"PATCH", "/customers/demo-customer/accounts/demo-acc1", `{"fundingNotification":[{"emailAddress":"a@b.co"}]}`},
		{"POST", "/creditCardDeposits", `{"customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","creditCardToken":"demo-card","amount":100,"externalRefID":"dep-1"}`},
		{"POST", "/transferFunds", `{"transferFrom":"demo-acc1","transferTo":"demo-acc2","amount":10.01,"externalRefID":"tr-1","transferNotes":"for Q1"}`},
		{"GET", "/or\xa7ders?page=\xa7", ""},
		{"GET", "/catalogs?rewardType=all&categoryIds=x", ""},
		{"POST", "/orders/RA1/resends", `{"newEmail":"a@b.co"}`},
	} {
		add(f, s[0], s[1], s[2])
	}
	for _, body := range orders(f) {
		add(f, "POST", "/orders", string(body))
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
		sb := sandbox(t, tangotest.Config{NoPace: true})
		resp, err := sb.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		if err != nil || !json.Valid(b) || resp.StatusCode >= 500 || resp.Header.Get("X-REQUEST-ID") == "" {
			t.Fatalf("status %d, read error %v, body %q", resp.StatusCode, err, b)
		}
		placed := 0
		if resp.StatusCode == 201 && r.URL.Path == "/raas/v2/orders" {
			placed = 1
		}
		if got := len(sb.Orders()); got != placed {
			t.Fatalf("status %d and %d orders", resp.StatusCode, got)
		}
		holdState(t, sb)
	})
}

// FuzzSandboxRequest sends whole HTTP/1 requests to the sandbox's handler, the token endpoint included. Without credentials nothing
// is given out and nothing is placed.
func FuzzSandboxRequest(f *testing.F) {
	form := "grant_type=password&client_id=demo-client&client_secret=demo-client-secret-0001&username=demo-user&password=demo-user-password-0001&scope=raas.all&audience=x"
	for _, raw := range []string{
		"POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 158\r\n\r\n" + form,
		"POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=%",
		"GET /raas/v2/accounts HTTP/1.1\r\nHost: a\r\nAuthorization: Basic ZGVtbzpkZW1v\r\n\r\n",
		"GET /raas/v2/accounts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x.y.z\r\nOrigin: null\r\n\r\n",
		"GET /raas/v2/pulse HTTP/1.1\r\nHost: a\r\n\r\n",
	} {
		add(f, []byte(raw))
	}
	for _, seed := range fuzz.Requests(f) {
		add(f, bytes.Replace(seed, []byte(" /orders"), []byte(" /raas/v2/orders"), 1))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		sb := sandbox(t, tangotest.Config{NoPace: true})
		rec := fuzz.Serve(t, sb.Handler(), raw)
		if rec == nil {
			return
		}
		known := bytes.Contains(raw, []byte("demo-")) || bytes.Contains(raw, []byte("ZGVtby1wbGF0Zm9ybTp")) || bytes.Contains(raw, []byte("%"))
		if rec.Code < 400 && !known {
			t.Fatalf("status %d without credentials: %s", rec.Code, rec.Body)
		}
		if n := len(sb.Orders()); n != 0 && !known {
			t.Fatalf("%d orders without credentials", n)
		}
	})
}

// FuzzReadFaults reads any script. It is read or refused; what is read can be played.
func FuzzReadFaults(f *testing.F) {
	add(f, `{"do":"reset","method":"POST","path":"/orders","commit":true}`)
	add(f, `{"do":"skew","wait":"-10m","chance":0.5}`+"\n\n"+`{"do":"cut","bytes":3}`)
	add(f, `{"do":"certificate","cert":"expired","times":-1,"skip":2}`)
	add(f, `{"do":1}`)
	f.Fuzz(func(t *testing.T, script string) {
		faults, err := tangotest.ReadFaults(strings.NewReader(script))
		if err != nil {
			if strings.Contains(err.Error(), "tangotest.") || strings.Contains(err.Error(), "json:") {
				t.Fatalf("the error names a Go type or package: %v", err)
			}
			return
		}
		sb := sandbox(t, tangotest.Config{Faults: faults})
		sb.Heal()
		if err := sb.Play(faults...); err != nil {
			t.Fatalf("it was read, and cannot be played: %v", err)
		}
	})
}

// FuzzSeed starts a sandbox from any seed. What is accepted serves, and its state is a seed of the same state.
func FuzzSeed(f *testing.F) {
	for _, s := range []string{
		`{}`, `null`, `{"nothing":1}`, `{"customers":[{"customerIdentifier":"c1","displayName":"C","accounts":[{"accountIdentifier":"a1","displayName":"A","currentBalance":1e3}]}]}`,
		`{"catalog":{"catalogName":"c","brands":[{"brandKey":"B","items":[{"utid":"U1","valueType":"FIXED_VALUE","faceValue":5,"currencyCode":"USD"}]}]}}`,
		`{"exchangeRates":[{"rewardCurrency":"EUR","baseCurrency":"USD","baseFx":0}]}`, `{"platforms":[{"name":"p","keys":["k"]}]}`,
	} {
		add(f, s)
	}
	add(f, string(sandboxState(f)))
	f.Fuzz(func(t *testing.T, seed string) {
		sb, err := tangotest.New(tangotest.Config{Seed: strings.NewReader(seed), NoPace: true})
		if err != nil {
			return
		}
		defer sb.Close()
		holdState(t, sb)
	})
}

func sandboxState(f *testing.F) []byte {
	f.Helper()
	sb, err := tangotest.New(tangotest.Config{})
	if err != nil {
		f.Fatal(err)
	}
	defer sb.Close()
	return sb.State()
}
