// Package benchmarks measures the library beside its peers in one run: detection beside libinjection and Coraza
// with the OWASP Core Rule Set, cleaning beside bluemonday, the guarded request beside Echo's binder. It is a module of
// its own, so that users of the library do not inherit the peers.
package benchmarks
