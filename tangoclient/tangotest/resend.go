package tangotest

import (
	"time"

	"github.com/tangoguard/tangoguard/internal/tango"
)

const resendEvery = 30 * time.Second

// resendOrder is POST /orders/{referenceOrderID}/resends.
func (s *Sandbox) resendOrder(q *request) (reply, *refusal) {
	o := s.st.byID[q.parts[1]]
	if o == nil || !o.on(q.platform) {
		return reply{}, refuse(404, "404.005", "The order does not exist on this platform")
	}
	s.settle(o)
	b := q.object
	v := &orderCheck{s: s}
	v.unknown("", b, "newEmail", "newMobile", "newEtid", "newDeliveryMethod")
	v.email(b, "", "newEmail", "422.134", false)
	v.pattern(b, "", "newMobile", "422.028", false, tango.IsE164)
	v.pattern(b, "", "newEtid", "422.124", false, tango.IsETID)
	v.pattern(b, "", "newDeliveryMethod", "422.001", false, func(m string) bool {
		return m == "NONE" || m == "EMAIL" || m == "PHONE" || m == "WHATSAPP"
	})
	if len(v.fields) > 0 {
		return reply{}, s.refuseFields(v.fields...)
	}
	method := b.str("newDeliveryMethod")
	if method == "" {
		method = o.object.str("deliveryMethod")
		if send, given := o.object.boolean("sendEmail"); method == "" && given && send {
			method = "EMAIL" // an order in the form of 2017
		}
	}
	if method == "" || method == "NONE" {
		return reply{}, refuse(403, "403.003", "An order that was not delivered by Tango cannot be resent")
	}
	if o.object.str("status") != "COMPLETE" {
		return reply{}, refuse(403, "403.010", "The order cannot be resent in its status")
	}
	now := s.now()
	if !o.lastResend.IsZero() && now.Sub(o.lastResend) < resendEvery {
		tokens := []string{"30", tango.Timestamp(o.lastResend)}
		return reply{}, refuse(403, "403.005", fillTokens("An order can be resent once in {0} seconds; it was last sent at {1}", tokens), tokens...)
	}
	o.lastResend = now
	out := build("id", s.st.number(func(int) bool { return false }), "createdAt", tango.Timestamp(now))
	r := o.object.sub("recipient")
	if method == "EMAIL" {
		out.set("email", first(b.str("newEmail"), r.str("email")))
	} else {
		out.set("mobileNumber", first(b.str("newMobile"), r.str("mobileNumber")))
	}
	return replyJSON(201, out), nil
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
