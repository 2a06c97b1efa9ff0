package sqli

import "strings"

func (p *parser) has(f feature) bool { return p.feats&f != 0 }

// whole reports whether the text was SQL up to its end.
func (p *parser) whole() bool { return p.end != endBad && p.end != endCut }

// spanEnd returns where a finding that begins at start ends.
func (p *parser) spanEnd(start int) int { return min(max(p.last.end, start+1), len(p.s)) }

// effect names the rule for what is an attack wherever it stands.
func (p *parser) effect() string {
	switch {
	case p.has(fUnion):
		return "union-select"
	case p.has(fStacked):
		return "stacked-statement"
	case p.has(fOutfile):
		return "into-outfile"
	case p.has(fAnalyse):
		return "clause-probe"
	}
	if p.end == endBad {
		return ""
	}
	switch {
	case p.has(fSelect) && (p.stacked && p.selectsSomething() || p.end != endOpen && p.has(fStar|fSystem|fCatalogue|fInfo|fDelay|fReach|fQuery)):
		return "stacked-statement"
	case p.has(fDelay):
		return "time-delay"
	case p.has(fReach):
		return "reaching-function"
	case p.has(fQuery):
		return "subquery"
	}
	return ""
}

// selectsSomething reports whether a SELECT that was read to the end of the text has an effect.
func (p *parser) selectsSomething() bool {
	return p.has(fStar|fSystem|fCatalogue|fInfo|fDelay|fReach|fQuery|fKnown) || p.has(fItems) && p.whole()
}

// judgeBare judges a text that stands bare in a query; after says that it follows a value.
func (p *parser) judgeBare(after bool) string {
	if r := p.effect(); r != "" {
		return r
	}
	if p.end == endBad || p.end == endCut && !p.has(fConst|fSelf|fUnionOpen) {
		return ""
	}
	switch {
	case p.digits && p.end != endComment:
		return ""
	case p.conn && p.has(fConst|fSelf|fInfo|fSystem):
		return "boolean"
	case p.conn && p.has(fCall) && (after || p.digit || p.closed > 0 || p.end == endComment):
		return "boolean"
	case p.conn && (after || p.digit) && p.has(fPair), p.conn && p.digit && p.has(fMixed) && p.has(fPattern):
		return "boolean"
	case p.conn && (after || p.digit) && p.has(fTwin):
		return "boolean"
	case p.conn && p.end == endComment && p.comment.empty && (p.has(fOperand) || (after || p.digit) && p.has(fMixed|fNull)):
		return "boolean"
	case p.conn && p.digit && p.has(fMixed|fNull):
		return "boolean"
	case p.conn && p.digit && p.has(fOperand) && p.ends.comment >= 0: // 4 or/**/5
		return "boolean"
	case p.conn && after && strings.HasPrefix(p.s, "*/"): // the text closes a comment of the query
		return "boolean"
	case after && p.tokens == 3 && p.has(fPattern) && p.s[p.last.start:p.last.end] == "'%'":
		return "boolean"
	case after && p.op && p.has(fCatalogue):
		return "reaching-function"
	case after && p.op && p.end == endOpen && p.tokens == 2 && p.opensClean(""):
		return "string-operator"
	case p.has(fUnionOpen) && p.tokens > 2:
		return "union-select"
	case p.has(fOrder|fLimit) && (p.digit || p.has(fCount)) && p.end == endComment && (p.comment.empty || !after && p.comment.hides):
		return "clause-probe"
	case after || p.end == endCut:
		return ""
	case p.has(fCase | fArgument), p.has(fGrouped) && p.arith:
		return "expression"
	case p.has(fListed) && p.has(fCall):
		return "subquery"
	case p.has(fSystem) && p.tokens == 2 && systemVariable(p.s[p.last.start:p.last.end]):
		return "system-variable"
	case p.has(fCall) && p.end == endText && twins(p.s):
		return "boolean"
	case p.digit && (p.has(fOrder) || p.has(fLimit) && p.has(fCount) || p.has(fConst) && p.has(fPattern) || p.has(fNull)):
		return "clause-probe"
	case p.has(fSystem) && p.feats != fSystem:
		return "system-variable"
	}
	return ""
}

// judgeStatement judges a text that is a statement.
func (p *parser) judgeStatement() string {
	switch {
	case p.has(fStacked):
		return "statement"
	case !p.whole():
	case p.has(fFrom) && (p.has(fStar|fSecret) || p.has(fWhere) && p.has(fMixed|fPattern|fConst|fNull)), p.has(fSystem | fCatalogue | fInfo | fDelay | fReach | fUnion | fQuery):
		return "statement"
	}
	return ""
}

