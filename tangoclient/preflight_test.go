package tangoclient

import (
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/tango"
)

const testRefKey = "key-of-references-that-is-secret-04"

func TestPreflight(t *testing.T) {
	no := strings.Repeat
	for _, row := range []struct {
		name    string
		mod     func(*OrderRequest)
		pointer string // "" is fine
		key     string
	}{
		{"a good order", func(*OrderRequest) {}, "", ""},
		{"benign text", func(r *OrderRequest) {
			r.Message = "100% -- really, select a gift from the union of both lists \n日本語 👩‍👩‍👧 AT&T <3"
			r.Recipient.FirstName = "Zoë O’Brien-Smith, Jr."
		}, "", ""},
		{"no ref yet", func(r *OrderRequest) { r.ExternalRefID = "" }, "", ""},
		{"a ref with a slash", func(r *OrderRequest) { r.ExternalRefID = "a/b" }, "/externalRefID", tango.KeyExternalRef},
		{"no customer", func(r *OrderRequest) { r.CustomerIdentifier = "" }, "/customerIdentifier", tango.KeyRequired},
		{"an account that is none", func(r *OrderRequest) { r.AccountIdentifier = "a b c d e" }, "/accountIdentifier", tango.KeyIdentifier},
		{"an item that is none", func(r *OrderRequest) { r.UTID = "X1" }, "/utid", tango.KeyUTID},
		{"no amount", func(r *OrderRequest) { r.Amount = Amount{} }, "/amount", tango.KeyAmount},
		{"0.00", func(r *OrderRequest) { r.Amount = MustParseAmount("0.00") }, "/amount", tango.KeyAmount},
		{"below 0", func(r *OrderRequest) { r.Amount = MustParseAmount("-1") }, "/amount", tango.KeyAmount},
		{"seven digits", func(r *OrderRequest) { r.Amount = MustParseAmount("1000000") }, "/amount", tango.KeyAmount},
		{"a tenth of a cent", func(r *OrderRequest) { r.Amount = MustParseAmount("1.001") }, "/amount", tango.KeyAmount},
		{"the largest amount", func(r *OrderRequest) { r.Amount = MustParseAmount("999999.99") }, "", ""},
		{"an unknown delivery method", func(r *OrderRequest) { r.DeliveryMethod = "PIGEON" }, "/deliveryMethod", ""},
		{"e-mail without recipient", func(r *OrderRequest) { r.Recipient = nil }, "/recipient", tango.KeyRequired},
		{"e-mail by default", func(r *OrderRequest) { r.DeliveryMethod, r.Recipient = "", nil }, "/recipient", tango.KeyRequired},
		{"nobody needed for NONE", func(r *OrderRequest) { r.DeliveryMethod, r.Recipient = "NONE", nil }, "", ""},
		{"the older way to say NONE", func(r *OrderRequest) { r.DeliveryMethod, r.SendEmail, r.Recipient = "", new(bool), nil }, "", ""},
		{"e-mail without address", func(r *OrderRequest) { r.Recipient.Email = "" }, "/recipient/email", tango.KeyRequired},
		{"phone without number", func(r *OrderRequest) { r.DeliveryMethod = "PHONE" }, "/recipient/mobileNumber", tango.KeyRequired},
		{"post without address", func(r *OrderRequest) { r.DeliveryMethod = "ADDRESS" }, "/recipient/address", tango.KeyRequired},
		{"post", byPost(nil), "", ""},
		{"post to O'Brien", byPost(func(r *OrderRequest) { r.Recipient.LastName = "O'Brien & Söhne, Jr." }), "", ""},
		{"post to a name that no envelope takes", byPost(func(r *OrderRequest) { r.Recipient.FirstName = "Ann 🎁" }), "/recipient/firstName", tango.KeyInsecure},
		{"post to a name as long as an envelope", byPost(func(r *OrderRequest) { r.Recipient.LastName = no("é", 25) }), "", ""},
		{"post to a longer name", byPost(func(r *OrderRequest) { r.Recipient.LastName = no("é", 26) }), "/recipient/lastName", tango.KeyTooLong},
		{"post without a street", byPost(func(r *OrderRequest) { r.Recipient.Address.StreetLine1 = "" }), "/recipient/address/streetLine1", tango.KeyRequired},
		{"a digital name is longer", func(r *OrderRequest) { r.Recipient.FirstName = no("é", 100) }, "", ""},
		{"a date that there is not", func(r *OrderRequest) { r.ExpirationDate = "2027-02-29" }, "/expirationDate", ""},
		{"a date", func(r *OrderRequest) { r.ExpirationDate = "2028-02-29" }, "", ""},
		{"a name in the address", func(r *OrderRequest) { r.Recipient.Email = `"<script>"@x.com` }, "/recipient/email", tango.KeyEmail},
		{"two addresses", func(r *OrderRequest) { r.Recipient.Email = "a@example.com,b@example.com" }, "/recipient/email", tango.KeyEmail},
		{"a heart in a name", func(r *OrderRequest) { r.Recipient.FirstName = "Ann <3" }, "/recipient/firstName", tango.KeyInsecure},
		{"a long name", func(r *OrderRequest) { r.Recipient.LastName = no("é", 101) }, "/recipient/lastName", tango.KeyTooLong},
		{"a long note", func(r *OrderRequest) { r.Notes = no("é", 1025) }, "/notes", tango.KeyTooLong},
		{"a note of just that length", func(r *OrderRequest) { r.Notes = no("é", 1024) }, "", ""},
		{"two lines in a subject", func(r *OrderRequest) { r.EmailSubject = "a\r\nBcc: b@example.com" }, "/emailSubject", ""},
		{"markup", func(r *OrderRequest) { r.Message = "hi <img src=x onerror=alert(1)>" }, "/message", tango.KeyInsecure},
		{"SQL", func(r *OrderRequest) { r.Message = "1' OR '1'='1' -- " }, "/message", tango.KeyInsecure},
		{"SQL behind an escape", func(r *OrderRequest) { r.Message = "hello\n1' OR '1'='1' -- " }, "/message", tango.KeyInsecure},
		{"SQL in a note beside a custom field", func(r *OrderRequest) { r.Notes, r.CustomFields = "1' OR '1'='1' -- ", map[string]string{"a": "b"} }, "/notes", tango.KeyInsecure},
		{"a message of lines, beside a custom field", func(r *OrderRequest) { r.Message, r.CustomFields = "hello\nyou", map[string]string{"team": "sales"} }, "", ""},
		{"a custom field", func(r *OrderRequest) { r.CustomFields = map[string]string{"a/b": "<script>alert(1)</script>"} }, "/customFields/*", tango.KeyInsecure},
		{"the name of a custom field", func(r *OrderRequest) {
			r.CustomFields = map[string]string{"<script>alert(1)</script>": "x"}
		}, "/customFields", tango.KeyInsecure},
		{"the name of a custom field that is SQL", func(r *OrderRequest) {
			r.CustomFields = map[string]string{"1' OR '1'='1' -- ": "x"}
		}, "/customFields/*", tango.KeyInsecure},
		{"text that is not UTF-8", func(r *OrderRequest) { r.Message = "a\xff" }, "", "invalid"},
		{"an override of direction", func(r *OrderRequest) { r.Message = "a \u202egnp.exe" }, "/message", tango.KeyInsecure},
		{"our own key", func(r *OrderRequest) { r.Message = "psst: " + testKey }, "/message", tango.KeyInsecure},
		{"the key of our references", func(r *OrderRequest) { r.Message = "psst: " + testRefKey }, "/message", tango.KeyInsecure},
		{"our own key in base64", func(r *OrderRequest) { r.Notes = spellingsOf(testKey)["basic header, +2"] }, "/notes", tango.KeyInsecure},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := &script{steps: []step{reply(404, "")}}
			c := newTestClient(t, s, func(c *Config) { c.RefKey = NewSecret(testRefKey) })
			r := goodOrder(row.mod)
			err := c.Preflight(r)
			if row.pointer == "" && row.key == "" {
				require.NoError(t, err)
				return
			}
			var refused *RefusedError
			require.ErrorAs(t, err, &refused)
			require.ErrorIs(t, err, ErrInvalid)
			if row.key == tango.KeyInsecure {
				require.ErrorIs(t, err, ErrInsecureContent)
			}
			if row.pointer != "" {
				at := slices.IndexFunc(refused.Fields, func(f FieldError) bool { return f.Pointer == row.pointer && f.Key == row.key })
				assert.GreaterOrEqual(t, at, 0, "%+v", refused.Fields)
			}
			_, _ = io.WriteString(&everything, err.Error()+"\n")
			for _, v := range []string{r.Message, r.Notes, r.EmailSubject, r.Recipient.orZero().FirstName, testKey} {
				if len(v) > 3 {
					assert.NotContains(t, err.Error(), v, "no value in an error")
				}
			}
			_, err = c.CreateOrder(t.Context(), r)
			require.ErrorAs(t, err, &refused)
			assert.Empty(t, s.seen(), "nothing was sent")
		})
	}
}

