package tangotest

// listOrders is GET /orders.
func (s *Sandbox) listOrders(q *request) (reply, *refusal) {
	var out []*object
	for _, o := range s.st.orders {
		if o.on(q.platform) {
			out = append(out, s.listed(o))
		}
	}
	return replyJSON(200, build("orders", out)), nil
}
