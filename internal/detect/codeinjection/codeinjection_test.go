package codeinjection_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/codeinjection"
	"github.com/tangoguard/tangoguard/internal/detect/scantest"
)

func TestCorpus(t *testing.T) { scantest.Corpus(t, codeinjection.Detector()) }
