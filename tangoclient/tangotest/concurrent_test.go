package tangotest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Sixteen goroutines send the same refs at once: each order once, and the balance to the cent.
func TestConcurrentRepeats(t *testing.T) {
	sb := open(t, nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	count := map[int]int{}
	for range 16 {
		wg.Go(func() {
			for i := range 20 {
				a := call(t, sb.Transport(), "POST", "/orders", strings.Replace(orderBody, "ref-1", fmt.Sprint("ref-", i), 1))
				mu.Lock()
				count[a.status]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	assert.Equal(t, map[int]int{201: 20, 200: 300}, count)
	assert.Len(t, sb.Orders(), 20)
	assert.Equal(t, "9490.00", sb.Balance("demo-acc1"))
	assert.Empty(t, sb.Warnings())
}
