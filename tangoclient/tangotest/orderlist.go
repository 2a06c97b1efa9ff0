package tangotest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	mostOrders = 10_000 // "GET /orders returns at most 10,000 results"
	mostPeriod = 100 * day
)

// listOrders is GET /orders: the newest first, page by page.
func (s *Sandbox) listOrders(q *request) (reply, *refusal) {
	page, size, e := s.block(q)
	if e != nil {
		return reply{}, e
	}
	f := &filters{s: s, q: q}
	s.orderFilters(f)
	if f.e != nil {
		return reply{}, f.e
	}
	candidates := s.st.orders
	if ref := q.get("externalRefID"); ref != "" && !s.st.fold {
		candidates = s.st.refs[ref] // a look-up must not take longer the more orders there are
	}
	var found []*order
	for _, o := range candidates {
		s.settle(o)
		if o.on(q.platform) && f.pass(o.object) {
			found = append(found, o)
		}
	}
	slices.SortStableFunc(found, func(a, b *order) int { return b.created.Compare(a.created) })
	found = found[:min(len(found), mostOrders)]
	from := min(page*size, len(found))
	block := found[from:min(from+size, len(found))]
	list := make([]*object, len(block))
	for i, o := range block {
		list[i] = s.listed(o)
	}
	return replyJSON(200, build(
		"page", build("number", page, "elementsPerBlock", size, "resultCount", len(list), "totalCount", len(found)),
		"orders", list)), nil
}

// orderFilters reads every documented filter of GET /orders.
func (s *Sandbox) orderFilters(f *filters) {
	for _, n := range []string{"accountIdentifier", "customerIdentifier", "externalRefID"} {
		f.exact(n, n)
	}
	for _, n := range []string{"utid", "ptid", "rewardName", "deliveryMethod", "status", "orderStatus", "lineItemStatus",
		"campaign", "notes", "lineItemNotes", "purchaseOrderNumber"} {
		f.text(n, n)
	}
	for param, path := range map[string]string{
		"currencyCode":    "denomination.currencyCode",
		"senderFirstName": "sender.firstName", "senderLastName": "sender.lastName", "senderEmail": "sender.email",
		"recipientEmail": "recipient.email", "recipientMobileNumber": "recipient.mobileNumber",
		"recipientFirstName": "recipient.firstName", "recipientLastName": "recipient.lastName",
	} {
		f.text(param, path)
	}
	f.amount("minAmount", "denomination.value", 1)
	f.amount("maxAmount", "denomination.value", -1)
	if v := f.q.get("sendEmail"); v != "" {
		f.conds = append(f.conds, func(o *object) bool {
			sent, _ := o.boolean("sendEmail")
			return fmt.Sprint(sent) == strings.ToLower(v)
		})
	}
	start := f.date("startDate", "createdAt", 1)
	end := f.date("endDate", "createdAt", -1)
	s.checkPeriod(f, start, end)
}

func (s *Sandbox) checkPeriod(f *filters, start, end time.Time) {
	switch {
	case start.After(s.now()):
		f.e = s.badQuery(f.q, "startDate", "422.045", "must be in the past")
	case start.IsZero() || end.IsZero():
	case !end.After(start):
		f.e = s.badQuery(f.q, "endDate", "422.041", "endDate must be after startDate")
	case end.Sub(start) > mostPeriod:
		f.e = s.badQuery(f.q, "endDate", "422.043", "the period must not be longer than 100 days")
	}
}
