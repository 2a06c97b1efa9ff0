package validate_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/money"
	"github.com/tangoguard/tangoguard/validate"
)

type person struct {
	FirstName string `json:"firstName" validate:"omitempty,digitalname,max=100"`
	Email     string `json:"email" validate:"required,email"`
}

type order struct {
	Ref       string       `json:"externalRefID" validate:"omitempty,externalref"`
	Account   string       `json:"accountIdentifier" validate:"required,tangoid"`
	UTID      string       `json:"utid" validate:"required,utid"`
	Amount    money.Amount `json:"amount" validate:"money"`
	Recipient *person      `json:"recipient,omitempty" validate:"required"`
	Sender    person       `json:"sender"`
	Internal  string       `json:"-" validate:"max=3"`
}

func good() order {
	return order{
		Ref: "ref-1", Account: "demo-acc1", UTID: "U561593", Amount: money.MustParse("25.00"),
		Recipient: &person{"O'Brien", "ob@example.ie"}, Sender: person{"Ann", "ann@example.com"},
	}
}

// fails runs Struct and gives pointer=rule of each error.
func fails(t *testing.T, v any) []string {
	t.Helper()
	err := validate.Struct(v)
	if err == nil {
		return nil
	}
	var errs validate.Errors
	require.ErrorAs(t, err, &errs)
	var got []string
	for _, e := range errs {
		assert.NotEmpty(t, e.Message)
		got = append(got, e.Pointer+"="+e.Rule)
	}
	return got
}

func TestStruct(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*order)
		want   []string
	}{
		{"a good order", func(*order) {}, nil},
		{"bad ids are all reported, in order", func(o *order) { o.Ref, o.Account, o.UTID = "a b", "", "X1" },
			[]string{"/externalRefID=externalref", "/accountIdentifier=required", "/utid=utid"}},
		{"a nested pointer", func(o *order) { o.Recipient.Email = `"<script>"@x.com` }, []string{"/recipient/email=email"}},
		{"a nested struct without a tag", func(o *order) { o.Sender.FirstName = "a/b" }, []string{"/sender/firstName=digitalname"}},
		{"a missing object", func(o *order) { o.Recipient = nil }, []string{"/recipient=required"}},
		{"a length counts characters", func(o *order) { o.Sender.FirstName = strings.Repeat("日", 100) }, nil},
		{"a negative amount", func(o *order) { o.Amount = money.MustParse("-1") }, []string{"/amount=money"}},
		{"three decimals", func(o *order) { o.Amount = money.MustParse("1.005") }, []string{"/amount=money"}},
		{"seven digits", func(o *order) { o.Amount = money.MustParse("1000000") }, []string{"/amount=money"}},
		{"a field that is not in JSON has no name to tell", func(o *order) { o.Internal = "long" }, []string{"/*=max"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := good()
			row.change(&o)
			assert.Equal(t, row.want, fails(t, o))
			assert.Equal(t, row.want, fails(t, &o))
		})
	}
}

func TestErrorsHoldNoValue(t *testing.T) {
	const secret = "s3cret<value>/"
	o := good()
	o.Ref, o.Account, o.UTID, o.Sender = secret, secret, secret, person{secret, secret}
	err := validate.Struct(o)
	require.Error(t, err)
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
		assert.NotContains(t, text, "s3cret")
		assert.NotContains(t, text, "person")
		assert.NotContains(t, text, "FirstName")
	}
}

type item struct {
	UTID string            `json:"utid" validate:"utid"`
	Tags map[string]person `json:"tags"`
}

type batch struct {
	Embedded
	Items   []item                       `json:"items" validate:"max=3"`
	Dived   []item                       `json:"dived" validate:"dive"`
	Deep    [][]*item                    `json:"deep"`
	Half    [][]item                     `json:"half" validate:"dive"`
	ByName  map[string]*person           `json:"by.name[x]/y"`
	Mails   []string                     `json:"mails" validate:"max=2,dive,email"`
	MailOf  map[string]string            `json:"mailOf" validate:"dive,keys,oneline,endkeys,email"`
	Maps    map[string]map[string]string `json:"maps" validate:"dive,dive,email"`
	Anybody any                          `json:"anybody"`
	When    time.Time                    `json:"when"`
}

type Embedded struct {
	Inner  string `json:"inner" validate:"omitempty,utid"`
	People []person
}

