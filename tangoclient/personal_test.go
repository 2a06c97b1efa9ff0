package tangoclient

import (
	"bytes"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNoPersonalDataIsPrinted fills every field of the types that hold somebody's data, and prints and logs them as a
// careless program would. Identifiers, items and states may show.
func TestNoPersonalDataIsPrinted(t *testing.T) {
	const typed = "somebody's words"
	open := map[string]bool{}
	for _, name := range []string{"ReferenceOrderID", "ExternalRefID", "CustomerIdentifier", "AccountIdentifier", "UTID", "Status", "OrderStatus"} {
		open[name] = true
	}
	var fill func(reflect.Value)
	fill = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			v.SetString(typed)
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem())
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			fill(v.Index(0))
		case reflect.Map:
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key)
			fill(value)
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(key, value)
		case reflect.Struct:
			switch v.Interface().(type) {
			case time.Time, Amount:
				return
			case Secret:
				v.Set(reflect.ValueOf(NewSecret(typed)))
				return
			}
			for i := range v.NumField() {
				if f := v.Type().Field(i); f.IsExported() && !open[f.Name] {
					fill(v.Field(i))
				}
			}
		}
	}
	for _, v := range []any{new(OrderRequest), new(Order), new(Recipient), new(Sender), new(Address), new(OrderFilter), new(ResendRequest), new(Resend),
		new(Account), new(NewAccount), new(AccountUpdate), new(AccountFilter), new(Notification), new(RewardCredential), new(LateOutcome)} {
		fill(reflect.ValueOf(v).Elem())
		value := reflect.ValueOf(v).Elem().Interface()
		if late, ok := value.(LateOutcome); ok {
			late.Op, late.CustomerIdentifier, late.AccountIdentifier, late.ExternalRefID = "", "", "", ""
			value, v = late, &late
		}
		if c, ok := value.(RewardCredential); ok { // the code is what is secret of it
			c.Label, c.Type, c.CredentialType = "", "", ""
			value, v = c, &c
		}
		for _, x := range []any{v, value, []any{value}, struct{ X any }{v}} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
				text := fmt.Sprintf(verb, x)
				assert.NotContains(t, text, typed, "%T with %s", v, verb)
				assert.NotContains(t, text, fmt.Sprintf("%x", typed), "%T with %s", v, verb)
			}
			var b bytes.Buffer
			slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", x)
			require.NotEmpty(t, b.String())
			assert.False(t, strings.Contains(b.String(), "words"), "%T in a log: %s", v, b.String())
		}
	}
}
