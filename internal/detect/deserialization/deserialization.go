// Package deserialization finds serialised objects that run code, or make an application do so, when they are
// read back (CWE-502).
//
// # What it recognises
//
// The beginnings of serialised data, raw, percent-encoded, in hexadecimal (0x in front or not) or in base64
// (standard or URL alphabet, once or twice): Java object streams, also gzipped; PHP serialize; Python pickles of protocols 0 to 5; .NET BinaryFormatter and view
// states; Ruby Marshal. And the marks by which text formats name a class to build: YAML tags, Json.NET $type,
// fastjson and Jackson @type / ["class", …], jsonpickle, DataContract __type, XMLDecoder, XStream, XAML,
// node-serialize functions.
//
// # Rules
//
//	java-stream     aced0005…, rO0AB…
//	gzip-stream     base64 of a gzip stream, the usual wrapping of the others
//	php-object      O:8:"Exploit":1:{…}, a:1:{…}
//	pickle          a pickle, or the text of one: cos\nsystem\n(S'id'\ntR.
//	net-stream      AAEAAAD/////…, /wEy…
//	ruby-marshal    BAh…, the bytes 4 8
//	yaml-tag        !!python/object/apply:…, !ruby/object:…, !!javax.script.…
//	json-type       "@type":"com.…", "$type":"System.…", ["com.…",…], "py/object":…
//	xml-object      <java class="java.beans.XMLDecoder">, <sorted-set>, <dynamic-proxy>, ObjectDataProvider,
//	                the namespaces of the serialisers of .NET
//	js-function     _$$ND_FUNC$$_
//
// # What it does not recognise
//
// BSON, MessagePack, protocol buffers and other formats without classes; what is compressed with zlib, or a text
// format inside base64. JSON-LD ("@type": "Person"), plain base64, hexadecimal numbers, PHP's scalars (i:1;).
package deserialization

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "deserialization"

// gate holds, of each form, the pair of bytes that is rarest in what people write.
var gate = scan.Any(
	`[OvdDSeEfF][06]`, `[gw][AE]`, `[YRWV][TNO]`, `[TQc]z`, `[YH][0-4yz]`, `[KSdkFw][FGQ]`, `[RpM][vzw]`, `Ah`, `D[/_]`, `[0-9][a-fA-F]`, // base64, hexadecimal
	scan.Colon, scan.Scheme, scan.Syllable, `![a-zA-Z<]`, scan.Markup, scan.Underscores, `[$@][tc]`, scan.Square, scan.Percented, // text formats
	`\\`, "[a-zA-Z0-9_.]\n", "[\x04\x80][\x02-\x08]", "[\xAC\xC2][\xED\xAC\x80]")

// Detector finds serialised objects. Each form holds a digit, or one of the marks of a text format.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: gate, Find: find}
}

func find(v *scan.View, report scan.Report) {
	f := finder{s: v.Text, report: report}
	f.encoded(v.Has.Has('0'))
	if !f.done && markSet.Meets(&v.Has) {
		f.work += lex.Sweep(f.s, marks, &v.Has, f.at)
	}
	v.Work(f.work + len(v.Text))
}

// A finder walks one text from left to right and stops at its first finding.
type finder struct {
	s      string
	report scan.Report
	done   bool
	work   int
}

func (f *finder) found(rule string, start, end int) {
	if !f.done {
		f.done = true
		f.report(rule, start, min(max(end, start+1), len(f.s)))
	}
}

// marks are the bytes at which a form begins that is not one long word, or in its middle.
const marks = ":!<$@_[%\n\\\x04\x80\xac\xc2"

var markSet = scan.Bytes(marks)

// at looks at the mark at i and returns where to go on, or -1 when something is found.
func (f *finder) at(i int) int {
	s := f.s
	switch s[i] {
	case ':':
		f.colon(i)
	case '!':
		f.yaml(i)
	case '<':
		f.xml(i)
	case '$', '@', '_':
		f.typeKey(i)
	case '[':
		f.jackson(i)
	case '%':
		f.percent(i)
	case '\n', '\\':
		f.pickleText(i)
	default:
		f.raw(i)
	}
	if f.done {
		return -1
	}
	return i + 1
}

