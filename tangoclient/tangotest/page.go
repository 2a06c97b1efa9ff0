package tangotest

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tangoguard/tangoguard/internal/money"
)

// cursor is the page of an answer with cursors. Tango documents that cursors are base64 and no more; here
// they are the offset of the page's first element.
type cursor struct{ from, to, total, most int }

const (
	cursorDefault = 10
	cursorMost    = 200
)

func (s *Sandbox) cursor(q *request, total int) (cursor, *refusal) {
	c := cursor{total: total, most: cursorDefault}
	if v := q.get("maxResults"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > cursorMost {
			return c, s.badQuery(q, "maxResults", "422.001", fmt.Sprintf("must be between 1 and %d", cursorMost))
		}
		c.most = n
	}
	next, prev := q.get("nextCursor"), q.get("prevCursor")
	if next != "" && prev != "" {
		return c, s.badQuery(q, "prevCursor", "422.145", "give nextCursor or prevCursor, not both")
	}
	if at := next + prev; at != "" {
		b, err := base64.StdEncoding.DecodeString(at)
		n, err2 := strconv.Atoi(string(b))
		if err != nil || err2 != nil || n < 0 {
			name := "nextCursor"
			if prev != "" {
				name = "prevCursor"
			}
			return c, s.badQuery(q, name, "422.001", "is no cursor of this list")
		}
		c.from = min(n, total)
	}
	c.to = min(c.from+c.most, total)
	return c, nil
}

func offset(n int) string { return base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(n))) }

// members adds what Tango tells of a page to an object.
func (c cursor) members(o *object) {
	o.set("maxResults", c.most)
	var prev, next any = nil, nil
	if c.from > 0 {
		prev = offset(max(c.from-c.most, 0))
	}
	if c.to < c.total {
		next = offset(c.to)
	}
	o.set("prevCursor", prev)
	o.set("nextCursor", next)
	o.set("prevPageAvailable", c.from > 0)
	o.set("nextPageAvailable", c.to < c.total)
}

// list answers a list whose cursors are optional (a plain array without them), or always there.
func (s *Sandbox) list(q *request, items []*object, always bool) (reply, *refusal) {
	if !always && !strings.EqualFold(q.get("paginate"), "true") {
		return replyJSON(200, items), nil
	}
	c, e := s.cursor(q, len(items))
	if e != nil {
		return reply{}, e
	}
	o := build("numberOfElements", c.to-c.from)
	c.members(o)
	o.set("items", items[c.from:c.to])
	return replyJSON(200, o), nil
}

// block reads page and elementsPerBlock.
func (s *Sandbox) block(q *request) (page, size int, e *refusal) {
	size = 100
	if v := q.get("elementsPerBlock"); v != "" {
		n, err := strconv.Atoi(v)
		switch {
		case err != nil || n < 1:
			return 0, 0, s.badQuery(q, "elementsPerBlock", "422.001", "must be a number from 1 to 100")
		case n > 100:
			return 0, 0, s.badQuery(q, "elementsPerBlock", "422.042", "must not be greater than 100")
		}
		size = n
	}
	if v := q.get("page"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n > 1_000_000 {
			return 0, 0, s.badQuery(q, "page", "422.001", "must be a number from 0")
		}
		page = n
	}
	return page, size, nil
}

func (q *request) get(name string) string {
	if v := q.query[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// all gives the values of a list in the query, repeated or with commas, with or without [] behind its name.
func (q *request) all(name string) []string {
	var out []string
	for _, v := range append(q.query[name], q.query[name+"[]"]...) {
		for _, e := range strings.Split(v, ",") {
			if e = strings.TrimSpace(e); e != "" {
				out = append(out, e)
			}
		}
	}
	return out
}

func (s *Sandbox) badQuery(q *request, name, key, message string) *refusal {
	return s.refuseFields(fieldRefusal{path: name, key: key, message: message, value: encode(q.get(name))})
}

// filters holds the conditions of a query; a condition that was not given lets everything pass.
type filters struct {
	s     *Sandbox
	q     *request
	conds []func(*object) bool
	e     *refusal
}

// text compares a member with the value of the query, without regard to case. The path is a member's, or
// that of a member in an object: "sender.email".
func (f *filters) text(param, path string) {
	if want := f.q.get(param); want != "" {
		f.conds = append(f.conds, func(o *object) bool { return strings.EqualFold(at(o, path), want) })
	}
}

// exact compares identifiers.
func (f *filters) exact(param, path string) {
	if want := f.q.get(param); want != "" {
		f.conds = append(f.conds, func(o *object) bool { return f.s.st.same(at(o, path), want) })
	}
}

// any compares with each of several values.
func (f *filters) any(param, path string) {
	if want := f.q.all(param); len(want) > 0 {
		f.conds = append(f.conds, func(o *object) bool {
			for _, w := range want {
				if strings.EqualFold(at(o, path), w) {
					return true
				}
			}
			return false
		})
	}
}

// amount holds a member against a least or a most amount.
func (f *filters) amount(param, path string, sign int) {
	v := f.q.get(param)
	if v == "" {
		return
	}
	limit, err := money.Parse(v)
	if err != nil {
		f.e = f.s.badQuery(f.q, param, "422.001", "must be a plain decimal number")
		return
	}
	f.conds = append(f.conds, func(o *object) bool {
		dir, name := o, path
		if first, rest, nested := strings.Cut(path, "."); nested {
			dir, name = o.sub(first), rest
		}
		a, ok := dir.amount(name)
		return ok && a.Cmp(limit)*sign >= 0
	})
}

// day is the length of a date that was given without a time.
const day = 24 * time.Hour

// date holds a member against an earliest (sign 1) or latest time; a latest date includes its day.
func (f *filters) date(param, path string, sign int) time.Time {
	v := f.q.get(param)
	if v == "" {
		return time.Time{}
	}
	limit, ok := parseTime(strings.ReplaceAll(v, " ", "+")) // a + that was not escaped
	if !ok {
		f.e = f.s.badQuery(f.q, param, "422.044", "must be a date or a date and time of ISO 8601")
		return time.Time{}
	}
	if sign < 0 && len(v) == len(time.DateOnly) {
		limit = limit.Add(day - 1)
	}
	f.conds = append(f.conds, func(o *object) bool {
		t, ok := parseTime(at(o, path))
		return ok && t.Compare(limit)*sign >= 0
	})
	return limit
}

func (f *filters) pass(o *object) bool {
	for _, c := range f.conds {
		if !c(o) {
			return false
		}
	}
	return true
}

// at is the text of a member, or of one in a member that is an object.
func at(o *object, path string) string {
	if first, rest, nested := strings.Cut(path, "."); nested {
		return o.sub(first).str(rest)
	}
	return o.str(path)
}
