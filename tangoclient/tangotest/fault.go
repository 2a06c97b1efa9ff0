package tangotest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// Action says what a Fault does to the requests that it meets.
type Action string

// The actions. Each says in brackets which other fields of a Fault it reads. Those that end the connection
// need HTTP/1.1 or Transport.
const (
	Refuse        Action = "refuse"         // the connection is refused (over a socket: reset as soon as the request is in)
	Reset         Action = "reset"          // the connection is reset without an answer [Commit]
	Timeout       Action = "timeout"        // no answer until the client gives up [Commit]
	Delay         Action = "delay"          // the request is held for Wait, then done and answered; its ref is in process meanwhile [Wait]
	Late          Action = "late"           // no answer; Wait after the client gave up the request is done after all; look-ups are empty until then [Wait]
	Trickle       Action = "trickle"        // the body of the answer comes a byte at a time, with Wait behind each [Wait]
	Cut           Action = "cut"            // the answer ends after Bytes bytes of its body [Bytes]
	Status        Action = "status"         // this status instead of the answer, in Tango's envelope [Status, I18nKey, Message, RetryAfter, Commit]
	HTML          Action = "html"           // a gateway's page of HTML instead of the answer [Status, RetryAfter, Commit]
	WrongTypes    Action = "wrong-types"    // the answer's members have other JSON types [Member]
	UnknownFields Action = "unknown-fields" // the answer has members that nobody documented, in every object
	Skew          Action = "skew"           // the answer's clock is wrong by Wait, which may be negative [Wait]
	Pending       Action = "pending"        // the order is answered as PENDING and completes after Wait [Wait]
	TokenLimit    Action = "token-limit"    // the token endpoint says that its daily limit is exceeded
	Certificate   Action = "certificate"    // the TLS handshake shows a bad certificate [Cert]
)

var actions = []Action{Refuse, Reset, Timeout, Delay, Late, Trickle, Cut, Status, HTML, WrongTypes, UnknownFields,
	Skew, Pending, TokenLimit, Certificate}

// Fault is one thing that goes wrong. The fields from Method to Chance choose the requests that it meets;
// each that is left empty matches every request. Of several faults that match, the first one given acts.
// The JSON names are those of a fault script.
type Fault struct {
	Do Action `json:"do"`

	Method string `json:"method,omitzero"`
	// Path is a pattern of path.Match below /raas/v2, such as "/orders" or "/orders/*", or "/oauth/token".
	Path string `json:"path,omitzero"`
	// Ref is the externalRefID of the body or the query.
	Ref string `json:"ref,omitzero"`
	// Key is the platform key, token or client id that the request shows.
	Key string `json:"key,omitzero"`
	// Skip lets that many matching requests pass first.
	Skip int `json:"skip,omitzero"`
	// Times is how many requests it then meets: 0 means 1, negative means all.
	Times int `json:"times,omitzero"`
	// Chance is the share of matching requests that it meets, above 0 and up to 1; 0 means 1. Which ones
	// depends on FaultSeed, the request's method, path, account and ref, and how often it came before; not
	// on the order in which goroutines run.
	Chance float64 `json:"chance,omitzero"`

	// Commit: the request has its effect, although the answer is not what it should be.
	Commit bool `json:"commit,omitzero"`
	// Wait is a length of time; in a script it is written as Go writes it: "1.5s", "-10m".
	Wait time.Duration `json:"wait,omitzero"`
	// Bytes is how much of a body is sent.
	Bytes int `json:"bytes,omitzero"`
	// Status is an HTTP status, 400 to 599; the default is 503 (502 for HTML).
	Status int `json:"status,omitzero"`
	// I18nKey is Tango's key beside it; the default fits the status.
	I18nKey string `json:"i18nKey,omitzero"`
	Message string `json:"message,omitzero"`
	// RetryAfter is the value of the header, as it is to be sent.
	RetryAfter string `json:"retryAfter,omitzero"`
	// Member is the one top-level member that WrongTypes changes; empty means all.
	Member string `json:"member,omitzero"`
	// Cert is "expired", "wrong-host" or "no-intermediate".
	Cert string `json:"cert,omitzero"`
}

