package sanitize

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tangoguard/tangoguard/internal/race"
)

// hostile are texts made to be slow: what opens and never ends, what is taken out and joins, what stands in piles.
var hostile = map[string]string{
	"tags that open":             "<a ",
	"tags with a quote":          `<a href="`,
	"tags with one quote each":   `<a b='`,
	"script that never ends":     "<script>",
	"script that ends early":     "<script></scrip",
	"comments that open":         "<!--",
	"comments that nest":         "<!-- -- >",
	"CDATA":                      "<![CDATA[",
	"processing":                 "<?x ",
	"doctype":                    "<!doctype x [",
	"declarations":               "<!x",
	"raw text of each kind":      "<title><style><xmp><iframe><textarea>",
	"tags in tags":               "<<b>b>",
	"tags that join":             "<scr<b></b>ipt>",
	"elements that open":         "<b><i><p><table><td>",
	"elements that end":          "</b></p></td>",
	"formatting mixed up":        "<b><i></b><u></i>",
	"tables":                     "<table><tr><td>",
	"svg and math":               "<svg><math><mtext>",
	"attributes":                 " a=b",
	"< alone":                    "<",
	"& alone":                    "&",
	"references":                 "&lt;b&gt;",
	"references in references":   "&amp;",
	"numbers without end":        "&#0000",
	"marks in a pile":            "\u0301",
	"marks out of order":         "\u0301\u0323",
	"Jamo":                       "\u1100\u1161\u11a8",
	"joiners behind marks":       "\u0301\u200d",
	"joiners":                    "\u200d",
	"flags that are none":        "🏴\U000e0067\U000e0062",
	"tag characters":             "\U000e0067",
	"overrides":                  "\u202e",
	"bytes that are no UTF-8":    "\xff\xc0\xaf",
	"nested quotes of SQL":       "' OR '",
	"percent of percent":         "%25",
	"backslashes":                `\`,
	"spaces":                     " ",
	"line ends":                  "\r\n\r",
	"attacks":                    "<script>alert(1)</script>",
	"attacks apart by invisible": "<scr\u200bipt>alert(1)",
	"commands":                   "; cat /etc/passwd |",
}

// cpuOf is the shortest of a few runs, in processor time.
func cpuOf(f func()) time.Duration {
	best := time.Hour
	for range 4 {
		var before, after syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
		f()
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
		best = min(best, time.Duration(after.Utime.Nano()+after.Stime.Nano()-before.Utime.Nano()-before.Stime.Nano()))
	}
	return best
}

// TestLinear: eight times the text costs eight times as much, whatever it is made of. Work that grew with the square
// would cost sixty-four times as much; the bound lies between, because a clock is no counter.
func TestLinear(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector has its own idea of time")
	}
	const small, times, bound = 6 << 10, 8, 24
	for function, f := range map[string]func(string) string{"Text": Text, "Line": Line, "HTML": HTML, "Strip": Strip} {
		for name, piece := range hostile {
			one := strings.Repeat(piece, small/len(piece))
			all := strings.Repeat(piece, times*small/len(piece))
			f(one)
			slow := cpuOf(func() { f(all) })
			if slow < 3*time.Millisecond {
				continue // 60 ns a byte and less: nothing to see
			}
			if fast := max(cpuOf(func() { f(one) }), 50*time.Microsecond); slow > bound*fast {
				t.Errorf("%s of %q: %v for %d bytes, %v for %d", function, name, fast, len(one), slow, len(all))
			}
		}
	}
}
