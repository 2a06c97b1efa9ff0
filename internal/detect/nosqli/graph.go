package nosqli

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// graph looks for an operation of GraphQL as a text of its own, for a selection behind the end of an argument, and for
// a clause of Cypher behind the end of a literal.
func graph(v *scan.View, report scan.Report) bool {
	s := v.Text
	if end := operation(s); end > 0 {
		report("operation", 0, end)
		return true
	}
	for _, quote := range [...]byte{'\'', '"'} {
		if !v.Has.Has(quote) {
			continue
		}
		i := next(s, 0, quote)
		if i < 0 {
			continue
		}
		j := skipOpen(s, i+1, " \t\r\n)}")
		v.Work(j - i)
		if end := selection(s, j, "({}"); end > 0 && strings.Contains(s[i:j], ")") {
			report("operation", i, end)
			return true
		}
		if end := max(clause(s, j), relation(s, j)); end > 0 {
			report("cypher", i, end)
			return true
		}
	}
	return false
}

// operation returns the end of the beginning of an operation when s is one: GraphQL section 2.3, a keyword, perhaps a
// name and variables, and a selection whose first field has arguments or a selection of its own.
func operation(s string) int {
	i := lex.SkipSpace(s, 0)
	end := lex.SkipWord(s, i)
	switch s[i:end] {
	case "query", "mutation", "subscription":
	default:
		return 0
	}
	i = lex.SkipSpace(s, lex.SkipWord(s, lex.SkipSpace(s, end)))
	if lex.At(s, i) == '(' && lex.At(s, i+1) == '$' {
		n := strings.IndexByte(s[i:], ')')
		if n < 0 {
			return 0
		}
		i = lex.SkipSpace(s, i+n+1)
	}
	return selection(s, i, "({")
}

// selection returns the end of the first field of the selection at i when one of the bytes of after follows it, 0 when
// none does: a bracket opens its arguments, a brace a selection of its own.
func selection(s string, i int, after string) int {
	if lex.At(s, i) != '{' {
		return 0
	}
	start := lex.SkipSpace(s, i+1)
	end := lex.SkipWord(s, start)
	if end == start || lex.IsDigit(s[start]) {
		return 0
	}
	if c := lex.At(s, lex.SkipSpace(s, end)); c != 0 && strings.IndexByte(after, c) >= 0 {
		return end
	}
	return 0
}

// clause returns the end of the beginning of a clause of Cypher at i that reads or writes, 0 when there is none.
func clause(s string, i int) int {
	var buf [16]byte
	end := lex.SkipWord(s, i)
	next := lex.SkipSpace(s, end)
	if next == end && lex.At(s, end) != '(' {
		return 0
	}
	switch string(lex.Fold(buf[:], s[i:end])) {
	case "union":
		return clause(s, next)
	case "optional":
		if lex.HasPrefixFold(s, next, "match") {
			return clause(s, next)
		}
	case "match", "create", "merge":
		return node(s, next)
	case "foreach":
		if j := lex.SkipWord(s, next+1); lex.At(s, next) == '(' && j > next+1 && lex.HasPrefixFold(s, j, " in ") {
			return j
		}
	case "call":
		j := next
		for lex.IsWord(lex.At(s, j)) || lex.At(s, j) == '.' && j > next {
			j++
		}
		if lex.At(s, j) == '(' && strings.Contains(s[next:j], ".") && !lex.HasPrefix(s, j, "()") || procedure(s[next:j]) {
			return j
		}
	}
	return 0
}

// relation returns the end of the relation of Cypher at i that goes on from a node, -[r]- or <-[:A]-, 0 when there is none.
func relation(s string, i int) int {
	j := i + len(s[i:]) - len(strings.TrimPrefix(s[i:], "<"))
	if !lex.HasPrefix(s, j, "-[") || !strings.Contains(s[:i], "}") {
		return 0
	}
	n := strings.IndexByte(s[j:min(len(s), j+64)], ']')
	if n < 0 || lex.At(s, j+n+1) != '-' {
		return 0
	}
	return j + n + 2
}

// procedure reports whether name is a procedure that Neo4j has, or its library APOC.
func procedure(name string) bool {
	return lex.HasPrefix(name, 0, "db.") || lex.HasPrefix(name, 0, "dbms.") || lex.HasPrefix(name, 0, "apoc.")
}

// node returns the end of the pattern of a node at i, (n) or (n:User {…}), 0 when there is none.
func node(s string, i int) int {
	if lex.At(s, i) != '(' {
		return 0
	}
	j := lex.SkipWord(s, i+1)
	if j < len(s) && lex.IsDigit(s[i+1]) {
		return 0
	}
	if lex.At(s, j) == ':' && lex.IsLetter(lex.At(s, j+1)) {
		j = lex.SkipWord(s, j+1)
	}
	if c := lex.At(s, lex.SkipSpace(s, j)); c == ')' || c == '{' {
		return j + 1
	}
	return 0
}
