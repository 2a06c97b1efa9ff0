package js

import "github.com/tangoguard/tangoguard/internal/detect/lex"

// Sink reports whether a function of that name runs text as code or shows itself to the user: what an injected
// script calls. Attackers' tools change the case of letters, so case is not looked at, except in "Function",
// which is a keyword in lower case.
func Sink(name string) bool {
	if name == "Function" {
		return true
	}
	var buf [20]byte
	switch string(lex.Fold(buf[:], name)) {
	case "alert", "prompt", "confirm", "eval", "execscript", "msgbox", "settimeout", "setinterval", "setimmediate",
		"globaleval", "$eval", "insertadjacenthtml":
		return true
	}
	return false
}

// Loader reports whether a function of that name loads what its argument says: harmless with a name of the
// program's own, as in Go's import ("fmt") or Perl's ->import('x'), and a way in or out with a URL.
func Loader(name string) bool {
	switch name {
	case "import", "fetch", "importScripts", "getScript", "sendBeacon", "Worker", "SharedWorker", "EventSource", "WebSocket":
		return true
	}
	return false
}

// Dialog reports whether name is one of the short sinks that payloads are made of.
func Dialog(name string) bool {
	var buf [8]byte
	switch string(lex.Fold(buf[:], name)) {
	case "alert", "prompt", "confirm", "eval":
		return true
	}
	return false
}

// Global reports whether name is an object that a browser gives every script and whose members have effect.
func Global(name string) bool {
	switch name {
	case "window", "self", "top", "parent", "frames", "document", "globalThis", "opener", "navigator", "location",
		"history", "localStorage", "sessionStorage", "external":
		return true
	}
	return false
}

// method says what a method does that a browser's objects have: nothing that matters, something always, or
// something where it gets a URL. The rest of the DOM reads, or changes what is there already.
type method uint8

const (
	harmless method = iota
	active
	navigates
)

func methodOf(name string) method {
	switch name {
	case "write", "writeln", "execCommand", "postMessage", "pushState", "replaceState", "registerProtocolHandler",
		"createContextualFragment", "submit", "parseHTMLUnsafe", "setHTMLUnsafe", "vibrate", "getUserMedia", "getDisplayMedia":
		return active
	case "open", "assign", "replace", "navigate", "NavigateAndFind", "register":
		return navigates
	}
	return harmless
}

// Value reports whether name is a global that payloads show or send: an argument that gives a call away.
func Value(name string) bool {
	switch name {
	case "name", "origin", "cookie", "URL", "this", "event", "String", "atob", "btoa", "unescape", "decodeURI",
		"decodeURIComponent", "escape", "eval", "Function", "JSON", "Object", "Array", "Math", "Date", "document", "XSS", "xss", "null", "undefined", "NaN":
		return true
	}
	return Global(name)
}

// keyword says what a reserved word does to the alternation of operands and operators: ECMA-262 12.7.2.
type keyword uint8

const (
	plain    keyword = iota
	prefix           // an operand follows: return, typeof, var
	infix            // stands between operands: in, of, instanceof
	control          // a parenthesis that is no call follows: if, for, function
	throwing         // throw
)

func keywordOf(w string) keyword {
	switch w {
	case "typeof", "void", "delete", "new", "await", "yield", "return", "case", "do", "else", "var", "let", "const",
		"async", "class", "try", "finally", "export", "default", "extends", "static", "import":
		return prefix
	case "in", "of", "instanceof":
		return infix
	case "if", "for", "while", "with", "switch", "catch", "function":
		return control
	case "throw":
		return throwing
	}
	return plain
}