func TestContainersNeedNoDive(t *testing.T) {
	bad, ok := item{UTID: "X"}, item{UTID: "U1"}
	for _, row := range []struct {
		name string
		v    batch
		want []string
	}{
		{"empty", batch{}, nil},
		{"a slice", batch{Items: []item{ok, bad}}, []string{"/items/1/utid=utid"}},
		{"a slice with dive is checked once", batch{Dived: []item{ok, bad}}, []string{"/dived/1/utid=utid"}},
		{"a map in a slice with dive", batch{Dived: []item{{"U1", map[string]person{"a/b~c": {}}}}}, []string{"/dived/0/tags/a~1b~0c/email=required"}},
		{"a slice of slices of pointers", batch{Deep: [][]*item{{nil, &ok}, {&bad}}}, []string{"/deep/1/0/utid=utid"}},
		{"one dive too few", batch{Half: [][]item{{ok}, {ok, bad}}}, []string{"/half/1/1/utid=utid"}},
		{"a map, and a name that needs escaping", batch{ByName: map[string]*person{"z": {}, "x": {}}}, []string{"/by.name[x]~1y/x/email=required", "/by.name[x]~1y/z/email=required"}},
		{"items of no struct", batch{Mails: []string{"a@b.io", "x"}}, []string{"/mails/1=email"}},
		{"a container's own rule", batch{Mails: []string{"a", "b", "c"}}, []string{"/mails=max"}},
		{"map keys", batch{MailOf: map[string]string{"a\nb": "a@b.io"}}, []string{"/mailOf/a\nb=oneline"}},
		{"a key with brackets", batch{MailOf: map[string]string{"a].b[c": "x"}}, []string{"/mailOf/a].b[c=email"}},
		{"a key that ends like the path", batch{MailOf: map[string]string{"a": "a@b.io", "a]": "x", "": "a@b.io"}}, []string{"/mailOf/a]=email"}},
		{"keys that could be mistaken for each other end at the map", batch{Maps: map[string]map[string]string{"a": {"b][c": "x@"}, "a][b": {"c": "a@b.io"}}}, []string{"/maps=email"}},
		{"an embedded struct stands in its place", batch{Embedded: Embedded{Inner: "X", People: []person{{}}}}, []string{"/inner=utid", "/People/0/email=required"}},
		{"a struct behind any", batch{Anybody: person{}}, []string{"/anybody/email=required"}},
	} {
		t.Run(row.name, func(t *testing.T) { assert.Equal(t, row.want, fails(t, row.v)) })
	}
	assert.Equal(t, []string{"/1/utid=utid"}, fails(t, []item{ok, bad}), "a slice at the top")
	assert.Equal(t, []string{"=required"}, fails(t, (*order)(nil)), "what null decodes to")
	assert.Equal(t, []string{"=required"}, fails(t, nil))
	assert.Nil(t, fails(t, "text"))
	assert.Nil(t, fails(t, time.Time{}))
}

type tree struct {
	Name     string  `json:"name" validate:"max=3"`
	Children []*tree `json:"children"`
	Next     *tree   `json:"next"`
}

func TestTypesThatContainThemselves(t *testing.T) {
	v := &tree{Children: []*tree{{Next: &tree{Name: "long"}}, {Children: []*tree{{Name: "long"}}}}}
	assert.Equal(t, []string{"/children/0/next/name=max", "/children/1/children/0/name=max"}, fails(t, v))
	v.Next = v
	assert.Equal(t, []string{"=depth"}, fails(t, v), "a cycle ends")
}

func TestMistakesInTagsAreFoundEarly(t *testing.T) {
	type inner struct {
		C int `validate:"utid"`
	}
	type wrong struct {
		A string            `validate:"utidd"`
		B string            `validate:"omitempty,min=abc,email"`
		D inner             `validate:"required"`
		E string            `validate:"dive,email"`
		F map[string]string `validate:"dive,keys,nokey,endkeys,max=x"`
		G string            `validate:"required_with=Missing"`
		H string            `validate:"eqfield=A"`
		I string            `validate:"utid=5"`
		J string            `validate:"oneof="`
		K money.Amount      `validate:"min=1"`
		L float64           `validate:"money"`
		M []string          `validate:"email|nope"`
		N string            `validate:"required,,max=3"`
		O string            `validate:"eqfield="`
	}
	err := validate.Compile[wrong]()
	require.ErrorIs(t, err, validate.ErrRules)
	text := err.Error()
	for _, want := range []string{
		`wrong.A: validate:"utidd": there is no such rule`,
		`wrong.B: validate:"min=abc": its parameter cannot be read`,
		`inner.C: validate:"utid": cannot judge a field of type int`,
		`wrong.E: validate:"dive": the field is no slice, array or map`,
		`wrong.F: validate:"nokey": there is no such rule`,
		`wrong.F: validate:"max=x": its parameter cannot be read`,
		`wrong.G: validate:"required_with=Missing": there is no field "Missing" beside it`,
		`wrong.I: validate:"utid=5": takes no parameter`,
		`wrong.J: validate:"oneof=": needs its values`,
		`wrong.K: validate:"min=1": cannot judge a field of type money.Amount`,
		`wrong.L: validate:"money": cannot judge a field of type float64`,
		`wrong.M: validate:"email|nope": cannot judge a field of type []string`,
		`wrong.M: validate:"email|nope": there is no such rule`,
		`wrong.N: validate:"": an empty rule`,
		`wrong.O: validate:"eqfield=": needs the name of another field`,
	} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, "wrong.H", "a good tag")
	assert.NotContains(t, text, "wrong.D", "the mistake is reported where it stands")

	err = validate.Struct(wrong{})
	require.ErrorIs(t, err, validate.ErrRules, "a type with mistakes accepts nothing")
	var errs validate.Errors
	assert.False(t, errors.As(err, &errs))
	require.NoError(t, validate.Compile[order]())
	require.NoError(t, validate.Compile[[]*tree]())
	require.ErrorIs(t, validate.Check(nil), validate.ErrRules)
}

func TestRuleThatCannotJudgeAnInterface(t *testing.T) {
	type loose struct {
		V any `json:"v" validate:"utid"`
	}
	require.NoError(t, validate.Compile[loose]())
	assert.Nil(t, fails(t, loose{"U1"}))
	err := validate.Struct(loose{map[string]string{"secret": "x"}})
	require.ErrorIs(t, err, validate.ErrRules)
	assert.NotContains(t, err.Error(), "secret")
}

func TestMessagesSayWhatToDo(t *testing.T) {
	type sizes struct {
		S string   `json:"s" validate:"min=1"`
		L []string `json:"l" validate:"min=2"`
		N int      `json:"n" validate:"gt=5"`
		O string   `json:"o" validate:"oneof=A B"`
		E string   `json:"e" validate:"eqfield=S|utid"`
		Q string   `json:"q" validate:"nefield=O"`
	}
	err := validate.Struct(sizes{})
	require.Error(t, err)
	assert.Equal(t, "/s must have at least 1 character; /l must have at least 2 items; /n must be more than 5; "+
		"/o must be one of: A B; /q does not fit the field it is compared with", err.Error())
}
