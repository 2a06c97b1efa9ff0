package validate

import (
	"slices"

	"github.com/tangoguard/tangoguard/internal/detect"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class names a family of injection. The set is closed: the constants below are all there are.
type Class string

// The classes, with the weaknesses (https://cwe.mitre.org) that their attacks exploit.
const (
	ClassXSS                Class = "xss"                 // cross-site scripting: CWE-79, 80, 83, 87
	ClassSQLi               Class = "sqli"                // SQL and HQL injection: CWE-89, 564
	ClassNoSQLi             Class = "nosqli"              // injection into queries of document stores: CWE-943
	ClassCmdi               Class = "cmdi"                // commands and arguments of a shell: CWE-78, 77, 88
	ClassPathTraversal      Class = "path_traversal"      // paths out of their directory: CWE-22, 23, 36, 73, 158
	ClassLDAPi              Class = "ldapi"               // LDAP filters: CWE-90
	ClassXPath              Class = "xpath"               // XPath and XQuery: CWE-643, 652, 91
	ClassSSTI               Class = "ssti"                // server-side templates: CWE-1336, 94
	ClassEL                 Class = "el"                  // JNDI look-ups, OGNL, SpEL and other expressions: CWE-917, 502
	ClassXXE                Class = "xxe"                 // XML entities and includes: CWE-611, 776, 827, 91
	ClassSSI                Class = "ssi"                 // server-side and edge-side includes: CWE-97, 96
	ClassCRLF               Class = "crlf"                // line breaks into headers, mails, logs: CWE-93, 113, 117, 644
	ClassCodeInjection      Class = "code_injection"      // code of PHP, Python, Ruby, Perl, Java, ...: CWE-94, 95, 96, 470
	ClassDeserialization    Class = "deserialization"     // serialised objects: CWE-502
	ClassPrototypePollution Class = "prototype_pollution" // JavaScript prototypes: CWE-1321, 471
	ClassFormatString       Class = "format_string"       // conversions of printf and format: CWE-134
	ClassCSVInjection       Class = "csv_injection"       // formulas in spreadsheets: CWE-1236
	ClassSSRF               Class = "ssrf"                // requests forged by a server: CWE-918, 441
	ClassRFI                Class = "rfi"                 // inclusion of remote files: CWE-98, 829
	ClassUnicode            Class = "unicode"             // characters that hide something: CWE-176, 116, 451, 1007

	// ClassLink is what a mail program would make clickable: CWE-601, 1021. A link is no injection, so it is off
	// unless Inspector.With asks for it.
	ClassLink Class = "link"
)

// Classes lists all classes, ClassLink last.
func Classes() []Class {
	var all []Class
	for _, c := range detect.Classes() {
		all = append(all, Class(c))
	}
	return all
}

// CWEs gives the numbers of the weaknesses that attacks of the class exploit, the most specific first; nil for a
// class that is not in Classes.
func (c Class) CWEs() []int { return detect.CWEs(scan.Class(c)) }

// Finding is one place in an inspected string where something would leave its place in a language and take effect.
type Finding struct {
	Class Class
	// Rule is stable: its name never changes its meaning. The package of the class under internal/detect
	// documents it. It is for operators and their logs; do not show it to the person who typed.
	Rule string
	// Start and End are offsets of bytes in the string as it was given, whatever encoding hid the attack:
	// 0 <= Start < End <= len(s).
	Start, End int
}

// Inspect reports injection attacks in s. No finding is no proof that s is safe: parameterised queries, and escaping
// at the sink, stay necessary. Inspect is the second fence, in front of the code that somebody got wrong.
//
// It reads s as the attacked languages would, in the contexts in which s could land (bare, in quotes, in a comment,
// an attribute, a tag), and looks through up to four layers of encoding: percent (also %u and overlong UTF-8), HTML
// references, backslash escapes, full-width and look-alike characters, invisible ones. Deeper nesting is a finding of
// ClassUnicode by itself. Where s is a URL with a query, or parameters of a form, each value is read as a text of its
// own too.
//
// The result is nil when nothing is found, sorted by Start, End, Class and Rule, without duplicates; findings may
// overlap. The same string always gets the same answer. Inspect takes time linear in len(s), and allocates nothing for
// a string without findings once its buffers have grown. It does not change s and is safe for concurrent use.
//
// Honest text must pass: O'Brien, "you & me <3", "select a gift from the union of both lists". A false alarm refuses
// somebody's gift; report it as a bug.
func Inspect(s string) []Finding { return Inspector{}.Inspect(s) }

// Clean reports whether Inspect finds nothing in s. It is faster than Inspect where something is found, because it stops
// there.
func Clean(s string) bool { return Inspector{}.Clean(s) }

// Inspector is Inspect for a choice of classes. The zero value is the choice of Inspect: all but ClassLink. It does not
// change: With and Without make new ones. It is safe for concurrent use.
type Inspector struct {
	set *detect.Set
	on  []Class
}

// With makes an Inspector that looks for the given classes too. A class that does not exist has no effect.
func (i Inspector) With(classes ...Class) Inspector {
	return choose(append(i.Classes(), classes...))
}

// Without makes an Inspector that does not look for the given classes. Each class left out is an attack let through:
// leave one out only for a field whose sink cannot be attacked that way.
func (i Inspector) Without(classes ...Class) Inspector {
	return choose(slices.DeleteFunc(i.Classes(), func(c Class) bool { return slices.Contains(classes, c) }))
}

func choose(on []Class) Inspector {
	return Inspector{
		set: detect.NewSet(func(c scan.Class) bool { return slices.Contains(on, Class(c)) }),
		on:  slices.DeleteFunc(Classes(), func(c Class) bool { return !slices.Contains(on, c) }),
	}
}

// Classes lists the classes that the Inspector looks for.
func (i Inspector) Classes() []Class {
	if i.set == nil {
		return slices.DeleteFunc(Classes(), func(c Class) bool { return c == ClassLink })
	}
	return slices.Clone(i.on)
}

// Inspect is the function Inspect for the Inspector's classes.
func (i Inspector) Inspect(s string) []Finding {
	found := i.detectors().Inspect(s)
	if found == nil {
		return nil
	}
	all := make([]Finding, len(found))
	for k, f := range found {
		all[k] = Finding{Class: Class(f.Class), Rule: f.Rule, Start: f.Start, End: f.End}
	}
	return all
}

// Clean reports whether Inspect finds nothing in s.
func (i Inspector) Clean(s string) bool { return i.detectors().Clean(s) }

func (i Inspector) detectors() *detect.Set {
	if i.set == nil {
		return detect.Standard()
	}
	return i.set
}
