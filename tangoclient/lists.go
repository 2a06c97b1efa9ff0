package tangoclient

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxPages bounds a list against a server whose pages never end.
	maxPages   = 10_000
	cursorSize = 200 // the most that Tango gives
	blockSize  = 100 // the most that Tango gives (key 422.042)
)

// cursorPage is a page of Tango's cursor lists. Without paginate=true, and in installations of old, the whole
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
		cl := cl
		cl.query = with(cl.query, "paginate", "true", "maxResults", strconv.Itoa(cursorSize))
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
			if !p.NextPageAvailable || p.NextCursor == "" || p.NextCursor == cl.query.Get("nextCursor") {
				return
			}
			cl.query = with(cl.query, "nextCursor", p.NextCursor)
		}
		yield(nil, endless(cl.op))
	}
}

// block is a page of Tango's lists that are counted in blocks.
type block[T any] struct {
	items []*T
	total int
}

// blockList goes through a list that is counted in blocks, from page 0 on.
func blockList[T, P any](ctx context.Context, c *core, cl call, read func(*P) block[T]) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		cl := cl
		seen := 0
		for n := range maxPages {
			cl.query = with(cl.query, "page", strconv.Itoa(n), "elementsPerBlock", strconv.Itoa(blockSize))
			p, err := invoke[P](ctx, c, cl, nil)
			if err != nil {
				yield(nil, err)
				return
			}
			b := read(p)
			for _, v := range b.items {
				if v != nil && !yield(v, nil) {
					return
				}
			}
			seen += len(b.items)
			if len(b.items) == 0 || seen >= b.total {
				return
			}
		}
		yield(nil, endless(cl.op))
	}
}

func endless(op string) error {
	return &Error{Op: op, cause: fmt.Errorf("%w: the list does not end", ErrReply)}
}

// failure is a list that is nothing but an error.
func failure[T any](err error) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) { yield(nil, err) }
}

// only gives the one optional argument, or the zero value.
func only[T any](v []T) (out T) {
	if len(v) > 0 {
		out = v[0]
	}
	return out
}
