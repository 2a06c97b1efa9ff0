package detect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// prose is clean text as people write it, with the characters that attacks are made of.
const prose = "Dear Anna, thank you for the lovely evening (and the cake!). I'm still laughing about O'Brien's story; " +
	"we should do that again soon. Here is a little something from all of us - spend it on whatever you like, " +
	"but not on socks. Happy birthday, and see you on 5 May at 7:30, as always. Love, Grandma & Grandpa. "

func BenchmarkInspect(b *testing.B) {
	for _, bc := range []struct{ name, text string }{
		{"name", "Siobhán O'Brien-Müller"},
		{"plain-name", "Anna Smith"},
		{"message", "Happy birthday, Anna! Spend it on something nice, you've earned it. Love, Tom & Sue"},
		{"prose-64k", strings.Repeat(prose, 1<<16/len(prose))},
		{"cyrillic-64k", strings.Repeat("Дорогая Анна, спасибо за чудесный вечер. ", 1<<16/75)},
		{"sqli", "1' UNION SELECT username, password FROM users--"},
		{"percent-xss", "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.SetBytes(int64(len(bc.text)))
			b.ReportAllocs()
			for b.Loop() {
				Inspect(bc.text)
			}
		})
	}
}

// BenchmarkDetectors shows which detector takes how long on clean text.
func BenchmarkDetectors(b *testing.B) {
	for _, class := range Classes() {
		set := NewSet(func(c scan.Class) bool { return c == class })
		for _, n := range []int{1, 200} {
			text := strings.Repeat(prose, n)
			b.Run(fmt.Sprintf("class=%s/bytes=%d", class, len(text)), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					set.Inspect(text)
				}
			})
		}
	}
}
