// Package nosqli finds what leaves a value and becomes part of a query of a database that speaks no SQL
// (CWE-943, with CWE-89 as the family it belongs to; CWE-94 for the JavaScript that MongoDB runs).
//
// # What it recognises
//
// The languages are MongoDB's query documents, as JSON, as the relaxed JSON of its shell and as the brackets in
// which PHP, Express and Rails send nested values; the JavaScript behind $where and mapReduce; the shell itself;
// GraphQL; Elasticsearch, Lucene and Solr; Cypher; and the line protocols of Redis and memcached, which a
// value reaches through a line end.
//
// # Rules
//
//	rule                where                                    example
//	operator-key        $operator where a key stands             {"$ne": null}, $where: '1 == 1'
//	operator-bracket    $operator between brackets               user[$gt]=
//	javascript          JavaScript behind a quote or at the      ' || this.a == 'b, ; return true
//	                    beginning, with a comparison of its own
//	                    or a statement
//	shell               a method of a collection                 db.users.drop()
//	introspection       GraphQL's __schema or __type with        {__schema{types{name}}}
//	                    a selection
//	script              a script of Elasticsearch, a view of     "script":{"source":"…"}
//	                    CouchDB
//	query               a query of Elasticsearch as JSON, of     {"query":{"match_all":{}}}, a OR *:*
//	                    Lucene for everything, of Solr with its
//	                    own parser
//	operation           an operation of GraphQL, a selection     mutation{drop(id:1){id}}
//	                    behind the end of an argument
//	cypher              a clause of Cypher behind the end of     ') MERGE (n:Admin) //
//	                    a literal
//	command             a command behind a line end              "\r\nFLUSHALL\r\n"
//
// # What it does not recognise
//
// Dollar amounts and words with a dollar sign ("$100 or $ne", "$gt 5 dollars"), templates
// ({$name}, ${x}), JSON without operators, JavaScript that is merely quoted in prose. CQL of Cassandra, N1QL and
// the other dialects of SQL belong to package sqli. No finding is no proof: a driver that takes values as typed
// values, not as documents, stays necessary.
package nosqli

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "nosqli"

// gate holds an operator's dollar sign, what JavaScript goes on with behind a value, and the beginnings of the others.
var gate = scan.Any("[;+[{(*\r\n]", scan.Named, `[|&][|&]`)

// Detector finds NoSQL injection.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: gate, Find: find}
}

func find(v *scan.View, report scan.Report) {
	has := &v.Has
	v.Work(len(v.Text))
	if has.Has('$') && operators(v, report) {
		return
	}
	if (has.Has(';') || has.Has('|') || has.Has('&') || has.Has('+')) && javascript(v, report) {
		return
	}
	if has.Has('(') && has.Has('.') && (shell(v, report) || field(v, report)) {
		return
	}
	if has.Has('{') && (introspection(v, report) || script(v, report)) || search(v, report) {
		return
	}
	if (has.Has('{') || has.Has('(')) && graph(v, report) || has.Has('[') && loopback(v, report) {
		return
	}
	if has.Has('\n') || has.Has('\r') {
		commands(v, report)
	}
}

// operators looks at each dollar sign for an operator where a key stands.
func operators(v *scan.View, report scan.Report) bool {
	s := v.Text
	for i := next(s, 0, '$'); i >= 0; i = next(s, i+1, '$') {
		end := lex.SkipWord(s, i+1)
		use := operator(s[i+1 : end])
		if use == noOperator {
			continue
		}
		if lex.At(s, i-1) == '[' && lex.At(s, end) == ']' {
			report("operator-bracket", i-1, end+1)
			return true
		}
		if k := key(v, i, end, use); k > 0 {
			report("operator-key", i, k)
			return true
		}
	}
	return false
}

