package tangotest

import (
	"slices"
	"unicode/utf8"

	"github.com/tangoguard/tangoguard/internal/tango"
)

var alertFields = []string{"balanceAlertDisplayName", "balanceAlertThreshold", "balanceAlertNotification"}

// alertsOf gives the low-balance alerts of an account.
func (s *Sandbox) alertsOf(a *account) []*thing {
	var out []*thing
	for _, t := range s.st.alerts {
		if t.platform == a.platform && t.object.str("accountIdentifier") == a.id() {
			out = append(out, t)
		}
	}
	return out
}

// listAlerts is GET .../lowbalance, whose page has members of its own.
func (s *Sandbox) listAlerts(q *request) (reply, *refusal) {
	a, e := s.ownedAccount(q)
	if e != nil {
		return reply{}, e
	}
	page, size, e := s.block(q)
	if e != nil {
		return reply{}, e
	}
	all := s.alertsOf(a)
	from := min(page*size, len(all))
	list := []*object{}
	for _, t := range all[from:min(from+size, len(all))] {
		list = append(list, t.object)
	}
	return replyJSON(200, build(
		"page", build("size", size, "totalElements", len(all), "totalPages", (len(all)+size-1)/size, "number", page),
		"lowBalanceAlerts", list)), nil
}

// createAlert is POST .../lowbalance, which Tango answers with 200.
func (s *Sandbox) createAlert(q *request) (reply, *refusal) {
	a, e := s.ownedAccount(q)
	if e != nil {
		return reply{}, e
	}
	if e := s.checkAlert(q.object, true); e != nil {
		return reply{}, e
	}
	name := q.object.str("balanceAlertDisplayName")
	if slices.ContainsFunc(s.alertsOf(a), func(t *thing) bool { return t.object.str("balanceAlertDisplayName") == name }) {
		return reply{}, refuse(409, tango.KeyDuplicate, "A low-balance alert of this name exists already")
	}
	t := &thing{platform: a.platform, object: build(
		"balanceAlertID", uuid(),
		"customerIdentifier", a.customer.object.str("customerIdentifier"),
		"accountIdentifier", a.id(),
		"createdAt", tango.Timestamp(s.now()))}
	for _, n := range alertFields {
		if !q.object.isNull(n) {
			t.object.set(n, q.object.raw(n))
		}
	}
	s.st.alerts = append(s.st.alerts, t)
	return replyJSON(200, t.object), nil
}

func (s *Sandbox) checkAlert(b *object, all bool) *refusal {
	v := &orderCheck{s: s}
	v.unknown("", b, alertFields...)
	if all || !b.isNull("balanceAlertDisplayName") {
		v.pattern(b, "", "balanceAlertDisplayName", "422.126", true, func(n string) bool { return n != "" && utf8.RuneCountInString(n) <= 100 })
		if n := b.str("balanceAlertDisplayName"); s.cfg.Insecure("balanceAlertDisplayName", n) {
			v.add("balanceAlertDisplayName", tango.KeyInsecure, tango.MsgInsecure, "", b.raw("balanceAlertDisplayName"))
		}
	}
	if all || !b.isNull("balanceAlertThreshold") {
		v.money(b, "balanceAlertThreshold")
	}
	if all && b.isNull("balanceAlertNotification") {
		v.add("balanceAlertNotification", "422.128", msgNull, "NotNull", b.raw("balanceAlertNotification"))
	}
	v.addresses(b, "balanceAlertNotification")
	if len(v.fields) > 0 {
		return s.refuseFields(v.fields...)
	}
	return nil
}

// alert finds the alert of a path.
func (s *Sandbox) alert(q *request) (*thing, *refusal) {
	a, e := s.ownedAccount(q)
	if e != nil {
		return nil, e
	}
	for _, t := range s.alertsOf(a) {
		if t.object.str("balanceAlertID") == q.parts[5] {
			return t, nil
		}
	}
	return nil, refuse(404, tango.KeyNotFound, "Not found")
}

func (s *Sandbox) getAlert(q *request) (reply, *refusal) {
	t, e := s.alert(q)
	if e != nil {
		return reply{}, e
	}
	return replyJSON(200, t.object), nil
}

func (s *Sandbox) updateAlert(q *request) (reply, *refusal) {
	t, e := s.alert(q)
	if e != nil {
		return reply{}, e
	}
	if e := s.checkAlert(q.object, false); e != nil {
		return reply{}, e
	}
	for _, n := range alertFields {
		if !q.object.isNull(n) {
			t.object.set(n, q.object.raw(n))
		}
	}
	return replyJSON(200, t.object), nil
}

func (s *Sandbox) deleteAlert(q *request) (reply, *refusal) {
	t, e := s.alert(q)
	if e != nil {
		return reply{}, e
	}
	s.st.alerts = slices.DeleteFunc(s.st.alerts, func(x *thing) bool { return x == t })
	return replyJSON(200, build("balanceAlertID", t.object.str("balanceAlertID"), "status", "DELETED")), nil
}
