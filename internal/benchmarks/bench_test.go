package benchmarks

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/testdata"
)

// BenchmarkInspect asks each detector about the same texts: a name, a message, a page of prose and an attack.
func BenchmarkInspect(b *testing.B) {
	all, err := detectors()
	require.NoError(b, err)
	texts := []struct{ name, text string }{
		{"name", "Sinéad O'Connor"},
		{"message", "Happy birthday, Mum! We'd love to see you & the kids on Sunday -- it's been too long <3"},
		{"prose-8k", strings.Repeat("The union selected its delegates, or so it's told, from every table of the hall. ", 100)},
		{"attack", "x' OR '1'='1' -- "},
	}
	for _, d := range all {
		for _, tt := range texts {
			b.Run("detector="+d.name+"/text="+tt.name, func(b *testing.B) {
				b.SetBytes(int64(len(tt.text)))
				b.ReportAllocs()
				for b.Loop() {
					d.found(tt.text)
				}
			})
		}
	}
}

// BenchmarkCorpus goes once through all honest texts of the corpus.
func BenchmarkCorpus(b *testing.B) {
	lines, err := testdata.Benign()
	require.NoError(b, err)
	all, err := detectors()
	require.NoError(b, err)
	for _, d := range all {
		b.Run("detector="+d.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, l := range lines {
					d.found(l.Text)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(lines)), "ns/string")
		})
	}
}
