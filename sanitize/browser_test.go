package sanitize

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/browsertest"
	"github.com/tangoguard/tangoguard/testdata"
)

// sample is what the browser gets: the output of a sanitizer, or a raw attack.
type sample struct {
	ID   int    `json:"id"`
	HTML string `json:"html"`
	Kind string `json:"kind"` // text, html or raw
	from string // what it was made of, for the report

	Wrong bool `json:"wrong"` // put it where no text belongs too: raw attributes and scripts
}

const (
	batchSize = 100
	mutations = 10_000
	atOnce    = 4 // batches that share their waiting

	quick, slow = 20 * time.Millisecond, 60 * time.Millisecond // for what was set off to happen
)

// TestBrowser puts what the sanitizers make of attacks, raw, into every place of element content that a browser has,
// and nothing may run or be left that can.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: it drives a browser for about a minute")
	}
	b := startBrowser(t)
	attacks := browserAttacks(t)
	t.Run("controls", b.controls)
	t.Run("attacks", func(t *testing.T) { b.harmless(t, attacks) })
	t.Run("mutations", func(t *testing.T) {
		seed := uint64(time.Now().UnixNano())
		if s := os.Getenv("TANGOGUARD_SEED"); s != "" {
			var err error
			seed, err = strconv.ParseUint(s, 10, 64)
			require.NoError(t, err, "TANGOGUARD_SEED")
		}
		t.Logf("TANGOGUARD_SEED=%d makes the same %d mutations again", seed, mutations)
		g := grammar{rand.New(rand.NewPCG(seed, 1))}
		made := make([]string, mutations)
		for i := range made {
			made[i] = g.attack()
		}
		b.harmless(t, made)
	})
	t.Run("template", func(t *testing.T) { b.template(t, attacks) })
}

// browserAttacks are the attacks of testdata and the classes of published advisories.
func browserAttacks(t *testing.T) []string {
	t.Helper()
	lines, err := testdata.Attacks()
	require.NoError(t, err)
	var out []string
	for _, l := range lines {
		out = append(out, l.Text)
	}
	advisories := advisoryVectors(t)
	require.NotEmpty(t, out)
	return append(out, advisories...)
}

// advisoryVectors reads testdata/browser/advisories.jsonl. NEST:n:tag:rest stands for n times the tag and the rest.
func advisoryVectors(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile("../testdata/browser/advisories.jsonl")
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var header struct{ Corpus, Class string }
	require.NoError(t, d.Decode(&header))
	require.Equal(t, "browser advisories", header.Corpus+" "+header.Class)
	var out []string
	classes := map[string]int{}
	for d.More() {
		var l struct{ ID, Category, Label, Text, Note string }
		require.NoError(t, d.Decode(&l))
		require.Equal(t, "attack", l.Label, l.ID)
		classes[l.Category]++
		text := l.Text
		if rest, ok := strings.CutPrefix(text, "NEST:"); ok {
			parts := strings.SplitN(rest, ":", 3)
			n, err := strconv.Atoi(parts[0])
			require.NoError(t, err, l.ID)
			text = strings.Repeat(parts[1], n) + parts[2]
		}
		out = append(out, text)
	}
	assert.Len(t, classes, 10, "one class for each advisory")
	return out
}

// sanitizers under test, by the kind of what they return.
var sanitizers = []struct {
	name, kind string
	clean      func(string) string
}{
	{"Text", "text", Text}, {"Line", "text", Line}, {"Strip", "text", Strip}, {"HTML", "html", HTML},
}

// harmless puts the output of every sanitizer for every attack into every place. Equal outputs go in once.
func (b *browser) harmless(t *testing.T, attacks []string) {
	seen := map[string]bool{}
	var samples []sample
	for _, attack := range attacks {
		for _, s := range sanitizers {
			out := s.clean(attack)
			if key := s.kind + out; !seen[key] {
				seen[key] = true
				samples = append(samples, sample{ID: len(samples), HTML: out, Kind: s.kind, from: fmt.Sprintf("%s(%q)", s.name, attack)})
			}
		}
	}
	t.Logf("%d attacks, %d different outputs, %d batches", len(attacks), len(samples), (len(samples)+batchSize-1)/batchSize)
	b.run(t, samples, "/document")
}

