package deserialization_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/deserialization"
	"github.com/tangoguard/tangoguard/internal/detect/scantest"
)

func TestCorpus(t *testing.T) { scantest.Corpus(t, deserialization.Detector()) }
