package cmdi_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/cmdi"
	"github.com/tangoguard/tangoguard/internal/detect/scantest"
)

func TestCorpus(t *testing.T) { scantest.Corpus(t, cmdi.Detector()) }
