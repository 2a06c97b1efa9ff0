//go:build race

package jsonwalk_test

const raceEnabled = true