func (r *Recipient) orZero() Recipient {
	if r == nil {
		return Recipient{}
	}
	return *r
}

func TestPreflightChangesNothing(t *testing.T) {
	r := goodOrder(func(r *OrderRequest) {
		r.DeliveryMethod = ""
		r.Recipient.Address = &Address{City: "Galway"}
		r.CustomFields = map[string]string{"a": "b"}
	})
	before := r.clone()
	require.Error(t, newTestClient(t, &script{steps: []step{reply(404, "")}}).Preflight(r))
	assert.True(t, reflect.DeepEqual(before, r))
}

// byPost makes an order one that goes by post.
func byPost(mod func(*OrderRequest)) func(*OrderRequest) {
	return func(r *OrderRequest) {
		r.DeliveryMethod, r.Recipient.Email = "ADDRESS", ""
		r.Recipient.Address = &Address{StreetLine1: "12/3 Main St. #4", City: "St. John's", StateOrProvince: "CA", PostalCode: "90210", Country: "US"}
		if mod != nil {
			mod(r)
		}
	}
}

// TestOrdersAreJudgedAlike holds what Preflight says of the fields of an order against what the validate tags say,
// which a handler uses: one table feeds both.
func TestOrdersAreJudgedAlike(t *testing.T) {
	for _, f := range tango.OrderFields() {
		for _, text := range []string{"", "a", "Ann", "demo-acc1", "U561593", "E000000", "P12", "US", "USD", "+14155550123", "ann@example.com", "two\nlines", "a<b", "a/b",
			"1#2", "🎁", "x\u200by", strings.Repeat("a", 26), strings.Repeat("é", 61), strings.Repeat("a", 101), strings.Repeat("é", 201), strings.Repeat("a", 1025)} {
			r := goodOrder(func(r *OrderRequest) { r.Recipient.Address = &Address{} })
			set(t, &r, f.Pointer, text)
			got := fieldProblems(&r)
			want, err := ruleProblems(&r)
			require.NoError(t, err)
			for i := range want { // where two rules fail, the two need not name the same one first
				if len(got) == len(want) && want[i].Key == tango.KeyTooLong {
					want[i].Key, want[i].Message = got[i].Key, got[i].Message
				}
			}
			assert.ElementsMatch(t, want, got, "%s %.20q", f.Pointer, text)
		}
	}
}

