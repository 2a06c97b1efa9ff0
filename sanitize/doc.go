// Package sanitize turns a string that somebody typed into a string that is safe to keep and to pass on.
//
// What is guaranteed stands at each function, and has a test and a fuzz target. For all of them: they never panic,
// take time linear in their input, are idempotent, and give text that is clean already back as it is.
//
// What is not guaranteed: that a result is safe wherever it is put. [Text] and [Line] are safe as the content of an
// HTML element even if somebody forgets to escape them. They are not safe in an attribute, a script, a style, a
// query, a command or a path: there, escaping or parameters at the sink are what helps. Nor is a clean value a valid
// one; package validate says what is wrong with a value.
//
// When not to use it: on passwords, signatures, identifiers, e-mail addresses and amounts, which match their grammar or
// are refused, and on bytes that somebody signed.
//
// How it fails: the functions over strings cannot, URL apart, which gives "" for what is no URL. Struct gives an error that names
// the place and holds no value; what it had changed until then is returned with it.
//
// Plain text is never HTML-escaped here, because text is kept as text and escaped by the sink. Do not unescape the
// output of an HTML sanitizer to get text back: that turns &lt;script&gt; into <script>.
package sanitize