// template puts the text sanitizers' output where only html/template may put it: into attributes and a script.
func (b *browser) template(t *testing.T, attacks []string) {
	var samples []sample
	for _, attack := range attacks {
		for _, s := range sanitizers[:3] {
			samples = append(samples, sample{ID: len(samples), HTML: s.clean(attack), Kind: s.kind, from: fmt.Sprintf("%s(%q)", s.name, attack)})
		}
	}
	b.run(t, samples, "/template")
}

// controls shows that the harness sees what runs: raw attacks, and Text where it must not be put.
func (b *browser) controls(t *testing.T) {
	lines, err := testdata.Attacks()
	require.NoError(t, err)
	var raw []sample
	for _, l := range lines {
		if l.Category == "xss" {
			raw = append(raw, sample{ID: len(raw), HTML: l.Text, Kind: "raw", from: l.ID})
		}
	}
	require.NotEmpty(t, raw)
	quiet := b.quiet(t, raw)
	for i := range quiet {
		quiet[i].Wrong = true
	}
	inContent := len(raw) - len(quiet)
	quiet = b.quiet(t, quiet)
	fired := len(raw) - len(quiet)
	t.Logf("%d of %d raw XSS vectors fire: %d as element content, %d in attributes and scripts", fired, len(raw), inContent, fired-inContent)
	for _, s := range quiet {
		t.Logf("does not fire: %s %q", s.from, s.HTML)
	}
	assert.GreaterOrEqual(t, float64(fired), 0.4*float64(len(raw)), "raw XSS vectors that fire")

	// Text is for element content. In an attribute without escaping, a quotation mark ends the attribute.
	inAttribute := `<img src=x title="` + Text(`" onerror="alert(1)`) + `">`
	r := b.batches(t, []int{b.put([]sample{{HTML: inAttribute, Kind: "raw"}})}, "/document", slow)
	assert.NotEmpty(t, r[0].Fired, "raw Text in an attribute")

	// What the DOM check must see, and where.
	for _, bad := range []string{"<b>x</b>", "<!-- x -->"} {
		r := b.batches(t, []int{b.put([]sample{{HTML: bad, Kind: "text"}})}, "/document", quick)
		assert.NotEmpty(t, r[0].Bad, "%s as text", bad)
	}
	for _, bad := range []string{"<form>", "<a href='javascript:1'>x", "<p onclick=1>", "<svg>"} {
		r := b.batches(t, []int{b.put([]sample{{HTML: bad, Kind: "html"}})}, "/document", quick)
		assert.NotEmpty(t, r[0].Bad, "%s as rich text", bad)
	}
}

// quiet puts each sample into a document of its own and returns those that do not fire.
func (b *browser) quiet(t *testing.T, samples []sample) (quiet []sample) {
	t.Helper()
	for group := range slices.Chunk(samples, 3*atOnce) {
		var ids []int
		for _, s := range group {
			ids = append(ids, b.put([]sample{s}))
		}
		for i, r := range b.batches(t, ids, "/document", slow) {
			own := slices.DeleteFunc(r.Fired, func(s string) bool { return strings.HasPrefix(s, "top.") })
			if len(own) == 0 {
				quiet = append(quiet, group[i])
			}
		}
	}
	return quiet
}

// run puts the samples into the browser in batches. A batch in which something fires is halved until the sample is found.
func (b *browser) run(t *testing.T, samples []sample, view string) {
	t.Helper()
	var batches [][]sample
	for batch := range slices.Chunk(samples, batchSize) {
		batches = append(batches, batch)
	}
	for group := range slices.Chunk(batches, atOnce) {
		var ids []int
		for _, batch := range group {
			ids = append(ids, b.put(batch))
		}
		for i, r := range b.batches(t, ids, view, quick) {
			for _, bad := range r.Bad {
				s := group[i][slices.IndexFunc(group[i], func(s sample) bool { return s.ID == bad.Sample })]
				t.Errorf("%s = %q leaves %s in %s", s.from, s.HTML, bad.What, bad.Place)
			}
			if len(r.Fired) > 0 {
				b.bisect(t, group[i], r.Fired, view)
			}
		}
		if t.Failed() {
			return
		}
	}
}

