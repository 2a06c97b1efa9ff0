package sanitize

import (
	"strings"
	"testing"

	"github.com/microcosm-cc/bluemonday"
)

var benchTexts = []struct{ name, text string }{
	{"name", "Siobhán O'Brien"},
	{"ascii-4k", strings.Repeat("Dear Anna, thank you for your help this year; I owe you one. ", 68)},
	{"signs-4k", strings.Repeat("a < b & c > d, I <3 you, AT&T, 100% -- really; \"ok\"? ", 78)},
	{"japanese-4k", strings.Repeat("お誕生日おめでとうございます。素敵な一年になりますように。", 48)},
	{"chinese-4k", strings.Repeat("生日快乐，祝你一切顺利。感谢你这一年的帮助！", 60)},
	{"korean-4k", strings.Repeat("생일 축하합니다. 늘 건강하시고 행복하세요! ", 70)},
	{"hindi-4k", strings.Repeat("जन्मदिन की हार्दिक शुभकामनाएँ, बड़ा भाई। ", 40)},
	{"arabic-4k", strings.Repeat("عيد ميلاد سعيد، شكرًا على كل شيء. ", 66)},
	{"thai-4k", strings.Repeat("สุขสันต์วันเกิด ขอให้มีความสุขมาก ๆ ", 40)},
	{"vietnamese-4k", strings.Repeat("Chúc mừng sinh nhật, cảm ơn bạn đã giúp đỡ. ", 75)},
	{"russian-4k", strings.Repeat("С днём рождения, спасибо за всё! ", 70)},
	{"markup-4k", strings.Repeat("<p>Dear <b>Anna</b>,</p> thank you<br>", 108)},
}

func BenchmarkText(b *testing.B) {
	for _, row := range benchTexts {
		b.Run("text="+row.name, func(b *testing.B) {
			b.SetBytes(int64(len(row.text)))
			b.ReportAllocs()
			Text(row.text) // makes the tables
			b.ResetTimer()
			for b.Loop() {
				Text(row.text)
			}
		})
	}
}

func BenchmarkLine(b *testing.B) {
	for _, row := range benchTexts {
		line := Line(row.text)
		b.Run("text="+row.name, func(b *testing.B) {
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				Line(line)
			}
		})
	}
}

// BenchmarkBluemonday is what BenchmarkText is compared with.
func BenchmarkBluemonday(b *testing.B) {
	strict := bluemonday.StrictPolicy()
	for _, row := range benchTexts {
		b.Run("text="+row.name, func(b *testing.B) {
			b.SetBytes(int64(len(row.text)))
			b.ReportAllocs()
			for b.Loop() {
				strict.Sanitize(row.text)
			}
		})
	}
}

func BenchmarkHTML(b *testing.B) {
	text := benchTexts[len(benchTexts)-1].text
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		HTML(text)
	}
}

func BenchmarkStruct(b *testing.B) {
	v := struct {
		Name    string `sanitize:"line"`
		Message string
		Tags    []string
		Fields  map[string]string
	}{"O'Brien", benchTexts[1].text[:500], []string{"a", "b", "c"}, map[string]string{"note": "x"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Struct(&v); err != nil {
			b.Fatal(err)
		}
	}
}
