// Package tangotest is a Tango that lives in your process: a stateful sandbox of the Tango API ("RaaS v2") to
// develop and test against. It is an http.Handler for clients in any language, and an http.RoundTripper that
// needs no network and works inside a testing/synctest bubble.
//
//	sb, err := tangotest.New(tangotest.Config{NoPace: true})
//	srv := httptest.NewServer(sb.Handler())        // or: &http.Client{Transport: sb.Transport()}
//	// ... orders to srv.URL + "/raas/v2/orders" ...
//	sb.Orders(); sb.Balance("demo-acc1"); sb.Requests(); sb.Warnings()
//
// Compared with the live service: never. That a client works here shows that client and sandbox agree, not
// that Tango does. "tangoguard doctor" prints where the two differ, once somebody has credentials.
//
// Guaranteed: an answer says what was done (an order is there exactly when it was answered with 201, unless a fault was told to
// lie), a repeat within an account is not placed twice, and State is a seed. Not guaranteed: anything about the live service.
//
// When not to use it: as a server that others can reach (its keys stand in this page), or to measure speed.
//
// How it fails: New and ReadFaults tell all mistakes of a seed or a script together. A request gets Tango's error envelope, and
// no 5xx unless a fault asks for it; what a careful client does not do is in Warnings.
//
// # What it has
//
// Customers, accounts, low-balance alerts, credit cards (get, list, unregister), deposits, fund transfers,
// catalogue, brand categories, orders (create, get, list, resend), exchange rates, reward and mobile
// countries, credential types, GET /pulse, and the token endpoint at /oauth/token. Not: card registration,
// line items, async orders, templates, webhooks, choice products.
//
// # How far to believe it
//
// Documented by Tango, and done so here: paths, methods and 2xx statuses; field names, enums, patterns and
// lengths of OpenAPI 2.0.0; Basic and Bearer; two keys a platform; token lives of 86,400 s and 300 s; 201 for
// a new order and 200 with the original for a repeat, whatever its body says, within one account; 409 for a
// repeated deposit or transfer; the envelope with X-REQUEST-ID; 403.001 for browsers; 422.111 for insecure
// characters, and < > / in names; one request a second; one resend in 30 s; pages by number, by optional
// cursor and by cursor alone; the rules of addresses as the prose has them.
//
// Believed, since documents are old, silent or disagree, each with a field of Config: which requests are a
// browser's; where 403.001 stands; what is insecure; 422 keys under HTTP 400; that unknown fields are ignored;
// capitals in identifiers; the scope, key and Retry-After of 429; 90 days of memory for a ref; that a refused
// order does not use up its ref; the status of customers; the deposit fee; the token limit and the form of
// token errors; the short error form.
//
// Guessed, without a source: the order of checks; that all wrong fields are reported together; most message
// texts; HTTP 404 for an order that names a foreign account; text filters that compare whole values without
// regard to case; lists of orders with the newest first and 100 to a page; a date as endDate that includes its
// day; the form of identifiers and cursors; rounding to the cent; that lengths count code points; that
// attributes of an item limit how it is delivered; that a JSON number with an exponent, a duplicate name and
// invalid UTF-8 are refused; 413 for a body over 1 MiB.
//
// # Seeds
//
// A seed is one JSON document. Each object in it has the form in which the API returns it, and is answered
// back as given: dates, casing and unknown members too.
//
//	{"platforms": [{"name", "keys": [one or two], "oauthClients": [{"clientId", "clientSecret",
//	               "serviceAccounts": [{"username", "password"}]}]}],
//	 "customers": [{..., "accounts": [{...}]}], "creditCards": [...], "deposits": [...], "transfers": [...],
//	 "lowBalanceAlerts": [...], "catalog": {"catalogName", "brands": [{..., "items": [...]}]},
//	 "exchangeRates": {"disclaimer", "exchangeRates": [...]}, "orders": [...], "brandCategories": [...],
//	 "credentialTypes": [...], "rewardCountries": [...], "mobileCountries": [...]}
//
// Every part is optional; one that is left out is the built-in seed's, and [] means none. An object with a
// "platformName" belongs to that platform, one without it to every platform. The built-in seed has platform
// demo-platform with key demo-platform-key-0001, OAuth client demo-client / demo-client-secret-0001 with
// service account demo-user / demo-user-password-0001, customer demo-customer, accounts demo-acc1 and
// demo-acc2 (10,000.00 USD each), item U561593 (1 to 500 USD) and item U666425 (10 USD). A full example is
// testdata/sandbox/seed.json. Sandbox.State gives the state as a seed.
//
// # Faults
//
// A Fault is one thing that goes wrong: see Action for the list. In a script it is a line of JSON:
//
//	{"do":"reset","method":"POST","path":"/orders","commit":true}            the reply is lost after the commit
//	{"do":"late","ref":"order-17","wait":"3s"}                               done 3 s after the client gave up
//	{"do":"status","status":429,"retryAfter":"2","times":3}                  three times 429
//	{"do":"status","status":401,"key":"demo-platform-key-0001","times":-1}   one key is withdrawn
//	{"do":"timeout","chance":0.05,"times":-1}                                one request in twenty
//
// # What it is strict about
//
// Warnings tells of two requests with one externalRefID and different bodies, and of requests after Close. A
// test of a client ends by asserting that there are none.
package tangotest
