// Package examples_test holds the programs of README.md and MIGRATING.md; a test compares them.
package examples_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/sanitize"
	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
	"github.com/tangoguard/tangoguard/validate"
)

// backend is the README's fifteen lines.
func backend(client *tangoclient.Client) (*echo.Echo, error) {
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.Use(middleware.RejectBrowsers(), authenticate, middleware.Guard())

	place, err := middleware.Handle(middleware.HandleConfig{}, func(c echo.Context, r tangoclient.OrderRequest) error {
		order, err := client.CreateOrder(c.Request().Context(), r)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusCreated, map[string]string{"order": order.ReferenceOrderID})
	})
	if err != nil {
		return nil, err
	}
	e.POST("/orders", place, middleware.RequireAccount(accountsOfCaller))
	return e, nil
}

// authenticate is the caller's own.
func authenticate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Header.Get("Authorization") != "Bearer demo-key" {
			return echo.NewHTTPError(http.StatusUnauthorized)
		}
		return next(c)
	}
}

func accountsOfCaller(*http.Request) (middleware.Accounts, error) {
	return middleware.Accounts{{Customer: "demo-customer", Account: "demo-acc1"}}, nil
}

func demoClient() *tangoclient.Client {
	sandbox, err := tangotest.New(tangotest.Config{NoPace: true})
	if err != nil {
		panic(err)
	}
	client, err := tangoclient.New(tangoclient.Config{
		Environment:       tangoclient.Sandbox,
		Credentials:       tangoclient.Basic("demo-platform", tangoclient.NewSecret("demo-platform-key-0001")),
		InsecureTransport: sandbox.Transport(),
		NoPace:            true,
	})
	if err != nil {
		panic(err)
	}
	return client
}

const order = `{"externalRefID":"ref-1","customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","utid":"U561593","amount":25,
	"recipient":{"firstName":"Sinéad","lastName":"O'Brien","email":"sinead@example.com"},"message":"you & me <3"}`

func post(h http.Handler, body string, headers ...string) string {
	req := httptest.NewRequest(http.MethodPost, "/orders", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	_, key, _ := strings.Cut(rec.Body.String(), `"i18nKey":"`)
	key, _, _ = strings.Cut(key, `"`)
	return strings.TrimSpace(fmt.Sprint(rec.Code, " ", key))
}

func Example() {
	e, err := backend(demoClient())
	if err != nil {
		fmt.Println(err)
		return
	}
	key := []string{"Authorization", "Bearer demo-key"}
	fmt.Println("good:", post(e, order, key...))
	fmt.Println("from a browser:", post(e, order, append(key, "Origin", "https://shop.example")...))
	fmt.Println("without a key:", post(e, order))
	fmt.Println("another's account:", post(e, strings.Replace(order, "acc1", "acc2", 1), key...))
	fmt.Println("an attack:", post(e, strings.Replace(order, "you & me <3", "<svg onload=alert(1)>", 1), key...))
	// Output:
	// good: 201
	// from a browser: 403 403.001
	// without a key: 401 401.501
	// another's account: 403 403.001
	// an attack: 400 422.111
}

func Example_functions() {
	fmt.Println(sanitize.Line("  Sinéad\tO'Brien\u202e "))          // Sinéad O'Brien
	fmt.Println(validate.Inspect("you & me <3"))                    // []
	fmt.Println(validate.Inspect("<svg onload=alert(1)>")[0].Class) // xss
	// Output:
	// Sinéad O'Brien
	// []
	// xss
}
