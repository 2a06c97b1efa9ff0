package validate

import (
	"errors"
	"strconv"
	"strings"
)

// FieldError says what is wrong with one field. It never holds the value.
type FieldError struct {
	Pointer string // RFC 6901 pointer by the names in the json tags; "" is the whole value
	Rule    string // the word in the validate tag that refused: "required", "utid", "email|e164"
	Param   string // the rule's parameter as the tag gives it: "100" of max=100
	Message string // what to do, in plain words; reads on from the name of the field
}

// Errors are all field errors of one value, in the order of its fields.
type Errors []FieldError

// Error lists the pointers and messages. It holds no value and no name of a Go type.
func (e Errors) Error() string {
	var b strings.Builder
	for i, f := range e {
		if i > 0 {
			b.WriteString("; ")
		}
		if i == maxListed {
			b.WriteString("and " + strconv.Itoa(len(e)-i) + " more")
			break
		}
		if f.Pointer != "" {
			b.WriteString(f.Pointer + " ")
		}
		b.WriteString(f.Message)
	}
	return b.String()
}

// maxListed keeps the text of an error short when a hostile list has thousands of bad items.
const maxListed = 20

// ErrRules is in the chain of every error about the rules themselves: a tag that names no rule, a bad
// parameter, a rule on a kind of field that it cannot judge. Such an error speaks to the programmer and names
// Go types and fields; it is never of type [Errors].
var ErrRules = errors.New("validate: rules")