func (f *Fault) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !slices.Contains(actions, f.Do) {
		names := make([]string, len(actions))
		for i, a := range actions {
			names[i] = string(a)
		}
		bad("do: needs one of %s", strings.Join(names, ", "))
	}
	if _, err := path.Match(f.Path, "/"); err != nil || f.Path != "" && f.Path[0] != '/' {
		bad("path: not a pattern that begins with /")
	}
	if f.Chance < 0 || f.Chance > 1 {
		bad("chance: not between 0 and 1")
	}
	if f.Skip < 0 || f.Bytes < 0 {
		bad("skip and bytes: not below 0")
	}
	if f.Wait < 0 && f.Do != Skew {
		bad("wait: not below 0")
	}
	if f.Status != 0 && (f.Status < 400 || f.Status > 599) {
		bad("status: not between 400 and 599")
	}
	if known := f.Cert == "expired" || f.Cert == "wrong-host" || f.Cert == "no-intermediate"; known != (f.Do == Certificate) {
		bad("cert: expired, wrong-host or no-intermediate, with the action certificate alone")
	}
	if f.Commit && !slices.Contains([]Action{Reset, Timeout, Status, HTML}, f.Do) {
		bad("commit: has no meaning with this action")
	}
	return errors.Join(errs...)
}

// playing is a fault with its counters.
type playing struct {
	Fault
	matched, met int
}

// Play adds faults behind those that are there already.
func (s *Sandbox) Play(faults ...Fault) error {
	var errs []error
	for i := range faults {
		if err := faults[i].check(); err != nil {
			errs = append(errs, fmt.Errorf("tangotest: fault %d: %w", i+1, err))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.play(faults)
	return nil
}

func (s *Sandbox) play(faults []Fault) {
	for _, f := range faults {
		if f.Times == 0 {
			f.Times = 1
		}
		s.faults = append(s.faults, &playing{Fault: f})
	}
}

// Heal takes all faults away.
func (s *Sandbox) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// pick chooses the fault that a request meets, or nil.
func (s *Sandbox) pick(q *request) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) == 0 {
		return nil
	}
	identity := strings.Join([]string{q.method, q.path, q.object.str("accountIdentifier"), q.ref}, "\x00")
	s.seen[identity]++
	secret := shown(q)
	for i, f := range s.faults {
		if f.Do == Certificate || !f.matches(q, secret) || !chance(s.cfg.FaultSeed, i, identity, s.seen[identity], f.Chance) {
			continue
		}
		if f.meet() {
			c := f.Fault
			return &c
		}
	}
	return nil
}

// meet counts a match and reports whether the fault acts on it.
func (f *playing) meet() bool {
	f.matched++
	if f.matched <= f.Skip || f.Times > 0 && f.met >= f.Times {
		return false
	}
	f.met++
	return true
}

func (f *playing) matches(q *request, secret string) bool {
	if f.Method != "" && f.Method != q.method || f.Ref != "" && f.Ref != q.ref || f.Key != "" && f.Key != secret {
		return false
	}
	if f.Do == TokenLimit && q.path != tokenPath {
		return false
	}
	if f.Path == "" {
		return true
	}
	ok, _ := path.Match(f.Path, strings.TrimPrefix(q.path, prefix))
	return ok
}

// shown is the key, token or client id of a request.
func shown(q *request) string {
	if _, key, ok := (&http.Request{Header: q.header}).BasicAuth(); ok {
		return key
	}
	if _, t, ok := strings.Cut(q.header.Get("Authorization"), " "); ok {
		return strings.TrimSpace(t)
	}
	if q.path == tokenPath {
		return formValue(q.body, "client_id")
	}
	return ""
}

// chance draws from a hash of everything that names the request, so that the draw does not depend on what
// other goroutines do.
func chance(seed uint64, fault int, identity string, nth int, share float64) bool {
	if share == 0 || share == 1 {
		return true
	}
	h := sha256.Sum256(fmt.Appendf(nil, "%d\x00%d\x00%d\x00%s", seed, fault, nth, identity))
	return float64(binary.BigEndian.Uint64(h[:])>>11)/(1<<53) < share
}

