// Package outbox keeps orders before they are sent, so that none is lost and none is sent twice, whatever
// happens to this process between its caller and Tango.
//
// An order is written to a Store with its tenant, its externalRefID and its body, and only then sent. Who
// submits it again gets the first one's state; with another body, ErrDifferent. Workers send with the pace of
// their client. An outcome that is not known is settled by look-up, never by another id. After a crash the next
// New goes on where the last one ended.
//
//	queued -> sending -> placed | refused | unknown
//	unknown -> placed, or back to queued when Tango has no such order
//
// Guaranteed, as long as the store keeps what it took and Tango remembers an externalRefID: an order that
// Submit accepted is placed at most once; it ends as placed or refused, or stays unknown with a Reason when
// only a person can tell. The right to the account and the rules for its texts are checked when it is
// submitted, and again when it is sent.
//
// Not guaranteed: an order of the sequence (single orders pass bulk ones, tenants take turns); that one
// process at a time uses a Store of somebody else's making (the one of Open makes sure of it).
//
// When not to use it: for calls other than orders, for the reward codes (read them with GetOrder), or with one file of Open
// for several machines; implement Store on a database that they share.
//
// How it fails: Submit gives an error when nothing was kept. What happens later is a state and a Reason of the entry. A store
// that cannot be written stops the order that needs it and is tried again; nothing is sent that was not stored.
//
// Kept: the order as it was submitted, without anything that Tango answered but its ids and states, so no
// reward codes. Personal data goes when Config.Retention is over, or with Delete; from the files of a store, too,
// within an hour (see Compacter). What a disk, a file system or a backup keeps is theirs.
package outbox
