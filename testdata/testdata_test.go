package testdata

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCorporaAreWellFormed(t *testing.T) {
	attacks, err := Attacks()
	require.NoError(t, err)
	assert.Greater(t, len(attacks), 300)
	benign, err := Benign()
	require.NoError(t, err)
	assert.Greater(t, len(benign), 300)
	orders, err := Orders()
	require.NoError(t, err)
	assert.Greater(t, len(orders), 10)
}

func TestParseRefusesWhatTheFormatDoesNotKnow(t *testing.T) {
	const head = `{"corpus":"attacks","class":"xss"}` + "\n"
	for name, body := range map[string]string{
		"unknown header":   `{"corpus":"attacks","class":"xss","licence":"x"}` + "\n" + `{"id":"1","category":"xss","label":"attack","text":"x"}`,
		"other class":      `{"corpus":"attacks","class":"sqli"}` + "\n" + `{"id":"1","category":"sqli","label":"attack","text":"x"}`,
		"unknown field":    head + `{"id":"1","category":"xss","label":"attack","text":"x","source":"y"}`,
		"wrong label":      head + `{"id":"1","category":"xss","label":"benign","text":"x"}`,
		"wrong category":   head + `{"id":"1","category":"sqli","label":"attack","text":"x"}`,
		"no text":          head + `{"id":"1","category":"xss","label":"attack"}`,
		"two values":       head + `{"id":"1","category":"xss","label":"attack","text":"x"} {}`,
		"only a header":    head,
		"empty file":       "",
		"no JSON":          head + "x",
		"header not first": `{"id":"1","category":"xss","label":"attack","text":"x"}`,
	} {
		_, err := parse("attacks/xss.jsonl", "attacks", "attack", []byte(body))
		assert.Error(t, err, name)
	}
	lines, err := parse("attacks/xss.jsonl", "attacks", "attack", []byte(head+`{"id":"1","category":"xss","label":"attack","text":"x","note":"n"}`))
	require.NoError(t, err)
	assert.Equal(t, []Line{{ID: "1", Category: "xss", Label: "attack", Text: "x", Note: "n"}}, lines)
}