// judgeQuoted judges what follows the quote behind before; first says that it is the first of its kind.
func (p *parser) judgeQuoted(before string, first bool) string {
	if p.counted { // '1 or 1=1--: in prose a year or an hour
		if p.conn && p.has(fConst) && (p.end == endComment || p.end == endOpen) {
			return "boolean"
		}
		return ""
	}
	if r := p.effect(); r != "" && (first || p.whole()) {
		return r
	}
	if first && p.feats == 0 && p.tokens <= 4 && p.end == endComment && (p.comment.empty || p.comment.hides && number(before)) && !p.drawn(before) {
		return "comment-after-quote"
	}
	if p.has(fUnionOpen) {
		return "union-select"
	}
	if p.conn && p.has(fConst|fSelf|fPair|fCall|fInfo|fSystem) && (first && (p.broke != tName || !measure(before)) && !p.quotation(before) || p.whole()) {
		return "boolean"
	}
	if !p.whole() || !first {
		return ""
	}
	switch {
	case p.conn && p.has(fShaped|fStar):
		return "boolean"
	case p.end == endLong && (p.conn || p.arith):
		return "boolean"
	case p.conn && p.has(fMixed|fNull|fPattern):
		return "boolean"
	case p.conn && p.has(fTwin) && (p.end != endText || !hasSpace(before)):
		return "boolean"
	case p.conn && p.has(fNames) && p.end != endText:
		return "boolean"
	case p.conn && p.has(fOperand) && (p.end == endComment || p.end == endOpen && p.within && p.opensClean(before)):
		return "boolean"
	case p.conn && p.has(fCalled) && p.end == endComment && p.comment.empty:
		return "boolean"
	case p.op && p.conn && p.has(fOperand) && p.tokens == 3 && p.end == endText && !hasSpace(before) && !measure(before): // '||true
		return "boolean"
	case p.end == endComment && p.has(fApp|fConst|fNull|fPattern|fMixed|fCall):
		return "boolean"
	case p.end == endComment && p.has(fListed):
		return "subquery"
	case p.has(fOrder|fLimit|fWhere) && p.end == endComment && (p.has(fCount) || p.comment.empty || p.comment.hides):
		return "clause-probe"
	case p.has(fListed) && p.end == endOpen && p.within && p.op && p.opensClean(before):
		return "subquery"
	case p.has(fSelect) && p.has(fArgument):
		return "stacked-statement"
	case p.has(fCase|fArgument) && p.end != endText:
		return "expression"
	case p.closed > 0 && p.end == endComment && p.comment.empty:
		return "comment-after-quote"
	case p.op && p.has(fCatalogue):
		return "reaching-function"
	case p.op && p.end == endText && p.last.empty && p.tokens == 3 && before == "" && p.s[1] == '|': // '||''
		return "string-operator"
	case p.op && (p.has(fSystem) || p.has(fCalled) && p.s[len(before)+1] == '|'):
		return "reaching-function"
	case (p.op || p.has(fPattern)) && p.end == endOpen && p.within && (p.tokens == 2 || before != "" || p.last.empty) && p.opensClean(before):
		return "string-operator"
	}
	return ""
}

// twins reports whether s is a comparison of something with itself, written alike.
func twins(s string) bool {
	a, b, ok := strings.Cut(s, "=")
	return ok && strings.EqualFold(trimBlank(a), trimBlank(b))
}

// quotation reports whether the text begins with its quote and the next one closes it in the midst of a sentence:
// 'and 1 = 1', as my teacher said.
func (p *parser) quotation(before string) bool {
	return before == "" && p.end == endBad && p.broke == tOpen && strings.Contains(p.s[min(p.last.end+1, len(p.s)):], " ")
}

// drawn reports whether nothing but a rule stands between two quotes, and no word before them: the edge of a box.
func (p *parser) drawn(before string) bool {
	return p.comment.closed && (before == "" || !isWord(before[len(before)-1]))
}

// measure reports whether the quote behind s may be a sign for feet or inches.
func measure(s string) bool { return s != "" && isDigit(s[len(s)-1]) }

// number reports whether s has nothing in it but digits and what is no letter of any alphabet.
func number(s string) bool {
	n := len(s)
	if n > 2 && s[n-3] == '%' && s[n-2] >= '8' { // a byte above ASCII
		n -= 3
	}
	for i := range n {
		if isAlpha(s[i]) || s[i] <= ' ' {
			return false
		}
	}
	return n < 16
}

// opensClean reports whether the literal that is open at the end is what an attacker leaves for the quote of
// the query: one word or nothing, behind a value that is one word or nothing.
func (p *parser) opensClean(before string) bool {
	if n := len(before); n > 0 && (!isWord(before[n-1]) && before[n-1] != '%' || hasSpace(before)) {
		return false
	}
	rest := p.s[p.last.start+1:]
	if p.conn && len(rest) > 2 && len(rest) < 24 && strings.IndexByte(rest, '=') > 0 {
		return true // ' or ' 1=1
	}
	return len(rest) <= 24 && !hasSpace(rest) && (rest == "" || isWord(rest[0]) || rest[0] == '%' ||
		p.has(fPattern) && strings.IndexByte("^.*", rest[0]) >= 0)
}

func hasSpace(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' {
			return true
		}
	}
	return false
}
