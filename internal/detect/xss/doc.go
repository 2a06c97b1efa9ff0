// Package xss finds cross-site scripting: text that, put into a web page without escaping, runs script, loads
// something, or changes what the page does.
//
// # What it recognises
//
// The text is read as a browser would read it in each place where a page may put it: element content, an
// attribute's value in either quote or in none, a script's string or statement, a style, a URL.
//
// # Rules
//
//	rule                 what it means
//	event-handler        a tag with an attribute on…=, of any name: not a list of events
//	script-url           javascript: and its relatives (vbscript:, livescript:, mocha:, jar:, mhtml:, feed:, view-source:) or
//	                     a data: document in any attribute, with the blanks and controls inside that browsers drop;
//	                     outside of tags only with code behind the colon
//	script-element       <script> with code in it, <handler> of SVG Tiny
//	active-element       what loads, embeds, submits or rewrites: iframe, object, embed, base, form, meta http-equiv,
//	                     SVG and MathML, animate and set, srcdoc, formaction, declared foreign namespaces, conditional
//	                     comments, <?xml-stylesheet, <?xml:namespace, marquee, plaintext, bgsound
//	resource-attribute   src, href, srcset, poster, ping, … of any element: an image or a link that was not asked for
//	active-style         CSS with url(), @import, expression(), -moz-binding, behavior, rules in braces, or letters
//	                     written as escapes; in a style attribute or element, or as the text's own beginning
//	framework-directive  attributes that are code to AngularJS, Angular, Vue, Alpine, htmx, Knockout
//	raw-text-end         the end tag of script, style, title, textarea, … that ends the page's own
//	attribute-breakout   a handler outside of any tag of the text: " onfocus=alert(1) autofocus; one with the quotes and
//	                     brackets in its name that a filter takes out
//	string-breakout      a quote and then code: ';alert(1)//, "-prompt(8)-", \';alert(1)//
//	script-code          JavaScript that does something by itself: alert(1), top["al"+"ert"](1), location=name,
//	                     [].constructor.constructor("…")(), onerror=alert;throw 1, {{constructor.constructor("…")()}},
//	                     names put together of pieces: 'ev'+'al', /ev/.source+/al/.source
//	obfuscated-script    JavaScript without letters (JSFuck, jjencode, aaencode)
//	charset-markup       markup written for another character set: UTF-7, US-ASCII with the high bit set
//	dangling-markup      a tag that ends in the middle of an attribute, <a title=" or <a title=: the page's markup becomes its value
//	context-probe        quotes with "-->" or "]]>", "> and a tag outside of any tag of the text, the three quotes in a row
//
// Tags are those of WHATWG HTML 13.2.5; one that the text cuts off counts, because the page goes on behind it, and
// so does one that lies in a comment, in a raw text element or in another tag's attribute, because the page may
// have opened or may close those. Package markup reads tags, package js code. Percent, entity, backslash and
// other encodings are decoded by package detect, layer by layer, before this package sees them; so javascript&#58;
// and \u0061lert(1) need nothing here.
//
// # What it does not recognise
//
// Formatting: <b>, <p class="x">, <br>, headings, tables, unknown elements; honest people type it, and it does
// nothing. Prose about markup: "the <script> tag", "<img> is broken". Code that calls nothing that a browser
// provides: console.log("x"), foo(1). A name that is called with a plain word: alert(s), confirm(ed). Words
// before a colon that prose follows: "javascript: the odd parts".
//
// A page that puts text into a script, a style, an unquoted attribute or a URL needs the escaping of that place;
// DOM clobbering by id alone, and a template of the page's own that evaluates plain words, cannot be seen here.
//
// CWE-79, CWE-80, CWE-83, CWE-84, CWE-85, CWE-86, CWE-87 (cross-site scripting and its variants), CWE-116 and
// CWE-692 (escaping that misses an encoding), CWE-81 (in an error page).
package xss