// loopback looks for the operators of LoopBack's filters in brackets: filter[where][pin][regexp]=.
func loopback(v *scan.View, report scan.Report) bool {
	s := v.Text
	i := strings.Index(s, "[where]")
	if i < 0 {
		return false
	}
	j := i + len("[where]")
	for range 4 {
		if lex.At(s, j) != '[' {
			break
		}
		end := lex.SkipWord(s, j+1)
		v.Work(end - j)
		if lex.At(s, end) != ']' {
			break
		}
		switch s[j+1 : end] {
		case "neq", "gt", "gte", "lt", "lte", "inq", "nin", "between", "like", "nlike", "ilike", "nilike", "regexp", "exists", "or", "and":
			report("operator-bracket", i, end+1)
			return true
		}
		j = end + 1
	}
	return false
}

// next returns the first place of c from i on, or -1.
func next(s string, i int, c byte) int {
	if n := strings.IndexByte(s[i:], c); n >= 0 {
		return i + n
	}
	return -1
}

// key reports whether the operator in [start,end) stands where a key does: behind an opening bracket, a comma or
// nothing, and before a colon. It returns the offset behind the colon, or 0.
func key(v *scan.View, start, end int, use usage) int {
	s := v.Text
	j := skipQuote(s, end)
	j = lex.SkipSpace(s, j)
	if c := lex.At(s, j); c != ':' && (c != '=' || s[start+1:end] != "where") {
		return 0
	}
	before := start
	for before > 0 && start-before < 8 && (lex.IsSpace(s[before-1]) || isQuote(s[before-1]) || s[before-1] == '\\') {
		before--
	}
	v.Work(start - before + j - end)
	switch lex.At(s, before-1) {
	case '{', '[', '(':
		return j + 1
	case ',', 0, '&', '}', ';':
		if use == queryOperator || literal(s, lex.SkipSpace(s, j+1)) {
			return j + 1
		}
	}
	return 0
}

// literal reports whether a literal of JSON begins at i.
func literal(s string, i int) bool {
	c := lex.At(s, i)
	return isQuote(c) || c == '{' || c == '[' || c == '/' || c == '-' || lex.IsDigit(c) ||
		lex.HasPrefix(s, i, "true") || lex.HasPrefix(s, i, "false") || lex.HasPrefix(s, i, "null") ||
		lex.HasPrefix(s, i, "undefined") || lex.HasPrefix(s, i, "function")
}

func isQuote(c byte) bool { return c == '\'' || c == '"' || c == '`' }

// skipQuote skips a closing quote, escaped or not.
func skipQuote(s string, i int) int {
	for i < len(s) && (s[i] == '\\' || isQuote(s[i])) {
		i++
	}
	return i
}

// usage says how much an operator's name alone tells.
type usage uint8

const (
	noOperator    usage = iota
	anyOperator         // a word that templates and shells use too
	queryOperator       // a word that only MongoDB uses
)

func operator(name string) usage {
	switch name {
	case "ne", "gt", "gte", "lt", "lte", "nin", "nor", "where", "regex", "elemMatch", "expr", "jsonSchema", "exists",
		"accumulator", "lookup", "unionWith", "graphLookup", "geoWithin", "nearSphere", "setOnInsert", "addToSet", "eq",
		"unset", "toString", "strcasecmp", "bitsAllSet":
		return queryOperator
	case "in", "not", "or", "and", "all", "size", "type", "mod", "text", "search", "options", "comment", "meta", "rand",
		"near", "slice", "set", "inc", "push", "pull", "pop", "rename", "match", "group", "project", "out", "merge", "sum",
		"function", "func", "natural", "query", "limit", "sort", "cond", "max", "min", "each", "ref", "id", "db", "eval",
		"mul", "currentDate", "unwind", "addFields", "replaceRoot", "replaceWith", "bucket", "sample", "redact", "count",
		"sortByCount", "collStats", "currentOp", "listSessions", "geoNear", "geoIntersects", "bitsAnySet", "bitsAllClear",
		"bitsAnyClear", "oid", "numberLong", "code", "binary", "regularExpression",
		"timestamp", "undefined", "uuid", "regexMatch", "regexFind", "maxTimeMS", "orderby", "hint", "explain", "skip", "fill", "densify",
		"setWindowFields", "arrayElemAt", "objectToArray", "facet", "map", "filter", "reduce", "let", "literal", "convert":
		return anyOperator
	}
	return noOperator
}
