// Package validate says what is wrong with a value. It changes nothing.
//
// [Inspect] finds injection in a text. [Struct] checks a struct by its tags, with the rules of
// github.com/go-playground/validator/v10 and these of Tango's API:
//
//	utid, tangoid, externalref, etid, ptid, e164, currency, country   identifiers, letter for letter
//	email          one plain addr-spec; replaces validator's own rule, which accepts "<script>"@x.com
//	money          an amount that Tango can take: 0 or more, at most 6 digits before and 2 behind the point
//	oneline        no line break and no control character but the tab
//	digitalname, physicalname, streetline, city, postalcode, displayname    what Tango documents as refused
//
// An empty string fails every rule but the lengths; write omitempty in front where a field may be left out.
//
// Guaranteed: no error and no message holds the value; pointers use the names of the json tags; structs are
// reached through fields, pointers, slices, arrays and maps without a word in the tags; a mistake in a tag is
// an error of [Check] and [Compile], and of Struct, which then accepts nothing; nothing panics.
//
// Not guaranteed: that a valid value is harmless where it is put. Rules check form, Inspect looks for attacks,
// and neither replaces the escaping that the place of output needs.
//
// When not to use it: Inspect on passwords, keys and signatures, which look like anything; and neither of the two in place of
// parameters in a query.
//
// How it fails: Struct gives [Errors] for a value that breaks its rules, and an error that wraps [ErrRules] for mistakes in
// tags. Inspect has no error.
//
// For the items of a slice, array or map that are no structs, say where the item's own rules begin, as in
// `validate:"max=10,dive,email"`; the keys of a map stand between keys and endkeys. A struct inside a slice,
// array or map whose tag has no dive is checked as a value of its own: rules that start at the top of the
// value, such as eqcsfield, start at that struct.
package validate
