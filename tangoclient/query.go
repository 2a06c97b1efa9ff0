package tangoclient

import (
	"maps"
	"net/url"
	"reflect"
	"strconv"
	"time"
)

// queryOf makes the query of a filter: a struct whose fields have query tags. Zero fields are left out.
func queryOf(filter any) url.Values {
	q := url.Values{}
	v := reflect.ValueOf(filter)
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Tag.Get("query"), v.Field(i)
		if name == "" || f.IsZero() {
			continue
		}
		switch x := f.Interface().(type) {
		case string:
			q.Set(name, x)
		case []string:
			q[name] = append([]string(nil), x...)
		case *Amount:
			q.Set(name, x.String())
		case *bool:
			q.Set(name, strconv.FormatBool(*x))
		case time.Time:
			q.Set(name, x.UTC().Format(time.RFC3339))
		}
	}
	return q
}

// with gives a copy of q with more values, as name, value, ...
func with(q url.Values, pairs ...string) url.Values {
	out := maps.Clone(q)
	if out == nil {
		out = url.Values{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}
