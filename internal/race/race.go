// Package race tells tests whether the race detector is on. With it sync.Pool drops what it gets at random, so that
// budgets of allocations do not hold.
package race
