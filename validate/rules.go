package validate

import (
	"reflect"
	"sync"

	"github.com/go-playground/validator/v10"

	"github.com/tangoguard/tangoguard/internal/money"
	"github.com/tangoguard/tangoguard/internal/tango"
)

// engine is the one validator. It is built on first use and then only read.
var engine = sync.OnceValue(newEngine)

func newEngine() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled(), validator.WithTagNameFuncBlankOmit())
	v.RegisterTagNameFunc(func(f reflect.StructField) string { return encodeName(f) })
	for _, r := range tango.Rules() {
		ok := r.OK
		mustRegister(v, r.Name, func(f validator.FieldLevel) bool {
			if f.Field().Kind() != reflect.String {
				panic("the rule judges text, and the field is none")
			}
			return ok(f.Field().String())
		})
	}
	mustRegister(v, "money", func(f validator.FieldLevel) bool {
		if f.Field().Type() != amountType {
			panic("the rule judges amounts, and the field is none")
		}
		return isMoney(f.Field().Interface().(money.Amount))
	})
	return v
}

// isMoney is the rule "money": what Tango takes for an amount.
func isMoney(a money.Amount) bool { return a.Sign() >= 0 && a.Fits(6, 2) }

var amountType = reflect.TypeFor[money.Amount]()

// mustRegister panics when validator refuses a name, which it does for reserved words alone.
func mustRegister(v *validator.Validate, name string, f validator.Func) {
	if err := v.RegisterValidation(name, f); err != nil {
		panic("validate: " + name + ": " + err.Error())
	}
}
