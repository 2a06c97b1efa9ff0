package nosqli

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// search looks for a query of Elasticsearch as JSON, for a view of CouchDB, and for Lucene's match of everything that
// a connective joins to something else.
func search(v *scan.View, report scan.Report) bool {
	if v.Has.Has('{') && (document(v, report) || parameters(v, report)) {
		return true
	}
	return v.Has.Has('*') && v.Has.Has(':') && everything(v, report)
}

// document looks for an object of JSON with a key of Elasticsearch's query language or of a design document.
func document(v *scan.View, report scan.Report) bool {
	s := v.Text
	for i := next(s, 0, '"'); i >= 0; i = next(s, i+1, '"') {
		end := lex.SkipWord(s, i+1)
		if end-i < 4 || end-i > 16 {
			continue
		}
		value := member(s, end)
		v.Work(max(value-i, 1))
		if value == 0 {
			continue
		}
		if s[i+1:end] == "query" && lex.At(s, value) == '"' && max(operation(s[value+1:]), selection(s, value+1, "({}")) > 0 {
			report("operation", i, value+1)
			return true
		}
		switch s[i+1 : end] {
		case "query", "post_filter", "filter", "must", "must_not", "should":
			if k := opening(s, value); k > 0 && queryType(s[k:lex.SkipWord(s, k)]) && member(s, lex.SkipWord(s, k)) > 0 {
				report("query", i, k)
				return true
			}
		case "map", "reduce":
			if k := skipOpen(s, value, "\"\\ \t\r\n"); k > value && lex.HasPrefix(s, k, "function") {
				report("script", i, k)
				return true
			}
		}
	}
	return false
}

// member returns where the value begins of the member of an object whose key ends at i, 0 when it ends no key.
func member(s string, i int) int {
	j := skipQuote(s, i)
	k := lex.SkipSpace(s, j)
	if j == i || lex.At(s, k) != ':' {
		return 0
	}
	return lex.SkipSpace(s, k+1)
}

// opening returns where the first key of the object at i begins, be it in an array; 0 when there is none.
func opening(s string, i int) int {
	j := skipOpen(s, i, "[{ \t\r\n")
	k := skipOpen(s, j, "\"\\")
	if j == i || k == j || !strings.Contains(s[i:j], "{") {
		return 0
	}
	return k
}

// queryType reports whether name is a type of query of Elasticsearch.
func queryType(name string) bool {
	switch name {
	case "match_all", "match_none", "match", "match_phrase", "multi_match", "query_string", "simple_query_string", "bool", "term",
		"terms", "range", "wildcard", "prefix", "regexp", "fuzzy", "ids", "script", "script_score", "function_score", "nested",
		"constant_score", "exists", "more_like_this":
		return true
	}
	return false
}

// parameters looks for the local parameters with which a query of Solr chooses its parser: {!lucene}, {!func v=…}.
func parameters(v *scan.View, report scan.Report) bool {
	i := strings.Index(v.Text, "{!")
	if i < 0 {
		return false
	}
	end := lex.SkipWord(v.Text, i+2)
	c := lex.At(v.Text, end)
	if end < i+5 || c != '}' && (c != ' ' && c != '=' || strings.IndexByte(v.Text[end:], '=') < 0) {
		return false
	}
	report("query", i, end)
	return true
}

// everything looks for field:* and *:* beside a connective of Lucene, which is in capitals.
func everything(v *scan.View, report scan.Report) bool {
	s := v.Text
	for at := 0; ; {
		n := strings.Index(s[at:], ":*")
		if n < 0 {
			return false
		}
		i := at + n
		at = i + len(":*")
		start := i
		for start > 0 && i-start < 40 && (lex.IsWord(s[start-1]) || s[start-1] == '*' || s[start-1] == '.') {
			start--
		}
		v.Work(i - start + 1)
		if start == i {
			continue
		}
		if joins(s[at:]) || joined(s[:start]) {
			report("query", start, at)
			return true
		}
	}
}

// joins reports whether s begins with a connective and an operand.
func joins(s string) bool {
	i := skipOpen(s, 0, " )")
	for _, w := range [...]string{"OR ", "AND ", "NOT "} {
		if i > 0 && lex.HasPrefix(s, i, w) && len(s) > i+len(w) {
			return true
		}
	}
	return false
}

// joined reports whether s ends with a connective behind an operand.
func joined(s string) bool {
	s = strings.TrimRight(s, " (")
	for _, w := range [...]string{" OR", " AND", " NOT"} {
		if strings.HasSuffix(s, w) && len(s) > len(w) {
			return true
		}
	}
	return false
}
