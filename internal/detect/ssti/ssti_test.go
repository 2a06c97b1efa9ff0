package ssti_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/scantest"
	"github.com/tangoguard/tangoguard/internal/detect/ssti"
)

func TestCorpus(t *testing.T) { scantest.Corpus(t, ssti.Detector()) }
