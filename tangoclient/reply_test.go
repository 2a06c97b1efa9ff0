package tangoclient

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAmountsInReplies: Tango's OpenAPI calls amounts doubles, and an order whose reply cannot be read is one whose
// outcome is unknown.
func TestAmountsInReplies(t *testing.T) {
	for spelt, want := range map[string]string{"25.00": "25.00", "2.5E1": "25", "2.500e+01": "25", `"25.00"`: "25.00", "null": "0"} {
		s := &script{steps: []step{reply(201, placed(`"denomination":{"value":25.00`, `"denomination":{"value":`+spelt))}}
		o, err := newTestClient(t, s).CreateOrder(background, goodOrder())
		require.NoError(t, err, spelt)
		assert.True(t, o.Denomination.Value.Equal(MustParseAmount(want)), "%s is %s", spelt, o.Denomination.Value)
		assert.Equal(t, testCode, o.Reward.CredentialList[0].Value.Reveal())
		assert.Len(t, o.Reward.CredentialList, 1)
	}
	for _, spelt := range []string{"1e999", `"much"`, "true", "[]", "{}", "1e", strings.Repeat("9", 40)} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{steps: []step{reply(201, placed(`"denomination":{"value":25.00`, `"denomination":{"value":`+spelt))}}
			_, err := newTestClient(t, s).CreateOrder(t.Context(), goodOrder())
			require.ErrorAs(t, err, new(*UnknownOutcomeError), spelt)
			require.ErrorIs(t, err, ErrReply)
		})
	}
	a, err := newTestClient(t, &script{steps: []step{reply(200, `{"accountIdentifier":"demo-acc1","currentBalance":1.234567891E7}`)}}).GetAccount(background, "demo-acc1")
	require.NoError(t, err)
	assert.True(t, a.CurrentBalance.Equal(MustParseAmount("12345678.91")))
}

func TestRewardsInBothSpellings(t *testing.T) {
	list := `"credentialList":[{"label":"PIN","value":"` + testCode + `","type":"text","credentialType":"PIN"}]`
	for name, row := range map[string]struct {
		credentials string
		want        map[string]string
	}{
		"a map":            {`{"PIN":"1","Card Number":"2"}`, map[string]string{"PIN": "1", "Card Number": "2"}},
		"a string":         {`"3"`, map[string]string{"": "3"}},
		"null":             {`null`, nil},
		"an empty map":     {`{}`, nil},
		"other members":    {`{"PIN":"1","n":7,"o":{"a":["b"]},"x":null}`, map[string]string{"PIN": "1"}},
		"escapes in names": {`{"a\u0062":"\u0031"}`, map[string]string{"ab": "1"}},
	} {
		body := `{"referenceOrderID":"RA-1","reward":{"credentials":` + row.credentials + `,` + list + `}}`
		o, err := newTestClient(t, &script{steps: []step{reply(200, body)}}).GetOrder(background, "RA-1")
		require.NoError(t, err, name)
		got := map[string]string(nil)
		for label, v := range o.Reward.Credentials {
			if got == nil {
				got = map[string]string{}
			}
			got[label] = v.Reveal()
		}
		assert.Equal(t, row.want, got, name)
		assert.Equal(t, testCode, o.Reward.CredentialList[0].Value.Reveal(), name)
	}
}

func TestRedemptionLinks(t *testing.T) {
	for value, want := range map[string]string{
		"https://redeem.example/x?a=b": "https://redeem.example/x?a=b", "javascript:alert(1)": "", " javascript:alert(1)": "", "data:text/html,x": "", "": "",
	} {
		assert.Equal(t, want, RewardCredential{Type: "url", Value: NewSecret(value)}.URL(), value)
	}
	assert.Empty(t, RewardCredential{Type: "text", Value: NewSecret("https://redeem.example/")}.URL(), "a code is no link")
}

// TestRepliesAreBoundedAfterInflation sends more than is read, in few bytes (CWE-409), over the client's own
// transport, which undoes gzip.
func TestRepliesAreBoundedAfterInflation(t *testing.T) {
	pack := func(head string, spaces int, tail string) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, head)
		chunk := bytes.Repeat([]byte(" "), 1<<16)
		for ; spaces > 0; spaces -= len(chunk) {
			_, _ = z.Write(chunk[:min(spaces, len(chunk))])
		}
		_, _ = io.WriteString(z, tail)
		_ = z.Close()
		return b.Bytes()
	}
	var body []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "gzip", r.Header.Get("Accept-Encoding"))
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(body)
	}))
	defer srv.Close()
	client := func() *Client {
		c, err := New(Config{Environment: Sandbox, Credentials: Basic("p", NewSecret(testKey)), BaseURL: srv.URL, NoPace: true, MaxAttempts: 1})
		require.NoError(t, err)
		return c
	}
	order := `{"referenceOrderID":"RA-1"}`
	body = pack(order, maxReply-len(order), "")
	_, err := client().GetOrder(background, "RA-1")
	require.NoError(t, err)
	body = pack(order, maxReply-len(order)+1, "")
	require.Less(t, len(body), maxReply/100)
	_, err = client().GetOrder(background, "RA-1")
	require.ErrorIs(t, err, ErrReply)

	catalog := `{"catalogName":"C","brands":[]}`
	body = pack(catalog, 2*maxReply, "")
	_, err = client().Catalog(background)
	require.NoError(t, err, "a catalog is larger than other replies")
	body = pack(catalog, maxCatalogReply, "")
	_, err = client().Catalog(background)
	require.ErrorIs(t, err, ErrReply)
}