func (b *browser) bisect(t *testing.T, batch []sample, fired []string, view string) {
	t.Helper()
	if len(batch) == 1 {
		t.Errorf("%s = %q fires: %s", batch[0].from, batch[0].HTML, fired)
		return
	}
	found := false
	for _, half := range [][]sample{batch[:len(batch)/2], batch[len(batch)/2:]} {
		if r := b.batches(t, []int{b.put(half)}, view, slow); len(r[0].Fired) > 0 {
			found = true
			b.bisect(t, half, r[0].Fired, view)
		}
	}
	if !found {
		t.Errorf("%d samples from %s on fire together, and not apart: %s", len(batch), batch[0].from, fired)
	}
}

// browser is a running chromium with the harness loaded, and the server that it loads from.
type browser struct {
	ctx context.Context

	mu      sync.Mutex
	samples map[int][]sample
}

type batchResult struct {
	Fired []string `json:"fired"`
	Bad   []struct {
		Sample int    `json:"sample"`
		Place  string `json:"place"`
		What   string `json:"what"`
	} `json:"bad"`
}

// put makes a batch available to the browser.
func (b *browser) put(samples []sample) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := len(b.samples)
	b.samples[id] = samples
	return id
}

// batches runs batches side by side. The document is laid out if it gets time to settle.
func (b *browser) batches(t *testing.T, ids []int, view string, settle time.Duration) []batchResult {
	t.Helper()
	list, err := json.Marshal(ids)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	results, err := chromedp.Run(ctx, chromedp.Evaluate[[]batchResult](
		fmt.Sprintf("runBatches(%s, %q, %d, %t)", list, view, settle.Milliseconds(), settle > quick), chromedp.EvalAwaitPromise, chromedp.EvalAsValue))
	require.NoError(t, err)
	require.Len(t, results, len(ids))
	return results
}

// startBrowser starts chromium. Where there is none the test is skipped; CI installs it, so there it fails.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	b := &browser{samples: map[int][]sample{}}
	server := httptest.NewServer(b.handler(t))
	t.Cleanup(server.Close)

	ctx := browsertest.Start(t)
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(server.URL+"/")))
	b.ctx = ctx
	return b
}

// escaped is a page in which html/template puts the samples where text needs escaping.
var escaped = template.Must(template.New("").Parse(`<!doctype html><script nonce="harness" src="/document.js"></script>
{{range .}}<section id="{{.ID}}"><p title="{{.HTML}}">{{.HTML}}</p><a href="{{.HTML}}">x</a><input value='{{.HTML}}'><img alt={{.HTML}}><script nonce="harness">var x = {{.HTML}}, y = "{{.HTML}}";</script></section>
{{end}}`))

func (b *browser) handler(t *testing.T) http.Handler {
	mux := http.NewServeMux()
	for _, name := range []string{"harness.js", "document.js"} {
		js, err := os.ReadFile(filepath.Join("..", "testdata", "browser", name))
		require.NoError(t, err)
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
			w.Write(js)
		})
	}
	page := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy-Report-Only", "script-src 'nonce-harness' 'report-sample'")
	}
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><title>harness</title><body><script src="/harness.js"></script>`)
	})
	mux.HandleFunc("/document", func(w http.ResponseWriter, _ *http.Request) {
		page(w)
		fmt.Fprint(w, `<!doctype html><title>batch</title><body><script nonce="harness" src="/document.js"></script>`)
	})
	mux.HandleFunc("/template", func(w http.ResponseWriter, r *http.Request) {
		page(w)
		assert.NoError(t, escaped.Execute(w, b.batch(r)))
	})
	mux.HandleFunc("/samples", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		assert.NoError(t, json.NewEncoder(w).Encode(b.batch(r)))
	})
	return mux
}

func (b *browser) batch(r *http.Request) []sample {
	id, err := strconv.Atoi(r.URL.Query().Get("batch"))
	if err != nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.samples[id]
}
