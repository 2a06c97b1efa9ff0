package redisstore

import "flag"

// The Chaos tests are in package outbox. The flag is known here too, so that
// go test ./tangoclient/... -run Chaos -chaos=10000 is one command.
var _ = flag.Int("chaos", 0, "read by the tests of tangoclient/outbox")
