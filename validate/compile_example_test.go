package validate_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/validate"
)

func ExampleStruct() {
	type recipient struct {
		FirstName string `json:"firstName" validate:"required,digitalname,max=100"`
		Email     string `json:"email" validate:"required,email"`
	}
	type order struct {
		UTID      string      `json:"utid" validate:"required,utid"`
		Recipient []recipient `json:"recipients" validate:"max=10"`
	}
	fmt.Println(validate.Struct(order{UTID: "U561593", Recipient: []recipient{{"O'Brien", "ob@example.ie"}}}))
	fmt.Println(validate.Struct(order{UTID: "561593", Recipient: []recipient{{"a/b", "ob@example.ie"}}}))
	// Output:
	// <nil>
	// /utid must be a Tango item id: U and 1 to 9 digits, such as U561593; /recipients/0/firstName must be one line without < > and /, which Tango refuses in names
}

// The mistake shows when the program starts, not when the first order comes.
func ExampleCompile() {
	type order struct {
		UTID string `json:"utid" validate:"utidd"`
	}
	fmt.Println(validate.Compile[order]())
	// Output:
	// validate: rules: validate_test.order.UTID: validate:"utidd": there is no such rule
}