// namespaces are what the XML of a serialiser of .NET is known by; before is how far the colon is from the start.
var namespaces = [...]struct {
	text   string
	before int
}{
	{"clr-namespace:", 13},
	{"http://schemas.microsoft.com/clr/", 4},
	{"http://schemas.microsoft.com/winfx/2006/xaml", 4},
	{"http://schemas.microsoft.com/2003/10/Serialization/", 4},
	{"http://schemas.datacontract.org/2004/07/System", 4},
}

// raw handles the first bytes of a binary stream. Decoders may have dropped its NULs.
func (f *finder) raw(i int) {
	s := f.s
	switch {
	case lex.HasPrefix(s, i, "\xac\xed\x00\x05"), lex.HasPrefix(s, i, "\xac\xed\x05"),
		lex.HasPrefix(s, i, "\u00ac\u00ed\x00\x05"), lex.HasPrefix(s, i, "\u00ac\u00ed\x05"):
		f.found("java-stream", i, i+4)
	case lex.HasPrefix(s, i, "\x04\x08") && i+2 < len(s) && strings.IndexByte("o[{IUcCuef\":", s[i+2]) >= 0:
		f.found("ruby-marshal", i, i+3)
	case lex.HasPrefix(s, i, "\u0080") && lex.At(s, i+2) >= 2 && lex.At(s, i+2) <= 5 &&
		(lex.HasPrefix(s, i+3, "\u0095") || lex.HasPrefix(s, i+3, "\u008c") || i+3 < len(s) && strings.IndexByte("c]}(XKq", s[i+3]) >= 0):
		f.found("pickle", i, i+3)
	case s[i] == 0x80 && (i == 0 || s[i-1] < 0x80) && (lex.At(s, i+1) >= 2 && lex.At(s, i+1) <= 5) && i+2 < len(s) && strings.IndexByte("\x95c]}(X\x8cKq", s[i+2]) >= 0:
		f.found("pickle", i, i+3)
	}
}

// percent handles % at i: a stream whose bytes above ASCII are left as they were written, because they are no text.
func (f *finder) percent(i int) {
	s := f.s
	if c := lex.At(s, i+1); c|0x20 != 'a' && c|0x20 != 'c' && c != '8' && c|0x20 != 'f' {
		return
	}
	var b [9]byte
	for k, n := i, 0; n < len(b) && k < len(s); n++ {
		if v, ok := hexByte(s, k+1); s[k] == '%' && ok {
			b[n] = v
			k += 3
			continue
		}
		b[n] = s[k]
		k++
	}
	f.work += len(b)
	if b[2] == 5 { // the NUL between the two was dropped
		b[2], b[3] = 0, 5
	}
	if rule := stream(b); rule != "" {
		f.found(rule, i, i+3)
	}
}

func hexByte(s string, i int) (b byte, ok bool) {
	for k := range 2 {
		c := lex.Lower(lex.At(s, i+k))
		switch {
		case lex.IsDigit(c):
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		default:
			return 0, false
		}
		b = b<<4 | c
	}
	return b, true
}

