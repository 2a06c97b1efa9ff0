package prototypepollution_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/prototypepollution"
	"github.com/tangoguard/tangoguard/internal/detect/scantest"
)

func TestCorpus(t *testing.T) { scantest.Corpus(t, prototypepollution.Detector()) }
