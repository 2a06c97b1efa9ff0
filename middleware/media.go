package middleware

import (
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/tangoguard/tangoguard/sanitize"

	"golang.org/x/net/html"
)

// mediaType reads a Content-Type that is not plainly JSON.
func (in *inspection) mediaType(line string, unsupported func(string) (string, string, *Refusal)) (string, string, *Refusal) {
	if strings.ContainsRune(line, ',') {
		return unsupported("content_type.count")
	}
	media, parameters, err := mime.ParseMediaType(line)
	if err != nil {
		return unsupported("content_type")
	}
	if charset, ok := parameters["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return unsupported("content_type.charset")
	}
	delete(parameters, "charset")
	switch {
	case media == "multipart/form-data" && in.route.Multipart:
		boundary := parameters["boundary"]
		if boundary == "" || len(boundary) > 70 || len(parameters) != 1 { // RFC 2046, 5.1.1
			return unsupported("content_type.boundary")
		}
		return "multipart", boundary, nil
	case len(parameters) != 0:
		return unsupported("content_type.parameter")
	case media == "application/json" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"):
		return "", "", nil
	case media == "application/x-www-form-urlencoded" && in.route.Form:
		return "form", "", nil
	}
	return unsupported("content_type")
}

// form inspects a form body, which has the grammar of a query.
func (in *inspection) form(text string) *Refusal {
	_, r := in.pairs("form", text, nil)
	return r
}

// multipart inspects names, file names and fields of a form. The contents of files are bounded by the size of
// the body and not inspected: they are not text that somebody typed.
func (in *inspection) multipart(text, boundary string) *Refusal {
	broken := badRequest("multipart.broken", "The form cannot be read")
	if !strings.HasPrefix(text, "--"+boundary) { // a preamble is read by some programs and not by others
		return broken
	}
	reader := multipart.NewReader(strings.NewReader(text), boundary)
	seen := map[string]bool{}
	for {
		part, err := reader.NextRawPart()
		if err == io.EOF {
			return in.epilogue(text, boundary)
		}
		if err != nil {
			return broken
		}
		if r := in.part(part, seen); r != nil {
			return r
		}
	}
}

// epilogue refuses anything behind the last boundary but one line break.
func (in *inspection) epilogue(text, boundary string) *Refusal {
	end := strings.LastIndex(text, "--"+boundary+"--")
	if end < 0 || strings.Trim(text[end+len(boundary)+4:], "\r\n") != "" {
		return badRequest("multipart.epilogue", "The form has data behind its end")
	}
	return nil
}

func (in *inspection) part(part *multipart.Part, seen map[string]bool) *Refusal {
	h := part.Header
	if len(h["Content-Disposition"]) != 1 || h.Get("Content-Transfer-Encoding") != "" || !onlyPartHeaders(h) {
		return badRequest("multipart.header", "A part of the form has a header that is not allowed")
	}
	disposition, parameters, err := mime.ParseMediaType(h.Get("Content-Disposition"))
	name, file := parameters["name"], parameters["filename"]
	if err != nil || disposition != "form-data" || name == "" || strings.Contains(h.Get("Content-Disposition"), "*=") {
		return badRequest("multipart.disposition", "A part of the form has no plain name")
	}
	if seen[name] {
		return badRequest("form.duplicate", "A form field comes more than once")
	}
	seen[name] = true
	if len(seen) > in.limits.Parameters {
		return badRequest("form.count", "The form has too many fields")
	}
	in.inspect("form", name, name, lineRule)
	if _, isFile := parameters["filename"]; isFile {
		in.inspect("form", name, file, lineRule)
		_, err := io.Copy(io.Discard, part)
		if err != nil {
			return badRequest("multipart.broken", "The form cannot be read")
		}
		return nil
	}
	value, err := io.ReadAll(io.LimitReader(part, int64(in.limits.String)+1))
	switch {
	case err != nil:
		return badRequest("multipart.broken", "The form cannot be read")
	case len(value) > in.limits.String:
		return badRequest("form.string", "A form field is too long")
	case !utf8.Valid(value):
		return badRequest("form.utf8", "A form field is not valid UTF-8")
	}
	in.inspect("form", name, string(value), in.ruleForName(name))
	if in.onField != nil {
		in.onField(name, string(value))
	}
	return nil
}

// onlyPartHeaders: RFC 7578 knows two that matter; another could change what a program reads.
func onlyPartHeaders(h textproto.MIMEHeader) bool {
	for name := range h {
		if name != "Content-Disposition" && name != "Content-Type" {
			return false
		}
	}
	return true
}

