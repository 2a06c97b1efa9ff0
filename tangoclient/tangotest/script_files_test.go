package tangotest_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

func TestTheExampleScriptShowsEveryAction(t *testing.T) {
	f, err := os.Open("../../testdata/sandbox/faults.jsonl")
	require.NoError(t, err)
	defer f.Close()
	faults, err := tangotest.ReadFaults(f)
	require.NoError(t, err)
	seen := map[tangotest.Action]bool{}
	for _, f := range faults {
		seen[f.Do] = true
	}
	for _, a := range []tangotest.Action{tangotest.Refuse, tangotest.Reset, tangotest.Timeout, tangotest.Delay, tangotest.Late,
		tangotest.Trickle, tangotest.Cut, tangotest.Status, tangotest.HTML, tangotest.WrongTypes, tangotest.UnknownFields,
		tangotest.Skew, tangotest.Pending, tangotest.TokenLimit, tangotest.Certificate} {
		assert.True(t, seen[a], a)
	}
	open(t, func(c *tangotest.Config) { c.Faults = faults })
}
