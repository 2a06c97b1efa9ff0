// Package tangoclient is a client of the Tango API ("RaaS v2") that can be trusted with money and keys.
//
//	client, err := tangoclient.New(tangoclient.Config{
//		Environment: tangoclient.Sandbox,
//		Credentials: tangoclient.FromEnv(),
//	})
//	order, err := client.CreateOrder(ctx, tangoclient.OrderRequest{ExternalRefID: tangoclient.RefFrom("survey-7", userID), ...})
//
// # What is guaranteed
//
// An order is placed at most once, as long as its externalRefID is kept and Tango remembers it: the reference
// and the bytes are fixed before the first attempt, and every attempt carries them. What became of a call is
// said by its error: see CreateOrder. An outcome that is not known is an *UnknownOutcomeError and nothing else,
// and Settle finds it out.
//
// The client changes nothing that it is given. What package sanitize would change, what validate.Inspect
// reports and what Tango documents as refused is a *RefusedError before anything is sent.
//
// The peer is verified, redirects are not followed, replies are bounded (1 MiB, a catalog 64 MiB, 64 levels),
// and keys, tokens and reward codes do not print. See Secret for what that means and what it does not.
//
// A client made by Scoped cannot name, see or touch an account that is not in its scope.
//
// # What is not
//
// Tango has no call that takes an order back. A reference that Tango has forgotten (after 90 days, by an older
// page of its documentation) would be placed again: do not send one that was first tried long ago (see
// ReplayWindow). Limits hold for one process, and a day's count ends with it; so does the pace, unless package
// redisstore shares it. Nothing was compared with the live service; package tangotest says which of its behaviours
// are documented.
//
// # When not to use it
//
// Not in a browser or an app: Tango wants calls from servers, and a key that is handed out is lost. Not for
// registering credit cards: card numbers are to stay out of this process. Not for orders that must survive a
// crash of the program: for those, package outbox keeps them before they are sent.
//
// # How it fails
//
// Every attempt has 15 s, there are at most five, and MaxElapsed (2 min) bounds them all; waits between them
// only grow. A call ends at once when its context does, and a wait that cannot end in time is not begun. An
// attempt of a write that has left runs on to its own 15 s; Config.OnLateOutcome hears how it ended.
//
//	*RefusedError          this client refused the request; nothing was sent
//	*ForbiddenError        it is not in the scope of a scoped client; nothing of it is shown
//	*LimitError            it is over Config.Limits; nothing was sent
//	*Error                 Tango's refusal, or no answer to what cannot have changed anything
//	*ReplayMismatchError   Tango's order for an externalRefID is another one than was asked for
//	*UnknownOutcomeError   a write that may have happened
//
// What became of it is what counts, so look for the type first (errors.As); the Err values sort an *Error further.
//
// # Keys: a runbook
//
// Routine, at least every 90 days (Config.KeyMaxAge warns, KeyStatus tells a health check): make a second key
// in Tango's portal (it allows two), put it first and the old one second (Pair, or an array in the file of
// FromFile), wait until every process has it, deactivate the old one in the portal (that cannot be undone), see
// in KeyStatus that nothing is refused, and take the old one out of the configuration.
//
// Somebody with access left, or a key may have been seen by the wrong people: the same at once, without waiting;
// put the new key first and deactivate the old one within the hour. With OAuth, deactivate the client secret
// or the service account in the portal and call Revoke, which wipes the tokens that are kept. A token that was
// stolen works until it expires, up to 24 hours after its secret was withdrawn, so ask Tango to end it, and
// think of ShortTokens. Then go through the orders of that time (Orders with StartDate).
//
// Large changes of the API or of the systems round it: a routine change, so that it is known to work.
package tangoclient

import "time"

// ReplayWindow is how old the first attempt at an order may be for its externalRefID to be sent again. An older
// page of Tango's promises 90 days; the difference is for clocks and queues.
const ReplayWindow = 80 * 24 * time.Hour
