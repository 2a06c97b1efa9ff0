package benchmarks

import (
	"encoding/json"
	"slices"
	"time"
)

func jsonBody(text string) ([]byte, error) {
	return json.Marshal(map[string]string{"message": text})
}

func middle(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
