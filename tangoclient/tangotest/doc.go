// Package tangotest is a Tango that lives in your process: a stateful sandbox of the RaaS API v2.
package tangotest
