package cmdi_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/cmdi"
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
)

func TestCorpora(t *testing.T) { detecttest.Corpora(t, cmdi.Detector()) }

// TestLinear repeats what could make the detector look again and again: openings that never close, names that
// stop short of meaning something, separators without end.
func TestLinear(t *testing.T) {
	detecttest.Linear(t, cmdi.Detector(), 24,
		"; ", "|", "&", "&&", ";;;;", "\n", "\\n", "`",
		"` ", "$(", "$((", "${", "${PATH", "$IFS", "<(", "((((",
		"() {", "(){", "%a", "%PATH%", "--output=", "-exec ", "- ", "'",
		"\";", "; cat '", "; cat ", "cat ", ";sudo ", "sudo sudo ", "; id ", "`id x",
		"a=$b;", "A=1;$B;", "{a,", ";{a,", "/?", "; /???/?", "\\", "^",
		"w^", "||ls x y z ", "-oProxy", ";nohup nohup nohup ", "word ; ls a ", "-c core.", ".(\"a", "& (\"a", "sh -c sh -c ", "id > /", "Stop-Service ", "C:\\\\a.exe ", "$u'i'", "cat x y z w v u t s r ",
	)
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	detecttest.Clean(t, cmdi.Detector(),
		"Happy birthday, Anna; see you on Friday & Saturday!",
		"Tom & Ben | wrapping (twice) - 5 < 6 > 4",
		"Please run `this` for me",
		"a; b; c; d & e",
	)
}
