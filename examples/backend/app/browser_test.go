package app_test

import (
	"context"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/browsertest"
)

// TestBrowserPage types an attack into the page, sees it marked, and tries to send an order from the browser. With
// SCREENSHOT=file.png it leaves a picture of the page.
func TestBrowserPage(t *testing.T) {
	ctx, cancel := context.WithTimeout(browsertest.Start(t), time.Minute)
	defer cancel()
	server := httptest.NewServer(demo(t))
	t.Cleanup(server.Close)

	text := func(selector string) string {
		t.Helper()
		s, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector)))
		require.NoError(t, err)
		return s
	}
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(server.URL+"/")))
	require.NoError(t, chromedp.Do(ctx, chromedp.Click(chromedp.CSS("#check"))))
	assert.Contains(t, text(".fine"), "Nothing to refuse")

	require.NoError(t, chromedp.Do(ctx, chromedp.SetValue(chromedp.CSS("textarea"), "日本 <svg onload=alert(1)> bye")))
	require.NoError(t, chromedp.Do(ctx, chromedp.Click(chromedp.CSS("#check"))))
	assert.Contains(t, text(".problem"), "/message")
	assert.Contains(t, text(".problem"), "xss")
	assert.Contains(t, text(".problem mark"), "<svg onload", "the span is bytes, shown where it stands behind two kanji")
	if file := os.Getenv("SCREENSHOT"); file != "" {
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, png, 0o600))
	}

	require.NoError(t, chromedp.Do(ctx, chromedp.Click(chromedp.CSS("#send"))))
	assert.Eventually(t, func() bool {
		out := text("#out")
		return strings.Contains(out, "403.001") && strings.Contains(out, "Authorization Error")
	}, 10*time.Second, 50*time.Millisecond)
}
