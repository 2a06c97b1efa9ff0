package benchmarks

import (
	"strings"
	"testing"

	"github.com/microcosm-cc/bluemonday"

	"github.com/tangoguard/tangoguard/sanitize"
)

// BenchmarkClean cleans text that is clean and text that is not. bluemonday's strict policy is the usual way to
// make plain text; it escapes what it keeps, which sanitize.Text does not.
func BenchmarkClean(b *testing.B) {
	strict := bluemonday.StrictPolicy()
	texts := []struct{ name, text string }{
		{"name", "Sinéad O'Connor"},
		{"ascii-8k", strings.Repeat("The union selected its delegates, or so it's told, from every table of the hall. ", 100)},
		{"scripts-8k", strings.Repeat("Łukasz, 太郎, Σωκράτης, علی, สมชาย: thanks & <3! ", 130)},
		{"markup-8k", strings.Repeat("<p>Thanks, <b>Jo</b>!</p><script>x()</script> ", 180)},
	}
	for _, tt := range texts {
		for _, way := range []struct {
			name  string
			clean func(string) string
		}{{"sanitize.Text", sanitize.Text}, {"sanitize.Line", sanitize.Line}, {"bluemonday.Strict", strict.Sanitize}} {
			b.Run("text="+tt.name+"/way="+way.name, func(b *testing.B) {
				b.SetBytes(int64(len(tt.text)))
				b.ReportAllocs()
				for b.Loop() {
					way.clean(tt.text)
				}
			})
		}
	}
}
