package shell

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestReadSeesWhatTheShellSees(t *testing.T) {
	for _, tt := range []struct {
		source, text string
		marks        Mark
		rest         string // what follows the word
	}{
		{"whoami", "whoami", 0, ""},
		{"whoami -x", "whoami", 0, " -x"},
		{"w'h'o\"am\"i", "whoami", Hidden, ""},
		{"w''hoami", "whoami", Hidden, ""},
		{`w\ho\am\i`, "whoami", Hidden, ""},
		{"w^hoam^i", "whoami", Hidden, ""},
		{"who$@ami", "whoami", Hidden, ""},
		{"who$()ami", "whoami", Hidden, ""},
		{"who``ami", "whoami", Hidden, ""},
		{"who${x}ami", "whoami", Hidden, ""},
		{"'whoami'", "whoami", Quoted, ""},
		{"whoami'; x", "whoami", 0, "'; x"},
		{"cat$IFS/x", "cat", IFS, "$IFS/x"},
		{"cat${IFS}x", "cat", IFS, "${IFS}x"},
		{"{cat,/x}", "cat", Brace, ",/x}"},
		{"c?t x", "c?t", Glob, " x"},
		{"a$(b)", "a", Subst, "$(b)"},
		{"a`b`", "a", Subst, "`b`"},
		{"$A", "", Var, "$A"},
		{"%PATH:~0,1%x", "", Var, "%PATH:~0,1%x"},
		{`C:\x`, `C:\x`, 0, ""},
		{"a|b", "a", 0, "|b"},
		{"a#b", "a", 0, "#b"},
	} {
		var w Word
		w.Read(tt.source, 0, false)
		assert.Equal(t, tt.text, string(w.Text()), tt.source)
		assert.Equal(t, tt.marks, w.Marks, tt.source)
		assert.Equal(t, tt.rest, tt.source[w.End:], tt.source)
	}
}

func TestReadPlus(t *testing.T) {
	var w Word
	w.Read("cat+/x", 0, true)
	assert.Equal(t, "cat", string(w.Text()))
	w.Read("cat+/x", 0, false)
	assert.Equal(t, "cat+/x", string(w.Text()))
}

func TestReadIsBounded(t *testing.T) {
	for _, s := range []string{"a", "''", "$@", `\'`, "``a", "^a", "${a}b", "*"} {
		var w Word
		w.Read("a"+strings.Repeat(s, 1<<16), 0, false)
		assert.LessOrEqual(t, w.End, maxSource+quoteReach+8, "%q", s)
	}
}

func TestLookup(t *testing.T) {
	for _, tt := range []struct {
		name         string
		known, exact bool
	}{
		{"id", true, false}, {"ID", false, false}, {"whoami", true, false}, {"WhoAmI", true, false}, {"WHOAMI", false, false}, {"DIR", true, false}, {"cat", true, false}, {"Cat", false, false},
		{"/bin/cat", true, true}, {"/usr/bin/id", true, true}, {"usr/bin/id", true, true}, {"../../bin/id", true, true}, {"/home/cat", true, false},
		{"cmd.exe", true, false}, {"CMD.EXE", true, false}, {`C:\Windows\System32\whoami.exe`, true, true},
		{"/???/c?t", false, true}, {"/b?n/id", false, true}, {"/etc/hosts?", false, false}, {"/*x*/", false, false}, {"/?/?", false, false}, {"**", false, false},
		{"gift", false, false}, {"", false, false}, {strings.Repeat("a", 100), false, false},
	} {
		var w Word
		w.Read(tt.name, 0, false)
		p, exact := Lookup(&w)
		assert.Equal(t, tt.known, p != 0, tt.name)
		assert.Equal(t, tt.exact, exact, tt.name)
	}
}

func TestSub(t *testing.T) {
	for _, tt := range []struct {
		program, arg string
		ok, sure     bool
	}{
		{"net", "user", true, true}, {"net", "use", true, false}, {"net", "worth", false, false}, {"reg", "QUERY", true, true}, {"ip", "a", true, false}, {"ps", "aux", true, true},
		{"net.exe", "user", true, true}, {"cat", "user", false, false}, {"net", "", false, false},
	} {
		var w Word
		w.Read(tt.program, 0, false)
		ok, sure := Sub(&w, tt.arg)
		assert.Equal(t, [2]bool{tt.ok, tt.sure}, [2]bool{ok, sure}, "%s %s", tt.program, tt.arg)
	}
}

// TestTable: a name that is nobody's word is not an everyday word too.
func TestTable(t *testing.T) {
	for name, p := range programs {
		assert.False(t, p&Sure != 0 && p&Natural != 0, "%s is both", name)
		assert.LessOrEqual(t, len(name), 24, name)
		assert.Equal(t, strings.ToLower(name), name)
	}
	for name := range subs {
		assert.NotZero(t, programs[name]&TakesSub, "%s has sub-commands and is not said to", name)
	}
}

// TestUnknown holds the quick look at a word against reading and looking it up: every program, what is left of its name
// without a letter, and words with what may stand behind and inside them.
func TestUnknown(t *testing.T) {
	names := []string{"O'Brien", "a'b'c", "w'h'oami", "Get-Thing", "ref-2031-000017", "x", "w", "W", "thank", strings.Repeat("a", 60), "_", "7z", "Ünal"}
	for name := range programs {
		names = append(names, name, strings.ToUpper(name), name[1:], name[:len(name)-1], name+"s")
	}
	for _, name := range names {
		for _, tail := range []string{"", " ", "\n", ";", ",", "'", "'s", "'s x", "'x'", "`", "+", "\\n", ".exe"} {
			s := name + tail
			end := Unknown(s, 0)
			if end == 0 {
				continue
			}
			var w Word
			w.Read(s, 0, false)
			if p, exact := Lookup(&w); w.End != end || p != 0 || exact || w.Cut >= 0 {
				t.Errorf("%q: unknown to %d, but it is read to %d, as %v %v", s, end, w.End, p, exact)
			}
		}
	}
	for _, s := range []string{"thank you", "O'Brien", "demo-customer", "Dear"} {
		if Unknown(s, 0) == 0 {
			t.Errorf("%q takes a look-up", s)
		}
	}
}
