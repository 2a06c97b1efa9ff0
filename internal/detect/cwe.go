package detect

import (
	"slices"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Weakness says what becomes of one CWE of OWASP's category A03:2021 Injection
// (https://owasp.org/Top10/A03_2021-Injection/): the classes that find its attacks, or why none applies.
type Weakness struct {
	CWE     int
	Name    string
	Classes []scan.Class
	Why     string // how far the classes go, or why there is none
}

// A03 lists all CWEs that OWASP maps to A03:2021, in their order:
//
//	CWE-20   improper input validation                 all classes; rules on fields say what a value may be
//	CWE-74   neutralization for a downstream component all classes: the parent of the others
//	CWE-75   special elements, different plane         all classes
//	CWE-77   command injection                         cmdi
//	CWE-78   OS command injection                      cmdi
//	CWE-79   cross-site scripting                      xss
//	CWE-80   script-related HTML tags                  xss
//	CWE-83   script in attributes                      xss
//	CWE-87   alternate XSS syntax                      xss, unicode
//	CWE-88   argument injection                        cmdi
//	CWE-89   SQL injection                             sqli
//	CWE-90   LDAP injection                            ldapi
//	CWE-91   XML injection (blind XPath)               xxe, xpath
//	CWE-93   CRLF injection                            crlf
//	CWE-94   code injection                            code_injection, ssti, el, deserialization
//	CWE-95   eval injection                            code_injection, el, ssti
//	CWE-96   static code injection                     code_injection, ssi
//	CWE-97   server-side includes                      ssi
//	CWE-98   PHP remote file inclusion                 rfi, path_traversal
//	CWE-99   resource injection                        path_traversal, ssrf, rfi
//	CWE-100  technology-specific validation            deprecated by MITRE: a category without attacks of its own
//	CWE-113  HTTP response splitting                   crlf
//	CWE-116  encoding or escaping of output            unicode finds what hides; the escaping is the sink's
//	CWE-138  special elements                          all classes
//	CWE-184  incomplete list of disallowed inputs      not in a string: the weakness of every detector, this one too
//	CWE-470  unsafe reflection                         code_injection, el, deserialization
//	CWE-471  modification of assumed-immutable data    prototype_pollution
//	CWE-564  SQL injection: Hibernate                  sqli
//	CWE-610  externally controlled reference           ssrf, rfi, path_traversal, xxe
//	CWE-643  XPath injection                           xpath
//	CWE-644  HTTP headers for scripting syntax         crlf, xss
//	CWE-652  XQuery injection                          xpath
//	CWE-917  expression language injection             el
func A03() []Weakness {
	all := slices.DeleteFunc(Classes(), func(c scan.Class) bool { return c == LinkClass })
	return []Weakness{
		{20, "Improper Input Validation", all, "the rules on fields say what a value may be; detection only says what it must not be"},
		{74, "Improper Neutralization of Special Elements in Output Used by a Downstream Component", all, "the parent of the others"},
		{75, "Failure to Sanitize Special Elements into a Different Plane", all, "the parent of the others"},
		{77, "Command Injection", []scan.Class{"cmdi"}, ""},
		{78, "OS Command Injection", []scan.Class{"cmdi"}, ""},
		{79, "Cross-site Scripting", []scan.Class{"xss"}, ""},
		{80, "Improper Neutralization of Script-Related HTML Tags in a Web Page", []scan.Class{"xss"}, ""},
		{83, "Improper Neutralization of Script in Attributes in a Web Page", []scan.Class{"xss"}, ""},
		{87, "Improper Neutralization of Alternate XSS Syntax", []scan.Class{"xss", "unicode"}, ""},
		{88, "Argument Injection", []scan.Class{"cmdi"}, "options in front of a command's own arguments; a lone \"-v\" is not told from text"},
		{89, "SQL Injection", []scan.Class{"sqli"}, ""},
		{90, "LDAP Injection", []scan.Class{"ldapi"}, ""},
		{91, "XML Injection", []scan.Class{"xxe", "xpath"}, "entities, includes and queries; elements without effect are text"},
		{93, "CRLF Injection", []scan.Class{"crlf"}, ""},
		{94, "Code Injection", []scan.Class{"code_injection", "ssti", "el", "deserialization"}, ""},
		{95, "Eval Injection", []scan.Class{"code_injection", "el", "ssti"}, ""},
		{96, "Static Code Injection", []scan.Class{"code_injection", "ssi"}, ""},
		{97, "Server-Side Includes Within a Web Page", []scan.Class{"ssi"}, ""},
		{98, "PHP Remote File Inclusion", []scan.Class{"rfi", "path_traversal"}, ""},
		{99, "Resource Injection", []scan.Class{"path_traversal", "ssrf", "rfi"}, "an identifier that is merely somebody else's is a matter of authorisation"},
		{100, "Technology-Specific Input Validation Problems", nil, "deprecated by MITRE: a category without attacks of its own"},
		{113, "HTTP Request/Response Splitting", []scan.Class{"crlf"}, ""},
		{116, "Improper Encoding or Escaping of Output", []scan.Class{"unicode"}, "what hides is found; the escaping is the sink's"},
		{138, "Improper Neutralization of Special Elements", all, "the parent of the others"},
		{184, "Incomplete List of Disallowed Inputs", nil, "no property of a string: the weakness of every detector, this one included"},
		{470, "Unsafe Reflection", []scan.Class{"code_injection", "el", "deserialization"}, "calls through reflection; a lone class name is not told from text"},
		{471, "Modification of Assumed-Immutable Data", []scan.Class{"prototype_pollution"}, ""},
		{564, "SQL Injection: Hibernate", []scan.Class{"sqli"}, "HQL leaves its string as SQL does"},
		{610, "Externally Controlled Reference to a Resource in Another Sphere", []scan.Class{"ssrf", "rfi", "path_traversal", "xxe"}, ""},
		{643, "XPath Injection", []scan.Class{"xpath"}, ""},
		{644, "Improper Neutralization of HTTP Headers for Scripting Syntax", []scan.Class{"crlf", "xss"}, ""},
		{652, "XQuery Injection", []scan.Class{"xpath"}, "XQuery contains XPath"},
		{917, "Expression Language Injection", []scan.Class{"el"}, ""},
	}
}

// CWEs gives the weaknesses that the attacks of a class exploit, the most specific first.
func CWEs(c scan.Class) []int {
	return slices.Clone(cwes[c])
}

var cwes = map[scan.Class][]int{
	"xss":                 {79, 80, 83, 87},
	"sqli":                {89, 564},
	"nosqli":              {943},
	"cmdi":                {78, 77, 88},
	"path_traversal":      {22, 23, 36, 73, 158},
	"ldapi":               {90},
	"xpath":               {643, 652, 91},
	"ssti":                {1336, 94},
	"el":                  {917, 502},
	"xxe":                 {611, 776, 827, 91},
	"ssi":                 {97, 96},
	"crlf":                {93, 113, 117, 644, 150},
	"code_injection":      {94, 95, 96, 470},
	"deserialization":     {502},
	"prototype_pollution": {1321, 471},
	"format_string":       {134},
	"csv_injection":       {1236},
	"ssrf":                {918, 441},
	"rfi":                 {98, 829},
	"unicode":             {176, 116, 451, 1007},
	"link":                {601, 1021},
}
