package pathtraversal_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/pathtraversal"
)

func TestRules(t *testing.T) {
	detecttest.Table(t, pathtraversal.Detector(), detecttest.Rows{
		{"steps up", "../../x", "dot-dot"},
		{"one step to a known file", "x/../wp-config.php", "dot-dot sensitive-file"},
		{"a filter's left-over", "....//....//x", "dot-dot-filter"},
		{"a path parameter", "/..;/admin", "dot-dot-filter"},
		{"a known file", "/etc/passwd", "sensitive-file"},
		{"a known file in a parameter", "?page=etc/passwd", "sensitive-file"},
		{"a known file on Windows", `C:\Windows\win.ini`, "sensitive-file"},
		{"a file of the server", "/app/WEB-INF/web.xml", "sensitive-file"},
		{"another machine", `\\evil.example\share\x`, "unc-path"},
		{"NUL", "a.php\x00.jpg", "nul-cut"},
		{"a step out of an alias", "/img../.git/config", "dot-dot-filter sensitive-file"},
		{"settings of the system", "/etc/gift/gift.conf", "sensitive-file"},
		{"a stream of NTFS", "gift.asp::$DATA", "alternate-name"},
		{"a name that IIS cuts off", "gift.asp;.jpg", "alternate-name"},
		{"a photo among the settings", "/etc/gift/photo.jpg", ""},
		{"a dot behind a word", "img../photo.jpg", ""},
		{"a path in a sentence", "edit /etc/hosts, please", ""},
		{"a step up in a sentence", "see ../README.md for more", ""},
		{"dots in prose", "either.../or...", ""},
	})
}

func TestCorpora(t *testing.T) { detecttest.Corpora(t, pathtraversal.Detector()) }

func TestLinear(t *testing.T) {
	detecttest.Linear(t, pathtraversal.Detector(), 100, "../", "..", "/", "..\\", "....//", "..;/", "0x2e", "x=/", "=/etc", "file:", "/./", ".git/", "a\x00", "\\\\a", ". / ", "a../", ":$i", ".asp;", "/etc/a", "C:\\windows\\ ")
}
