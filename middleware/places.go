package middleware

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tangoguard/tangoguard/internal/jsonwalk"
	"github.com/tangoguard/tangoguard/internal/tango"
)

// Place is where a request names something: "body:/accountIdentifier" (an RFC 6901 pointer, * for any index
// or name), "query:accountIdentifier", "path:accountIdentifier" (a parameter of the route),
// "header:X-Account", "form:accountIdentifier".
type Place string

// place is a Place that was read.
type place struct {
	in   string
	name string   // of a parameter, header or field
	path []string // of a pointer, decoded
}

func (p Place) parse() (place, error) {
	in, rest, ok := strings.Cut(string(p), ":")
	out := place{in: in, name: rest}
	switch {
	case !ok || rest == "":
	case in == "header":
		out.name = http.CanonicalHeaderKey(rest)
		return out, nil
	case in == "query" || in == "path" || in == "form":
		return out, nil
	case in == "body" && rest[0] == '/':
		for token := range strings.SplitSeq(rest[1:], "/") {
			out.path = append(out.path, strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
		}
		return out, nil
	}
	return place{}, fmt.Errorf(`middleware: place %q is not of the form body:/pointer, query:name, path:name, header:name or form:name`, p)
}

func parsePlaces(places []Place) ([]place, error) {
	var (
		out   []place
		wrong []error
	)
	for _, p := range places {
		one, err := p.parse()
		out, wrong = append(out, one), append(wrong, err)
	}
	return out, errors.Join(wrong...)
}

// mention is one place of a request that names something with a role.
type mention struct {
	place
	role  tango.Role
	value string
	text  bool // the value is a string: a number or an object names nothing that can be compared
}

// is reports whether m stands in one of the places.
func (m *mention) is(places []place) bool {
	return slices.ContainsFunc(places, func(p place) bool {
		if p.in != m.in {
			return false
		}
		if p.in != "body" {
			return p.name == m.name
		}
		return slices.EqualFunc(p.path, m.path, func(want, got string) bool { return want == "*" || want == got })
	})
}

// mentions lists every place of a request that names something with one of the roles by the names of Tango's
// fields, in any letter case and at any depth, and every place in wanted whatever its name. An error means
// that the request cannot be read in one way only.
func mentions(req *http.Request, p params, limits Limits, wanted []place, roles ...tango.Role) ([]mention, *Refusal) {
	f := finder{wanted: wanted, roles: roles}
	if r := decodeParams(p); r != nil {
		return nil, r
	}
	for i := range p.len() {
		name, value := p.at(i)
		f.add(place{in: "path", name: name}, name, value, true)
	}
	for name, values := range req.Header {
		for _, v := range values {
			f.add(place{in: "header", name: name}, strings.ReplaceAll(strings.TrimPrefix(name, "X-"), "-", ""), v, true)
		}
	}
	look := inspection{guard: &guard{limits: limits}, route: &route{Route: Route{Body: limits.Body, Form: true, Multipart: true}}, req: req, blind: true}
	query, r := look.pairs("query", req.URL.RawQuery, nil)
	if r != nil {
		return nil, r
	}
	for _, q := range query {
		f.add(place{in: "query", name: q.name}, q.name, q.value, true)
	}
	if r := f.body(&look); r != nil {
		return nil, r
	}
	return f.found, nil
}

type finder struct {
	wanted []place
	roles  []tango.Role
	found  []mention
}

// add notes the place if its name has a role, or if it is wanted.
func (f *finder) add(at place, name, value string, text bool) {
	role := tango.RoleOf(name)
	m := mention{at, role, value, text}
	if role != tango.RoleNone && slices.Contains(f.roles, role) || m.is(f.wanted) {
		f.found = append(f.found, m)
	}
}

// body finds what the body names.
func (f *finder) body(look *inspection) *Refusal {
	req := look.req
	if req.Body == nil || req.Body == http.NoBody || req.ContentLength == 0 {
		return nil
	}
	kind, boundary, r := look.contentType()
	if r != nil {
		return r
	}
	_, r = readBody(req, look.limits.Body, nil, func(held *heldBody) *Refusal {
		switch kind {
		case "form":
			fields, r := look.pairs("form", held.text, nil)
			for _, x := range fields {
				f.add(place{in: "form", name: x.name}, x.name, x.value, true)
			}
			return r
		case "multipart":
			look.onField = func(name, value string) { f.add(place{in: "form", name: name}, name, value, true) }
			return look.multipart(held.text, boundary)
		}
		if held.text == "" {
			return nil
		}
		return f.json(held.text, look.jsonLimits())
	})
	return r
}

// json finds what a JSON body names. A name with a role is noted even if its value is no string: as something
// that nobody can compare.
func (f *finder) json(text string, limits jsonwalk.Limits) *Refusal {
	pending, depth := -1, 0 // the mention whose value comes next, and where
	err := jsonwalk.Walk(text, limits, func(w *jsonwalk.Walker, t jsonwalk.Token) error {
		due := pending
		pending = -1
		if t.Kind == jsonwalk.Name {
			if role := tango.RoleOf(t.Text); role != tango.RoleNone && slices.Contains(f.roles, role) {
				pending, depth = len(f.found), w.Depth()
				f.found = append(f.found, mention{place: place{in: "body", path: steps(w)}, role: role})
			}
			return nil
		}
		if due >= 0 && w.Depth() == depth {
			if _, _, object := w.Step(depth - 1); object {
				f.found[due].value, f.found[due].text = t.Text, t.Kind == jsonwalk.String
				return nil
			}
		}
		for _, p := range f.wanted {
			if p.in == "body" && len(p.path) == w.Depth() {
				if m := (mention{place: place{in: "body", path: steps(w)}, value: t.Text, text: t.Kind == jsonwalk.String}); m.is([]place{p}) {
					f.found = append(f.found, m)
					break
				}
			}
		}
		return nil
	})
	if err != nil {
		return unreadable(err)
	}
	return nil
}

// steps is where w stands, as the decoded tokens of a pointer.
func steps(w *jsonwalk.Walker) []string {
	path := make([]string, w.Depth())
	for i := range path {
		name, index, object := w.Step(i)
		if path[i] = name; !object {
			path[i] = strconv.Itoa(index)
		}
	}
	return path
}
