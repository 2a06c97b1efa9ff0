package sanitize

import (
	"github.com/tangoguard/tangoguard/internal/detect"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// inspect is validate.Inspect, which this package cannot import.
func inspect(s string) []scan.Finding { return detect.Inspect(s) }

func attack(s string) bool { return len(inspect(s)) > 0 }
