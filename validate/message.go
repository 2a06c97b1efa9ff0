package validate

import (
	"reflect"
	"strings"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// message says what to do about a field that failed a rule.
func message(rule, param string, kind reflect.Kind) string {
	if strings.Contains(rule, "|") {
		return "must satisfy one of these rules: " + strings.ReplaceAll(rule, "|", ", ")
	}
	for _, r := range tango.Rules() {
		if r.Name == rule {
			return r.Says
		}
	}
	if m, ok := sized(rule, param, kind); ok {
		return m
	}
	if m, ok := worded(rule, param); ok {
		return m
	}
	return "does not satisfy the rule " + rule
}

// sized words the rules that compare a length or a number.
func sized(rule, param string, kind reflect.Kind) (string, bool) {
	var relation string
	switch rule {
	case "min", "gte":
		relation = "at least "
	case "max", "lte":
		relation = "at most "
	case "gt":
		relation = "more than "
	case "lt":
		relation = "less than "
	case "len":
		relation = "exactly "
	default:
		return "", false
	}
	switch kind {
	case reflect.String:
		return "must have " + relation + param + plural(param, " character"), true
	case reflect.Slice, reflect.Array, reflect.Map:
		return "must have " + relation + param + plural(param, " item"), true
	}
	return "must be " + relation + param, true
}

func plural(n, noun string) string {
	if n == "1" {
		return noun
	}
	return noun + "s"
}

// worded words the other rules that people use most. Rules that name a Go field (required_if, eqfield) must
// not repeat it.
func worded(rule, param string) (string, bool) {
	switch {
	case strings.HasPrefix(rule, "required_"):
		return "is required together with what else was sent", true
	case rule == "required":
		return "is required", true
	case strings.HasPrefix(rule, "excluded"):
		return "must be left out together with what else was sent", true
	case strings.HasSuffix(rule, "field"):
		return "does not fit the field it is compared with", true
	}
	m, ok := map[string]string{
		"money":            "must be 0 or more, with at most 6 digits before and 2 behind the point",
		"oneof":            "must be one of: " + strings.ReplaceAll(param, "'", ""),
		"eq":               "must be " + param,
		"ne":               "must not be " + param,
		"unique":           "must not hold the same item twice",
		"alpha":            "must hold the letters a to z only",
		"alphanum":         "must hold letters a to z and digits only",
		"numeric":          "must be a number",
		"number":           "must hold digits only",
		"boolean":          "must be true or false",
		"ascii":            "must hold ASCII characters only",
		"lowercase":        "must be in lower case",
		"uppercase":        "must be in upper case",
		"url":              "must be a URL",
		"http_url":         "must be an http or https URL",
		"https_url":        "must be an https URL",
		"uri":              "must be a URI",
		"uuid":             "must be a UUID in lower case",
		"uuid4":            "must be a version 4 UUID in lower case",
		"datetime":         "must be a date or time in the form " + param,
		"hexcolor":         "must be a colour such as #1a2b3c",
		"iso4217":          "must be a currency code of ISO 4217, such as USD",
		"iso3166_1_alpha2": "must be a country code of ISO 3166-1, such as US",
		"excludesall":      "must not hold any of the characters " + param,
		"containsany":      "must hold one of the characters " + param,
		"startswith":       "must start with " + param,
		"endswith":         "must end with " + param,
	}[rule]
	return m, ok
}
