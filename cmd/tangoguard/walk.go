package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
	"github.com/tangoguard/tangoguard/testdata"
)

// walk goes through the steps of the demo and counts those that did not end as they should.
type walk struct {
	ctx     context.Context
	out     io.Writer
	backend string
	sandbox *tangotest.Sandbox
	client  *http.Client

	steps, failed int
}

// reply is what the demo reads of an answer: of the backend's own, or of the error envelope.
type reply struct {
	status int
	body   []byte

	ExternalRefID string
	State         string
	I18nKey       string
	Errors        []struct{ I18nKey string }
}

func (r reply) String() string {
	if r.status == 0 {
		return "-"
	}
	s := fmt.Sprint(r.status)
	if r.State != "" {
		s += " " + r.State
	}
	if key := r.key(); key != "" {
		s += " " + key
	}
	return s
}

// key is the i18nKey of the envelope, or of its first field error.
func (r reply) key() string {
	if r.I18nKey == "" && len(r.Errors) > 0 {
		return r.Errors[0].I18nKey
	}
	return r.I18nKey
}

// call is one HTTP request to the backend.
type call struct {
	method, path, key string
	body              []byte
	header            [2]string
}

func (w *walk) send(c call) (reply, error) {
	req, err := http.NewRequestWithContext(w.ctx, c.method, w.backend+c.path, bytes.NewReader(c.body))
	if err != nil {
		return reply{}, err
	}
	if c.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	if c.header[0] != "" {
		req.Header.Set(c.header[0], c.header[1])
	}
	res, err := w.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return reply{}, err
	}
	r := reply{status: res.StatusCode, body: body}
	if err := json.Unmarshal(body, &r); err != nil {
		return r, fmt.Errorf("%s %s: the answer is no JSON: %w", c.method, c.path, err)
	}
	return r, nil
}

// step prints one line and counts. problem is "" when the step ended as it should.
func (w *walk) step(sent string, got reply, shows, problem string) {
	w.steps++
	mark := "ok  "
	if problem != "" {
		mark = "FAIL"
		w.failed++
		shows = problem
	}
	fmt.Fprintf(w.out, "%s  %-34s -> %-18s  %s\n", mark, sent, got, shows)
}

// try sends a call and expects a status and, unless it is "", a key.
func (w *walk) try(sent string, c call, status int, key, shows string) (reply, error) {
	got, err := w.send(c)
	if err != nil {
		return got, err
	}
	w.step(sent, got, shows, differs(got, status, key))
	return got, nil
}

func differs(got reply, status int, key string) string {
	if got.status != status || key != "" && got.key() != key {
		return strings.TrimSpace(fmt.Sprintf("should have been %d %s", status, key))
	}
	return ""
}

