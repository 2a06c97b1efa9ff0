package validate

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tangoguard/tangoguard/internal/money"
)

type quickInner struct {
	Name  string   `validate:"required,digitalname,max=5"`
	Email string   `validate:"omitempty,email"`
	Score *int     `validate:"omitempty,min=2"`
	Tags  []string `validate:"omitempty,max=2,dive,required,max=3"`
}

type QuickEmbedded struct {
	Kind string `validate:"omitempty,oneof=ONE TWO"`
}

type quickOuter struct {
	QuickEmbedded
	UTID    string       `validate:"required,utid"`
	Amount  money.Amount `validate:"money"`
	Some    money.Amount `validate:"required"`
	Count   int8         `validate:"min=-1,max=3"`
	Size    uint16       `validate:"gt=0,lte=5"`
	Ratio   float64      `validate:"gte=0.5,lt=2"`
	Flag    bool         `validate:"required"`
	Text    *string      `validate:"omitempty,max=2"`
	Must    *string      `validate:"required,min=1"`
	Inner   quickInner   `validate:"required"`
	Pointer *quickInner
	Needed  *quickInner  `validate:"required"`
	List    []quickInner `validate:"max=2,dive"`
	Plain   []quickInner
	Any     any
	Map     map[string]string
	Wide    string `validate:"min=2,max=3"`
	Raw     []byte `validate:"omitempty,min=1,max=2"`
	Hidden  string `validate:"-"`
	hidden  quickInner
	When    *struct {
		At string `validate:"max=1"`
	} `validate:"omitempty"`
}

// randomly fills v with values on both sides of what the rules allow.
func randomly(r *rand.Rand, v reflect.Value, depth int) {
	texts := []string{"", "a", "日", "日本", "日本語", "abcd", "ann@example.com", "nope@", "U561593", "U", "ONE", "THREE", "Ann"}
	switch {
	case !v.CanSet():
	case v.Type() == amountType:
		v.Set(reflect.ValueOf(money.MustParse([]string{"0", "1", "25.00", "-1", "1.234", "9999999"}[r.IntN(6)])))
	case v.Kind() == reflect.Pointer:
		if depth < 4 && r.IntN(8) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			randomly(r, v.Elem(), depth+1)
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			randomly(r, v.Field(i), depth+1)
		}
	case v.Kind() == reflect.Slice && r.IntN(6) > 0:
		v.Set(reflect.MakeSlice(v.Type(), r.IntN(4), 4))
		for i := range v.Len() {
			randomly(r, v.Index(i), depth+1)
		}
	case v.Kind() == reflect.String:
		v.SetString(texts[r.IntN(len(texts))])
	case v.CanInt():
		v.SetInt(int64(r.IntN(7) - 3))
	case v.CanUint():
		v.SetUint(uint64(r.IntN(8)))
	case v.CanFloat():
		v.SetFloat([]float64{0, 0.5, 1, 2, math.NaN(), math.Inf(1)}[r.IntN(6)])
	case v.Kind() == reflect.Bool:
		v.SetBool(r.IntN(5) > 0)
	case v.Kind() == reflect.Interface:
		v.Set(reflect.ValueOf([]any{1, "x", quickInner{}}[r.IntN(3)]))
	}
}

// mended makes one field of a good value random, so that many values are valid and many barely not.
func mended(r *rand.Rand) quickOuter {
	text, score := "ab", 2
	inner := quickInner{Name: "Ann", Email: "ann@example.com", Score: &score, Tags: []string{"a"}}
	v := quickOuter{
		UTID: "U561593", Amount: money.MustParse("25.00"), Some: money.MustParse("1"), Size: 5, Ratio: 1, Flag: true, Text: &text, Must: &text,
		Inner: inner, Pointer: &inner, Needed: &inner, List: []quickInner{inner}, Plain: []quickInner{inner}, Wide: "日本",
	}
	fields := reflect.ValueOf(&v).Elem()
	for range r.IntN(3) {
		randomly(r, fields.Field(r.IntN(fields.NumField())), 0)
	}
	return v
}

// TestQuickAgrees: what the quick way lets through, validator lets through.
func TestQuickAgrees(t *testing.T) {
	p := planFor(reflect.TypeFor[quickOuter]())
	assert.NoError(t, p.err)
	if p.quick == nil {
		t.Fatal("there is no quick way")
	}
	r := rand.New(rand.NewPCG(8, 7))
	yes, valid := 0, 0
	for range 60_000 {
		v := mended(r)
		v.hidden = quickInner{Name: "too long to be valid"} // no rule reaches a field that is not exported
		slow := p.check(reflect.ValueOf(v))
		if slow == nil {
			valid++
		}
		if p.quick(reflect.ValueOf(v)) {
			yes++
			if slow != nil {
				t.Fatalf("%+v is let through: %v", v, slow)
			}
		}
	}
	t.Logf("%d valid, %d of them the quick way", valid, yes)
	assert.Greater(t, yes, 10_000)
	assert.Less(t, valid, 55_000)
	assert.Greater(t, yes*10, valid*9)
}

// TestTypesWithoutAQuickWay: a rule or type that is not known leaves all to validator.
func TestTypesWithoutAQuickWay(t *testing.T) {
	type loop struct {
		Next *loop
		Name string `validate:"required"`
	}
	for _, v := range []any{
		loop{},
		struct {
			A string `validate:"uuid"`
		}{},
		struct {
			A string `validate:"max=3|email"`
		}{},
		struct {
			A, B string `validate:"eqfield=B"`
		}{},
		struct {
			A time.Time `validate:"required"`
		}{},
		struct {
			A time.Duration `validate:"max=3"`
		}{},
		struct {
			A map[string]string `validate:"dive,max=3"`
		}{},
		struct {
			A map[string]quickInner
		}{},
		struct {
			A string `validate:"oneof='a b' c"`
		}{},
		struct {
			A quickInner `validate:"structonly"`
		}{},
		struct {
			A string `validate:"required_if=B x"`
			B string
		}{},
		struct {
			A [2]string `validate:"dive,max=1"`
		}{},
	} {
		assert.Nil(t, quickFor(reflect.TypeOf(v)), "%T", v)
	}
}

func TestQuickAllocatesNothing(t *testing.T) {
	score := 2
	v := &quickInner{Name: "Bob", Tags: []string{"a"}, Email: "bob@example.com", Score: &score}
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if Struct(v) != nil {
			t.Fatal("is valid")
		}
	}))
}
