package sanitize

import (
	"errors"
	"reflect"
	"strings"
)

// Change is one value that [Struct] changed, or that [Check] says it would. It does not hold the value.
type Change struct {
	Pointer string // where the value is: a JSON pointer (RFC 6901) of the names in json tags, map keys and indices
	Rule    string // line, text, html, url or strip
	Before  int    // the length of the value, in bytes
	After   int    // the same after cleaning
}

// Struct cleans every string in what v, a pointer, points to, and returns what it changed, in the order of the fields.
//
// The tag sanitize on a field chooses how: "line", "text", "html", "url" and "strip" stand for the functions of those
// names, "-" leaves the field alone. A string without a tag is "text", unless its validate tag states a closed
// grammar (email, utid, uuid, oneof and the like): such a value matches or is refused, and is never cleaned. A tag on
// a slice, array, map, pointer, any or json.RawMessage applies to the strings in it; structs follow their own tags.
// Nothing needs a "dive". Unexported fields, bytes, json.Number and what is no text are left alone.
//
// The name of a member of a map or of a JSON object cannot be cleaned without becoming another name: one that Text
// would change is a [KeyError]. Values that point to themselves are visited once.
//
// Errors: mistakes in tags, as [Compile] reports them; a v that is no pointer or nil; [KeyError]; [ErrDepth];
// [ErrRawJSON]. After an error v may be cleaned in part; the changes made are returned with it.
func Struct(v any) ([]Change, error) {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return nil, errors.New("sanitize: Struct needs a pointer that is not nil")
	}
	return visit(p, false)
}

// Check returns what [Struct] would change in v, and changes nothing. v need not be a pointer.
func Check(v any) ([]Change, error) {
	p := reflect.ValueOf(v)
	if !p.IsValid() {
		return nil, nil
	}
	return visit(p, true)
}

// Compile reports the mistakes in the sanitize tags of t and of every type in it, all together: unknown words, and
// words on fields that hold no text. Call it when a program starts, as in Compile(reflect.TypeFor[Order]()); Struct
// then has its plan for t ready. Types behind an interface are unknown here and get their plan when they are met.
func Compile(t reflect.Type) error {
	if t == nil {
		return errors.New("sanitize: Compile needs a type")
	}
	return planFor(t, textRule).err
}

// ErrDepth is the error for a value that nests deeper than 512 levels.
var ErrDepth = errors.New("sanitize: nested deeper than 512 levels")

// ErrRawJSON is the error for a json.RawMessage that is not valid JSON.
var ErrRawJSON = errors.New("sanitize: not valid JSON")

// KeyError says that the name of a member of a map or JSON object holds what cleaning would change. Refuse the value.
type KeyError struct {
	Pointer string // of the map or object
}

// Error names the place and never the key.
func (e *KeyError) Error() string {
	at := e.Pointer
	if at == "" {
		at = "the value"
	}
	return "sanitize: " + at + " has a member whose name holds markup or invisible characters; rename it"
}

// rule is one way to clean a string.
type rule struct {
	name  string
	clean func(string) string
}

var (
	textRule = &rule{"text", Text}
	skipRule = &rule{name: "-"}
)

// ruleNamed returns the rule that a tag names, nil if there is none.
func ruleNamed(tag string) *rule {
	switch tag {
	case "text":
		return textRule
	case "line":
		return lineRule
	case "html":
		return htmlRule
	case "url":
		return urlRule
	case "strip":
		return stripRule
	case "-":
		return skipRule
	}
	return nil
}

var (
	lineRule  = &rule{"line", Line}
	htmlRule  = &rule{"html", HTML}
	urlRule   = &rule{"url", URL}
	stripRule = &rule{"strip", Strip}
)

// closedGrammars are the rules of a validate tag after which there is nothing to clean: a value matches a grammar
// that leaves no room for markup or invisible characters, or it is refused. A URL is here too, because cleaning it as
// text would make another URL of it.
var closedGrammars = func() map[string]bool {
	m := map[string]bool{}
	for name := range strings.FieldsSeq(`utid tangoid externalref etid ptid e164 currency country email
		uuid uuid3 uuid4 uuid5 uuid_rfc4122 uuid3_rfc4122 uuid4_rfc4122 uuid5_rfc4122 ulid mongodb
		url http_url https_url uri urn_rfc2141 origin datauri hostname hostname_rfc1123 hostname_port fqdn dns_rfc1035_label
		ip ipv4 ipv6 ip_addr ip4_addr ip6_addr cidr cidrv4 cidrv6 mac port tcp_addr tcp4_addr tcp6_addr udp_addr udp4_addr
		udp6_addr alpha alphanum numeric number hexadecimal boolean oneof oneofci eq eq_ignore_case datetime timezone
		hexcolor rgb rgba hsl hsla cmyk base32 base64 base64url base64rawurl jwt bcp47_language_tag
		iso3166_1_alpha2 iso3166_1_alpha3 iso3166_1_alpha_numeric iso3166_2 country_code iso4217 iso4217_numeric bic
		bic_iso_9362_2014 credit_card luhn_checksum isbn isbn10 isbn13 issn ssn ein semver cron cve latitude longitude
		md4 md5 sha256 sha384 sha512 ripemd128 ripemd160 tiger128 tiger160 tiger192 btc_addr btc_addr_bech32 eth_addr`) {
		m[name] = true
	}
	return m
}()

// closed reports whether a validate tag states a closed grammar for the values that lie depth containers deep.
func closed(tag string, depth int) bool {
	level, keys := 0, false
	for word := range strings.SplitSeq(tag, ",") {
		switch {
		case word == "dive":
			level++
		case word == "keys", word == "endkeys":
			keys = word == "keys"
		case level == depth && !keys && allClosed(word):
			return true
		}
	}
	return false
}

// allClosed reports whether each of the rules in "a|b" is a closed grammar.
func allClosed(word string) bool {
	for alternative := range strings.SplitSeq(word, "|") {
		name, _, _ := strings.Cut(alternative, "=")
		if !closedGrammars[name] {
			return false
		}
	}
	return true
}