// ruleForName is the rule of a form field or query parameter, by the pattern "/name".
func (in *inspection) ruleForName(name string) rule {
	for i := range in.route.patterns {
		p := &in.route.patterns[i]
		if len(p.tokens) == 1 && (p.tokens[0] == name || p.tokens[0] == "*") || p.below && len(p.tokens) == 0 {
			return p.rule
		}
	}
	return textRule
}

// pair is one parameter of a query or form.
type pair struct{ name, value string }

// pairs reads and inspects a text in the form of a query (WHATWG URL, section 5.1). What programs read in
// different ways is refused: a semicolon, a name that comes twice, a percent sign that escapes nothing, bytes
// that are not UTF-8, an empty name.
func (in *inspection) pairs(where, text string, repeated []string) ([]pair, *Refusal) {
	if text == "" {
		return nil, nil
	}
	if strings.Count(text, "&") >= in.limits.Parameters {
		return nil, badRequest(where+".count", "There are too many parameters")
	}
	if strings.IndexByte(text, ';') >= 0 {
		return nil, badRequest(where+".semicolon", "A semicolon in parameters is written %3B")
	}
	var out []pair
	for item := range strings.SplitSeq(text, "&") {
		rawName, rawValue, _ := strings.Cut(item, "=")
		name, err1 := url.QueryUnescape(rawName)
		value, err2 := url.QueryUnescape(rawValue)
		switch {
		case err1 != nil || err2 != nil:
			return nil, badRequest(where+".escape", "A percent sign in parameters is written %25")
		case !utf8.ValidString(name) || !utf8.ValidString(value):
			return nil, badRequest(where+".utf8", "The parameters are not valid UTF-8")
		case name == "":
			return nil, badRequest(where+".name", "A parameter has no name")
		case len(name) > in.limits.String || len(value) > in.limits.String:
			return nil, badRequest(where+".string", "A parameter is too long")
		}
		out = append(out, pair{name, value})
		in.inspect(where, name, name, lineRule)
		in.inspect(where, name, value, in.ruleForName(name))
	}
	if r := duplicates(where, out, repeated); r != nil {
		return nil, r
	}
	return out, nil
}

func duplicates(where string, all []pair, repeated []string) *Refusal {
	seen := make(map[string]bool, len(all))
	for _, p := range all {
		if seen[p.name] && !contains(repeated, p.name) {
			return badRequest(where+".duplicate", "A parameter comes more than once")
		}
		seen[p.name] = true
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// parameters inspects the query and the path parameters. Those of the path are handed on decoded once.
func (in *inspection) parameters(p params) *Refusal {
	if _, r := in.pairs("query", in.req.URL.RawQuery, in.route.Repeated); r != nil {
		return r
	}
	if r := decodeParams(p); r != nil {
		return r
	}
	for i := range p.len() {
		name, value := p.at(i)
		in.inspect("path", name, value, lineRule)
	}
	return nil
}

// decodeParams decodes path parameters that the router left as they came, once, and puts them back, so that
// every check and the handler see the same text.
func decodeParams(p params) *Refusal {
	if p.len() == 0 || !p.escaped() {
		return nil
	}
	for i := range p.len() {
		_, value := p.at(i)
		plain, err := url.PathUnescape(value)
		if err != nil || !utf8.ValidString(plain) {
			return badRequest("path.escape", "The path is not escaped as it should be")
		}
		p.set(i, plain)
	}
	p.decoded()
	return nil
}

// sameMarkup reports whether sanitize.HTML leaves every tag and attribute of s in place. It may add some, such
// as rel="nofollow", and write the text with other references.
func sameMarkup(s string) bool {
	before, after := tagsOf(s), tagsOf(sanitize.HTML(s))
	if len(before) != len(after) {
		return false
	}
	for i := range before {
		if before[i].Type != after[i].Type || before[i].Data != after[i].Data {
			return false
		}
		for _, a := range before[i].Attr {
			kept := false
			for _, b := range after[i].Attr {
				kept = kept || a.Key == b.Key && (a.Val == b.Val || a.Key == "rel")
			}
			if !kept {
				return false
			}
		}
	}
	return true
}

// tagsOf lists the tags of s as a browser's tokenizer sees them, comments and declarations among them.
func tagsOf(s string) []html.Token {
	var out []html.Token
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out
		}
		if t := z.Token(); kind != html.TextToken {
			if t.Type == html.SelfClosingTagToken {
				t.Type = html.StartTagToken
			}
			out = append(out, t)
		}
	}
}
