package middleware

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tangoguard/tangoguard/internal/jsonwalk"
	"github.com/tangoguard/tangoguard/validate"
)

// Kind is what a value is meant to be.
type Kind string

// The kinds of values.
const (
	Text Kind = "text" // any number of lines; the default
	Line Kind = "line" // one line: a line break is refused, or replaced by Strip
	HTML Kind = "html" // markup is expected; what sanitize.HTML would take out is refused, or taken out by Strip
	Raw  Kind = "raw"  // not looked at; for what is not text, such as base64
)

// FieldRule says how one value, or one group of values, is looked at.
type FieldRule struct {
	As  Kind             // "" is Text
	On  []validate.Class // classes besides the default ones: validate.ClassLink in names and subjects
	Off []validate.Class // classes that are no attack here, such as code_injection in a field that holds code
}

// rule is a FieldRule after its classes were chosen.
type rule struct {
	as      Kind
	inspect validate.Inspector
}

// The rules that hold where no pattern says otherwise.
var (
	textRule = rule{as: Text}
	lineRule = rule{as: Line}
	htmlRule = FieldRule{As: HTML}.compile()
)

func (f FieldRule) compile() rule {
	r := rule{as: f.As}
	if r.as == "" {
		r.as = Text
	}
	if r.as == HTML {
		f.Off = append(slices.Clone(f.Off), validate.ClassXSS) // judged by what sanitize.HTML would take out
	}
	if len(f.On) > 0 {
		r.inspect = r.inspect.With(f.On...)
	}
	if len(f.Off) > 0 {
		r.inspect = r.inspect.Without(f.Off...)
	}
	return r
}

// pattern is a compiled JSON pointer pattern: a pointer in which * stands for one name or index, and ** at the
// end for everything below.
type pattern struct {
	tokens []string
	below  bool
	rule   rule
}

// compilePatterns sorts the rules so that the first that matches is the most exact one.
func compilePatterns(where string, rules map[string]FieldRule) ([]pattern, error) {
	var (
		out   []pattern
		wrong []error
	)
	for text, f := range rules {
		p := pattern{rule: f.compile()}
		if !slices.Contains([]Kind{Text, Line, HTML, Raw}, p.rule.as) {
			wrong = append(wrong, fmt.Errorf("middleware: %s[%q]: As %q is none of text, line, html, raw", where, text, f.As))
		}
		for _, c := range append(slices.Clone(f.On), f.Off...) {
			if !slices.Contains(validate.Classes(), c) {
				wrong = append(wrong, fmt.Errorf("middleware: %s[%q]: there is no class %q", where, text, c))
			}
		}
		if text != "" {
			if text[0] != '/' {
				wrong = append(wrong, fmt.Errorf("middleware: %s: %q does not begin with /: a pattern is a JSON pointer", where, text))
				continue
			}
			p.tokens = strings.Split(text[1:], "/")
		}
		if n := len(p.tokens); n > 0 && p.tokens[n-1] == "**" {
			p.below, p.tokens = true, p.tokens[:n-1]
		}
		if slices.Contains(p.tokens, "**") {
			wrong = append(wrong, fmt.Errorf("middleware: %s: %q: ** stands at the end only", where, text))
		}
		for i, t := range p.tokens {
			if strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(t), "~") {
				wrong = append(wrong, fmt.Errorf("middleware: %s: %q: ~ is written ~0 in a JSON pointer", where, text))
			}
			p.tokens[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(t)
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b pattern) int { return strings.Compare(a.order(), b.order()) })
	return out, errors.Join(wrong...)
}

// order sorts names before *, and ** last.
func (p pattern) order() string {
	var b strings.Builder
	for _, t := range p.tokens {
		if t == "*" {
			b.WriteString("/\xff")
		} else {
			b.WriteString("/" + t)
		}
	}
	if p.below {
		b.WriteString("/\xff\xff")
	}
	return b.String()
}

// ruleFor is the rule for the value that w stands at.
func ruleFor(patterns []pattern, w *jsonwalk.Walker) rule {
	for i := range patterns {
		if patterns[i].matches(w) {
			return patterns[i].rule
		}
	}
	return textRule
}

func (p *pattern) matches(w *jsonwalk.Walker) bool {
	depth := w.Depth()
	if depth < len(p.tokens) || (depth > len(p.tokens) && !p.below) {
		return false
	}
	for i, token := range p.tokens {
		if token == "*" {
			continue
		}
		name, index, object := w.Step(i)
		if object && name != token || !object && strconv.Itoa(index) != token {
			return false
		}
	}
	return true
}