// colon handles : at i, behind the type letter of PHP's serialize: O:8:"…, a:1:{…, C:11:"….
func (f *finder) colon(i int) {
	s := f.s
	if i > 4 && s[i-1] == '"' {
		f.quotedKey(i)
	}
	if lex.HasPrefix(s, i, ":python/") && strings.HasSuffix(s[:i], "yaml.org,2002") {
		f.found("yaml-tag", i, i+8)
		return
	}
	for _, n := range namespaces {
		if lex.HasPrefix(s, i-n.before, n.text) {
			f.found("xml-object", i-n.before, i-n.before+len(n.text))
			return
		}
	}
	if lex.HasPrefixFold(s, i-4, "phar") && lex.HasPrefix(s, i, "://") && lex.At(s, i+3) != 0 {
		f.found("php-object", i-4, i+3) // reading a PHP archive unserialises its metadata
	}
	if i == 0 || i > 1 && lex.IsWord(s[i-2]) {
		return
	}
	c := s[i-1]
	k := i + 1
	if lex.At(s, k) == '+' {
		k++
	}
	end := lex.SkipDigits(s, k)
	f.work += end - i
	if end == k || end-k > 9 || lex.At(s, end) != ':' {
		return
	}
	next := end + 1
	switch c {
	case 'O', 'C', 'E', 'o':
		q := next
		for q < len(s) && q-next < 2 && (s[q] == '\\' || s[q] == '"' || s[q] == '\'') {
			q++
		}
		if q == next {
			return
		}
		name := q
		for name < len(s) && name-q < 80 && (lex.IsWord(s[name]) || s[name] == '\\' || s[name] >= 0x80 || s[name] == '.' || c == 'E' && s[name] == ':') {
			name++
		}
		f.work += name - q
		for name < len(s) && (s[name] == '"' || s[name] == '\'' || s[name] == '\\') {
			name++
		}
		if lex.At(s, name) == ':' && (lex.IsDigit(lex.At(s, name+1)) || lex.At(s, name+1) == '{') ||
			c == 'E' && lex.At(s, name) == ';' && strings.IndexByte(s[q:name], ':') > 0 || name == len(s) && i == 1 && name-q > 2 && s[name-1] != '"' {
			f.found("php-object", i-1, name+1)
		}
	case 'a':
		if lex.At(s, next) == '{' {
			n := lex.At(s, next+1)
			if (n == 'i' || n == 's' || n == 'O' || n == 'a' || n == 'b') && lex.At(s, next+2) == ':' || n == '}' && i == 1 {
				f.found("php-object", i-1, next+1)
			}
		}
	case 's':
		if n := lex.At(s, next); (n == '"' || n == '\\' && lex.At(s, next+1) == '"') && (i == 1 || s[i-2] == '{' || s[i-2] == ';' || s[i-2] == '|') {
			stop := min(len(s), next+64)
			if k := strings.Index(s[next:stop], `";`); k > 0 {
				f.found("php-object", i-1, next+k+2)
			}
		}
	}
}

// pickleText handles a line end at i: protocol 0 names a module and a function, each on a line of its own,
// behind the opcode c or i.
func (f *finder) pickleText(i int) {
	s := f.s
	n := lineEnd(s, i)
	if n == 0 {
		return
	}
	if k := i - 1; k > 2 && lex.IsDigit(s[k]) && f.memo(k) {
		return
	}
	name := lex.SkipWord(s, i+n)
	if name == i+n || name-i > 40 || lineEnd(s, name) == 0 {
		return
	}
	start := i
	for start > 0 && i-start < 32 && (lex.IsWord(s[start-1]) || s[start-1] == '.') {
		start--
	}
	f.work += name - start
	module := s[start:i]
	if len(module) < 2 || module[0] != 'c' && module[0] != 'i' {
		return
	}
	if strings.HasPrefix(module[1:], "__") && strings.HasSuffix(module, "__") {
		f.found("pickle", start, name) // c__main__\nGift\n
		return
	}
	if k := name + lineEnd(s, name); lex.At(s, k) == 'p' && lex.IsDigit(lex.At(s, k+1)) && lineEnd(s, lex.SkipDigits(s, k+1)) > 0 {
		f.found("pickle", start, name) // a PUT behind the GLOBAL of any module
		return
	}
	switch strings.TrimPrefix(strings.TrimPrefix(module[1:], "_"), "_") {
	case "os", "posix", "nt", "subprocess", "builtin__", "builtins", "commands", "sys", "pty", "platform", "timeit", "runpy",
		"copy_reg", "copyreg", "types", "marshal", "base64", "socket", "importlib", "operator", "functools", "code", "pickle", "webbrowser", "shutil":
		f.found("pickle", start, name)
	}
}

// memo handles the digit at i before a line end: an empty dictionary or list that a pickle of protocol 0 keeps, (dp0.
func (f *finder) memo(i int) bool {
	s := f.s
	for i > 2 && lex.IsDigit(s[i]) && lex.IsDigit(s[i-1]) {
		i--
	}
	ok := lex.HasPrefix(s, i-3, "(dp") || lex.HasPrefix(s, i-3, "(lp")
	if ok {
		f.found("pickle", i-3, i+1)
	}
	return ok
}

// lineEnd returns the length of the line end at i, spelt out or not, or 0.
func lineEnd(s string, i int) int {
	switch {
	case lex.At(s, i) == '\n':
		return 1
	case lex.At(s, i) == '\\' && lex.At(s, i+1) == 'n':
		return 2
	}
	return 0
}
