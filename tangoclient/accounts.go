package tangoclient

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// Operation names of Tango's OpenAPI.
const (
	opGetAccount   = "getAccount"
	opListAccounts = "listCustomerAccounts_1"
)

// Account is an account that holds funds and pays for orders (AccountView).
type Account struct {
	CustomerIdentifier string    `json:"customerIdentifier,omitzero"`
	AccountIdentifier  string    `json:"accountIdentifier"`
	AccountNumber      string    `json:"accountNumber,omitzero"`
	DisplayName        string    `json:"displayName,omitzero"`
	CurrencyCode       string    `json:"currencyCode,omitzero"`
	CurrentBalance     Amount    `json:"currentBalance,omitzero"`
	CreatedAt          Timestamp `json:"createdAt,omitzero"`
	Status             string    `json:"status,omitzero"`
	ContactEmail       string    `json:"contactEmail,omitzero"`
}

// GetAccount reads an account.
func (c *Client) GetAccount(ctx context.Context, accountIdentifier string) (*Account, error) {
	if !tango.IsIdentifier(accountIdentifier) {
		return nil, &RefusedError{Op: opGetAccount, Fields: []FieldError{{Pointer: "/accountIdentifier", Key: tango.KeyIdentifier, Message: idSays}}}
	}
	if err := c.allowAccount(opGetAccount, accountIdentifier); err != nil {
		return nil, err
	}
	cl := call{op: opGetAccount, method: http.MethodGet, path: pathOf("accounts", accountIdentifier)}
	return invoke(ctx, c.core, cl, func(_ *answer, a *Account) error {
		if a.AccountIdentifier != accountIdentifier {
			return fmt.Errorf("%w: not this account", ErrReply)
		}
		return nil
	})
}

// Accounts lists the accounts of the platform, or those of the scope. After an error the sequence ends.
func (c *Client) Accounts(ctx context.Context) iter.Seq2[*Account, error] {
	if c.scope != nil {
		return func(yield func(*Account, error) bool) {
			for _, s := range *c.scope {
				if a, err := c.GetAccount(ctx, s.Account); !yield(a, err) || err != nil {
					return
				}
			}
		}
	}
	return cursorList[Account](ctx, c.core, call{op: opListAccounts, method: http.MethodGet, path: "/accounts"})
}

// maxPages bounds a list against a server whose pages never end.
const maxPages = 10_000

// cursorPage is a page of Tango's cursor lists. Without paginate=true, and in the sandbox of old, the whole
// list comes as a plain array.
type cursorPage[T any] struct {
	Items             []*T   `json:"items"`
	NextCursor        string `json:"nextCursor"`
	NextPageAvailable bool   `json:"nextPageAvailable"`
}

// UnmarshalJSONFrom reads a page or a plain array.
func (p *cursorPage[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == '[' {
		return json.UnmarshalDecode(d, &p.Items)
	}
	type plain cursorPage[T]
	return json.UnmarshalDecode(d, (*plain)(p))
}

// cursorList goes through a list that is paginated by a cursor.
func cursorList[T any](ctx context.Context, c *core, cl call) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		q := url.Values{}
		for k, v := range cl.query {
			q[k] = v
		}
		q.Set("paginate", "true")
		q.Set("maxResults", strconv.Itoa(200))
		cl.query = q
		for range maxPages {
			p, err := invoke[cursorPage[T]](ctx, c, cl, nil)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, v := range p.Items {
				if v != nil && !yield(v, nil) {
					return
				}
			}
			if !p.NextPageAvailable || p.NextCursor == "" || p.NextCursor == q.Get("nextCursor") {
				return
			}
			q.Set("nextCursor", p.NextCursor)
		}
		yield(nil, &Error{Op: cl.op, cause: fmt.Errorf("%w: the list does not end", ErrReply)})
	}
}
