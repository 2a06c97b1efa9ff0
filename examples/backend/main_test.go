package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRun starts the program on a free port, places an order and ends it as SIGTERM would.
func TestRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out, stdout := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"-addr", "127.0.0.1:0"}, func(string) string { return "" }, stdout, io.Discard)
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	require.True(t, ok, line)

	req, err := http.NewRequest("POST", url+"/orders", strings.NewReader(
		`{"customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","amount":25,"utid":"U561593","deliveryMethod":"NONE"}`))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer demo-key")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, 201, res.StatusCode, string(body))

	cancel()
	select {
	case err := <-ended:
		assert.NoError(t, err)
	case <-time.After(time.Minute):
		t.Fatal("the program does not end")
	}
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	for says, args := range map[string][]string{
		"flag provided but not defined": {"-x"},
		"unexpected argument":           {"extra"},
		"BaseURL":                       {"-tango", "http://tango.example/raas/v2"},
		"listen":                        {"-addr", "nowhere:1:1"},
	} {
		err := run(t.Context(), args, func(string) string { return "" }, io.Discard, io.Discard)
		assert.ErrorContains(t, err, says)
	}
}
