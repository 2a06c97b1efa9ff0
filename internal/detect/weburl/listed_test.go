package weburl

import (
	"slices"
	"testing"
)

// TestListed: the quick look at a host says yes to every name of the lists, and no to most others.
func TestListed(t *testing.T) {
	for _, name := range slices.Concat(metadataNames[:], loopbackNames[:], privateNames[:], helpers[:]) {
		for _, host := range []string{name, "a." + name, "A." + name} {
			if !Listed(host) {
				t.Errorf("%q is not listed", host)
			}
		}
	}
	for _, host := range []string{"", "a", "example.ie", "example.co.uk.ie", "Graz"} {
		if Listed(host) {
			t.Errorf("%q is listed", host)
		}
	}
}