// perform does the request, with its fault. It is the only place that waits, and holds no lock there.
func (s *Sandbox) perform(ctx context.Context, q *request, f *Fault) reply {
	if f == nil {
		return s.answer(q)
	}
	broken := func(h how) reply {
		if f.Commit {
			s.answer(q)
		}
		return reply{via: delivery{how: h}}
	}
	switch f.Do {
	case Refuse:
		return reply{via: delivery{how: refused}}
	case Reset:
		return broken(reset)
	case Timeout:
		return broken(silent)
	case Delay:
		defer s.hold(q)()
		if !s.sleep(f.Wait) {
			return reply{via: delivery{how: reset}}
		}
		return s.answer(q)
	case Late:
		defer s.hold(q)()
		select {
		case <-ctx.Done():
			if s.sleep(f.Wait) {
				s.answer(q)
			}
		case <-s.done:
		}
		return reply{via: delivery{how: reset}}
	case Status, HTML:
		if f.Commit {
			s.answer(q)
		}
		return s.faultStatus(q, f)
	case TokenLimit:
		return s.faultTokenLimit(q)
	case Skew:
		q.skew = f.Wait
	case Pending:
		q.pending = f.Wait
	}
	return f.distort(s.answer(q))
}

// distort changes an answer on its way.
func (f *Fault) distort(out reply) reply {
	switch f.Do {
	case Trickle:
		out.via = delivery{how: byteByByte, wait: f.Wait}
	case Cut:
		out.via = delivery{how: cutShort, bytes: f.Bytes}
	case WrongTypes:
		out.body = wrongTypes(out.body, f.Member)
	case UnknownFields:
		out.body = unknownFields(out.body)
	}
	return out
}

// hold keeps the ref of an order in process until the function that it returns is called.
func (s *Sandbox) hold(q *request) func() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.method != http.MethodPost || q.ref == "" || s.authenticate(q) != nil {
		return func() {}
	}
	a := s.st.account(q.platform, q.object.str("accountIdentifier"))
	if a == nil {
		return func() {}
	}
	k := refKey{a.platform, a.id(), q.ref}
	if s.busy[k] > 0 {
		return func() {} // it is itself a repeat, and will be told so
	}
	s.busy[k]++
	q.holds = k
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.busy, k)
	}
}

func (s *Sandbox) faultStatus(q *request, f *Fault) reply {
	status := f.Status
	var out reply
	if f.Do == HTML {
		if status == 0 {
			status = 502
		}
		title := strconv.Itoa(status) + " " + http.StatusText(status)
		out = replyText(status, "text/html", "<html>\r\n<head><title>"+title+"</title></head>\r\n<body>\r\n<center><h1>"+
			title+"</h1></center>\r\n</body>\r\n</html>\r\n")
	} else {
		if status == 0 {
			status = 503
		}
		key, message := defaultKey(status)
		if f.I18nKey != "" {
			key, message = f.I18nKey, ""
		}
		if f.Message != "" {
			message = f.Message
		}
		out = s.replyRefusal(q, refuse(status, key, message))
	}
	if f.RetryAfter != "" {
		out.header.Set("Retry-After", f.RetryAfter)
	}
	return out
}

func (s *Sandbox) faultTokenLimit(q *request) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokenLimit(&platform{name: "sandbox"}, &oauthClient{id: formValue(q.body, "client_id")})
}

// defaultKey is the key that fits a status best.
func defaultKey(status int) (key, message string) {
	switch status {
	case 401:
		return tango.KeyAuthFailed, msgAuthFailed
	case 402:
		return tango.KeyInsufficientFunds, msgFunds
	case 403:
		return tango.KeyAuthorization, tango.MsgAuthorization
	case 404:
		return tango.KeyNotFound, "Not found"
	case 409:
		return tango.KeyInProcess, msgInProcess
	case 429:
		return tango.KeyTooMany, "Too many requests"
	case 502:
		return "502.001", "Gateway error"
	case 503:
		return tango.KeyUnavailable, "The service is temporarily unavailable"
	case 504:
		return tango.KeyTimedOut, "The service timed out"
	}
	if status >= 500 {
		return tango.KeyUnexpected, "An unexpected application error occurred"
	}
	return tango.KeyInvalidRequest, "Invalid Request"
}
