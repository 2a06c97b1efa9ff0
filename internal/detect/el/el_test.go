package el_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/el"
	"github.com/tangoguard/tangoguard/internal/detect/scantest"
)

func TestCorpus(t *testing.T) { scantest.Corpus(t, el.Detector()) }
