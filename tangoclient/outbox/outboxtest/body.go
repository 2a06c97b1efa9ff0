package outboxtest

import (
	"github.com/go-json-experiment/json"

	"github.com/tangoguard/tangoguard/tangoclient/outbox"
)

// body is the request of an entry as it would be sent.
func body(e outbox.Entry) string {
	b, err := json.Marshal(e.Request, json.Deterministic(true))
	if err != nil {
		return err.Error()
	}
	return string(b)
}