// set puts text into the field of an order at a pointer of the table, by its JSON.
func set(t *testing.T, r *OrderRequest, pointer, text string) {
	t.Helper()
	path := strings.Split(pointer[1:], "/")
	v, err := jsontext.AppendQuote(nil, text)
	require.NoError(t, err)
	for _, name := range slices.Backward(path) {
		v = []byte(`{"` + name + `":` + string(v) + `}`)
	}
	require.NoError(t, json.Unmarshal(v, r))
	require.Equal(t, text, r.text(pointer), "text has a case for each pointer of the table")
}

// TestTagsFollowTheTable holds the tags of OrderRequest against Tango's table of fields, so that there is one
// statement of what Tango accepts.
func TestTagsFollowTheTable(t *testing.T) {
	tags := map[string]string{}
	var walk func(reflect.Type, string)
	walk = func(typ reflect.Type, at string) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			tags[at+"/"+name] = f.Tag.Get("validate")
			if f.Type.Kind() == reflect.Pointer && f.Type.Elem().Kind() == reflect.Struct {
				walk(f.Type.Elem(), at+"/"+name)
			}
		}
	}
	walk(reflect.TypeFor[OrderRequest](), "")
	for _, f := range tango.OrderFields() {
		tag, ok := tags[f.Pointer]
		require.True(t, ok, f.Pointer)
		words := strings.Split(tag, ",")
		if f.Rule != "" {
			assert.Contains(t, words, f.Rule, f.Pointer)
		}
		assert.Equal(t, f.Required, slices.Contains(words, "required"), f.Pointer)
	}
}