func (w *walk) all() error {
	for _, part := range []func() error{w.orders, w.attacks, w.doors, w.tenants, w.repeats, w.lostReply} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// orders sends the order files. The texts of those that are placed must arrive byte for byte.
func (w *walk) orders() error {
	all, err := testdata.Orders()
	if err != nil {
		return err
	}
	for _, o := range all {
		got, err := w.send(call{method: "POST", path: "/orders", key: "demo-key", body: o.Request})
		if err != nil {
			return err
		}
		problem := differs(got, o.Status, o.I18nKey)
		if problem == "" && o.Status == http.StatusCreated {
			problem = w.arrived(o.Request)
		}
		w.step(o.Name, got, o.Shows, problem)
	}
	return nil
}

// attacks sends the first attack of each class as a gift message. None may reach the sandbox.
func (w *walk) attacks() error {
	lines, err := testdata.Attacks()
	if err != nil {
		return err
	}
	before := len(w.sandbox.Orders())
	seen := map[string]bool{}
	for _, l := range lines {
		if seen[l.Category] {
			continue
		}
		seen[l.Category] = true
		body, err := order(map[string]any{"message": l.Text})
		if err != nil {
			return err
		}
		if _, err := w.try("attack "+l.Category, call{method: "POST", path: "/orders", key: "demo-key", body: body},
			http.StatusBadRequest, "422.111", "refused before it reaches Tango"); err != nil {
			return err
		}
	}
	w.stillHolds(before, fmt.Sprintf("%d attacks in all", len(seen)), "none became an order")
	return nil
}

// doors shows the browser rule and the key.
func (w *walk) doors() error {
	body, err := order(nil)
	if err != nil {
		return err
	}
	post := call{method: "POST", path: "/orders", body: body}
	browser := post
	browser.header = [2]string{"Origin", "https://evil.example"}
	if _, err := w.try("POST from a browser", browser, http.StatusForbidden, "403.001", "Tango's rule against browsers, even without a key"); err != nil {
		return err
	}
	_, err = w.try("POST without a key", post, http.StatusUnauthorized, "", "no request goes on without a tenant")
	return err
}

// tenants shows that one tenant neither pays with another's account nor sees another's order.
func (w *walk) tenants() error {
	foreign, err := order(map[string]any{"accountIdentifier": "demo-acc1"})
	if err != nil {
		return err
	}
	if _, err := w.try("other's order on demo-acc1", call{method: "POST", path: "/orders", key: "other-key", body: foreign},
		http.StatusForbidden, "", "ACC1 is not ACC2's to use"); err != nil {
		return err
	}
	mine, err := order(map[string]any{"externalRefID": "order-of-demo"})
	if err != nil {
		return err
	}
	if _, err := w.try("demo places order-of-demo", call{method: "POST", path: "/orders", key: "demo-key", body: mine},
		http.StatusCreated, "", "an order of tenant demo"); err != nil {
		return err
	}
	stolen, err := w.try("other asks for order-of-demo", call{method: "GET", path: "/orders/order-of-demo", key: "other-key"},
		http.StatusNotFound, "", "another tenant's order does not exist")
	if err != nil {
		return err
	}
	unknown, err := w.send(call{method: "GET", path: "/orders/nobody-placed-this", key: "other-key"})
	if err != nil {
		return err
	}
	problem := differs(unknown, stolen.status, stolen.key())
	w.step("other asks for an unknown order", unknown, "the same answer as for the foreign one", problem)

	theirs, err := order(map[string]any{"externalRefID": "order-of-demo", "accountIdentifier": "demo-acc2"})
	if err != nil {
		return err
	}
	_, err = w.try("other places order-of-demo too", call{method: "POST", path: "/orders", key: "other-key", body: theirs},
		http.StatusCreated, "", "a reference counts within its tenant: two orders")
	return err
}

// repeats shows that a reference is one order.
func (w *walk) repeats() error {
	first, err := order(map[string]any{"externalRefID": "sent-twice"})
	if err != nil {
		return err
	}
	other, err := order(map[string]any{"externalRefID": "sent-twice", "amount": 26})
	if err != nil {
		return err
	}
	post := call{method: "POST", path: "/orders", key: "demo-key", body: first}
	if _, err := w.try("an order", post, http.StatusCreated, "", "placed"); err != nil {
		return err
	}
	before := len(w.sandbox.Orders())
	if _, err := w.try("the same order again", post, http.StatusOK, "", "a replay: one order, the first answer"); err != nil {
		return err
	}
	post.body = other
	if _, err := w.try("the same reference, another amount", post, http.StatusConflict, "", "one reference is one order; nothing was sent"); err != nil {
		return err
	}
	w.stillHolds(before, "the sandbox's ledger", "still one order")
	return nil
}

// lostReply shows that an order whose first reply is lost is placed once: the client repeats it under the same
// reference, and the sandbox answers with the order that it has.
func (w *walk) lostReply() error {
	before := len(w.sandbox.Orders())
	if err := w.sandbox.Play(tangotest.Fault{Do: tangotest.Reset, Method: "POST", Path: "/orders", Commit: true}); err != nil {
		return err
	}
	body, err := order(map[string]any{"externalRefID": "reply-lost", "message": "Sorry, the line broke up -- once more <3"})
	if err != nil {
		return err
	}
	got, err := w.send(call{method: "POST", path: "/orders", key: "demo-key", body: body})
	if err != nil {
		return err
	}
	problem := differs(got, http.StatusOK, "")
	if problem == "" {
		problem = w.arrived(body)
	}
	w.step("an order whose first reply is lost", got, "the client repeats it under its reference: a replay", problem)
	w.stillHolds(before+1, "the sandbox's ledger", "one order more, not two")
	return nil
}

// stillHolds checks the number of orders in the sandbox.
func (w *walk) stillHolds(want int, what, shows string) {
	problem := ""
	if now := len(w.sandbox.Orders()); now != want {
		problem = fmt.Sprintf("the sandbox holds %d orders and should hold %d", now, want)
	}
	w.step(what, reply{}, shows, problem)
}

// typed are the texts of an order that a person types.
type typed struct {
	Message      string `json:"message"`
	EmailSubject string `json:"emailSubject"`
	Notes        string `json:"notes"`
	Campaign     string `json:"campaign"`
	Sender       person `json:"sender"`
	Recipient    person `json:"recipient"`
}

type person struct {
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
}

// arrived compares the texts of an order, byte for byte, with those of the orders in the sandbox.
func (w *walk) arrived(request []byte) string {
	var sent typed
	if err := json.Unmarshal(request, &sent); err != nil {
		return err.Error()
	}
	for _, o := range w.sandbox.Orders() {
		var kept typed
		if err := json.Unmarshal([]byte(o.JSON), &kept); err != nil {
			return err.Error()
		}
		if kept == sent {
			return ""
		}
	}
	return "no order in the sandbox has these texts, byte for byte"
}

// order is a good order with some fields set otherwise.
func order(with map[string]any) ([]byte, error) {
	o := map[string]any{
		"customerIdentifier": "demo-customer", "accountIdentifier": "demo-acc1", "amount": 25, "utid": "U561593",
		"deliveryMethod": "EMAIL",
		"recipient":      map[string]string{"firstName": "Sinéad", "lastName": "O'Brien", "email": "someone@example.com"},
	}
	for k, v := range with {
		o[k] = v
	}
	return json.Marshal(o)
}
