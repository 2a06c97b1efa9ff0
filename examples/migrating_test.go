package examples_test

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/sanitize"
	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/validate"
)

func Example_fromBluemonday() {
	name := sanitize.Line("Sinéad <b>O'Brien</b>") // text: kept as it is, escaped by whoever writes it into a page
	note := sanitize.HTML("<b>Thanks</b><script>x()</script>")
	page := template.Must(template.New("").Parse("{{.Name}} | {{.Note}}\n"))

	var out strings.Builder
	err := page.Execute(&out, map[string]any{"Name": name, "Note": template.HTML(note)})
	fmt.Print(name, "\n", out.String(), err, "\n")
	// Output:
	// Sinéad O'Brien
	// Sinéad O&#39;Brien | <b>Thanks</b>
	// <nil>
}

// Gift is what the migrated backend takes.
type Gift struct {
	Account   string `json:"accountIdentifier" validate:"required,tangoid" sanitize:"-"`
	FirstName string `json:"firstName" validate:"required,max=100,digitalname" sanitize:"line"`
	Message   string `json:"message" validate:"max=1000" sanitize:"text"`
}

func Example_fromEchosBinder() {
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	create, err := middleware.Handle(middleware.HandleConfig{}, func(c echo.Context, g Gift) error {
		return c.NoContent(http.StatusCreated) // g is decoded strictly, clean and valid here
	})
	if err != nil {
		fmt.Println(err) // every mistake in the tags of Gift, when the program starts
		return
	}
	e.POST("/orders", create, middleware.Guard())

	good := `{"accountIdentifier":"demo-acc1","firstName":"Sinéad","message":"you & me <3"}`
	fmt.Println(post(e, good))
	fmt.Println(post(e, strings.Replace(good, `"message"`, `"Message"`, 1)))
	// Output:
	// 201
	// 400 400.009
}

func Example_fromCoraza() {
	guard, err := middleware.GuardConfig{
		Mode:    middleware.Report, // log what would be refused, and let it through, until the log is quiet
		Routes:  map[string]middleware.Route{"POST /webhooks/:id": {Raw: true}},
		Fields:  map[string]middleware.FieldRule{"/query": {Off: []validate.Class{validate.ClassSQLi}}},
		Observe: middleware.Observe{Logger: slog.Default()},
	}.ToMiddleware()
	fmt.Println(guard != nil, err)
	// Output: true <nil>
}

func Example_fromTangosSDK() {
	client := demoClient()
	order, err := client.CreateOrder(context.Background(), tangoclient.OrderRequest{
		ExternalRefID:      tangoclient.RefFrom("payout-2026-11", "user-42"), // the same after a crash: no second order
		CustomerIdentifier: "demo-customer",
		AccountIdentifier:  "demo-acc1",
		UTID:               "U561593",
		Amount:             tangoclient.MustParseAmount("25.00"), // a decimal, no float
		DeliveryMethod:     "EMAIL",                              // in place of sendEmail
		Recipient:          &tangoclient.Recipient{FirstName: "Sinéad", Email: "sinead@example.com"},
	})
	var unknown *tangoclient.UnknownOutcomeError
	switch {
	case errors.As(err, &unknown):
		fmt.Println("ask later, with Settle:", unknown.RetryAfter > time.Minute)
	case err != nil:
		fmt.Println("not placed:", err)
	default:
		fmt.Println(order.Outcome, order.Status)
	}
	// Output: created COMPLETE
}
