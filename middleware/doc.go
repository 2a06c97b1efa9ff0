// Package middleware hardens an Echo v4 backend whose users send gift cards: each check mounted on a request,
// usable alone, with a Config whose zero value is the safe default. Everything is a function over *http.Request
// underneath; ToHandler gives the net/http form.
//
//	e := echo.New()
//	e.HTTPErrorHandler = middleware.HTTPErrorHandler
//	middleware.HardenServer(e.Server)
//	e.Pre(middleware.RequestID())                     // the id is there for everything that follows
//	api := e.Group("/orders",
//		middleware.RejectBrowsers(),                  // 403 even without a key
//		authenticate,                                 // 401
//		middleware.Guard(),                           // 400, 413, 415
//		middleware.RequireAccount(accountsOfTenant))  // 403
//	api.POST("", create)                              // made by middleware.Handle[Order]
//
// Guaranteed: a handler behind the guard reads exactly the bytes that were inspected, as often as it likes; the
// guard, the account check and Handle accept a JSON text only if it can be read in one way; an account or object
// that is not shown to be the caller's is refused, also when a resolver fails; no answer holds a value that was
// sent, a Go type name or a text of Tango; time and memory are linear in the request and bounded.
//
// Not guaranteed: that what passes is harmless at every sink. No finding is no proof; queries need parameters
// and pages need escaping.
//
// When not to use it: on routes that only browsers call (RejectBrowsers would refuse them all; AllowedOrigins lets a page of
// your own through), and on uploads larger than memory, because a body is read whole before its handler runs.
//
// What a middleware cannot see, so that a server or proxy must see to it: Content-Length beside
// Transfer-Encoding and other disagreements about where a request ends (net/http refuses or normalises them
// before); slow headers (HardenServer); whether X-Forwarded-For or X-Forwarded-Proto is true (c.RealIP and
// c.Scheme believe anybody until Echo.IPExtractor is set); anything after an upgrade or CONNECT; what a
// middleware further out has read or changed before.
//
// How it fails: every refusal is a [*Refusal], found with errors.As, which [HTTPErrorHandler] answers in Tango's
// error envelope, or as RFC 9457 if Accept names application/problem+json. With Echo's own error handler the
// answer is the envelope too.
package middleware
