package tangotest

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// briefBrand are the members of a brand that verbose=false leaves out.
var briefBrand = []string{"disclaimer", "description", "shortDescription", "terms", "brandRequirements", "imageUrls"}

// getCatalog is GET /catalogs. A brand shows with those of its items that pass the filters.
func (s *Sandbox) getCatalog(q *request) (reply, *refusal) {
	brand, item := &filters{s: s, q: q}, &filters{s: s, q: q}
	brand.text("brandKey", "brandKey")
	brand.text("brandName", "brandName")
	item.text("utid", "utid")
	item.text("rewardName", "rewardName")
	item.text("status", "status")
	item.text("currencyCode", "currencyCode")
	item.text("fulfillmentType", "fulfillmentType")
	if want := q.all("rewardType"); len(want) > 0 && !containsFold(want, "all") {
		item.any("rewardType", "rewardType")
	}
	for param, member := range map[string]string{"country": "countries", "itemAttribute": "attributes"} {
		if want := q.all(param); len(want) > 0 {
			item.conds = append(item.conds, func(o *object) bool { return sharesText(o.raw(member), want) })
		}
	}
	if want := q.all("categoryIds"); len(want) > 0 {
		brand.conds = append(brand.conds, func(o *object) bool { return inCategory(o, want) })
	}
	brands := []*object{}
	for _, b := range s.st.brands {
		if !brand.pass(b) {
			continue
		}
		items := []*object{}
		all, _ := elements(b.raw("items"))
		for _, v := range all {
			if o, err := membersOf(v); err == nil && item.pass(o) {
				items = append(items, o)
			}
		}
		if len(items) == 0 && len(item.conds) > 0 {
			continue
		}
		view := b.without()
		if strings.EqualFold(q.get("verbose"), "false") {
			view = b.without(briefBrand...)
		}
		view.set("items", items)
		brands = append(brands, view)
	}
	out := s.st.catalog.without()
	out.set("brands", brands)
	return replyJSON(200, out), nil
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, s) })
}

// sharesText reports whether a JSON list of strings has one of the wanted.
func sharesText(v jsontext.Value, want []string) bool {
	list, _ := elements(v)
	return slices.ContainsFunc(list, func(e jsontext.Value) bool { return containsFold(want, text(e)) })
}

func inCategory(brand *object, want []string) bool {
	list, _ := elements(brand.raw("categories"))
	for _, v := range list {
		if o, err := membersOf(v); err == nil && containsFold(want, o.str("identifier")) {
			return true
		}
	}
	return false
}

// getBrandCategories is GET /brandCategories.
func (s *Sandbox) getBrandCategories(*request) (reply, *refusal) {
	return replyJSON(200, build("brandCategories", s.st.reference["brandCategories"])), nil
}

// getCredentialTypes is GET /credentialtypes, an array.
func (s *Sandbox) getCredentialTypes(*request) (reply, *refusal) {
	return replyJSON(200, s.st.reference["credentialTypes"]), nil
}

// getRewardCountries is GET /rewardCountries, which always has cursors.
func (s *Sandbox) getRewardCountries(q *request) (reply, *refusal) {
	return s.list(q, s.st.reference["rewardCountries"], true)
}

// getMobileCountries is GET /mobileCountries.
func (s *Sandbox) getMobileCountries(q *request) (reply, *refusal) {
	return s.list(q, s.st.reference["mobileCountries"], false)
}

// getExchangeRates is GET /exchangerates, whose pages keep their own object.
func (s *Sandbox) getExchangeRates(q *request) (reply, *refusal) {
	f := &filters{s: s, q: q}
	f.any("baseCurrency", "baseCurrency")
	f.any("rewardCurrency", "rewardCurrency")
	all, _ := elements(s.st.rates.raw("exchangeRates"))
	rates := []*object{}
	for _, v := range all {
		if o, err := membersOf(v); err == nil && f.pass(o) {
			rates = append(rates, o)
		}
	}
	out := s.st.rates.without("exchangeRates")
	if strings.EqualFold(q.get("paginate"), "true") {
		c, e := s.cursor(q, len(rates))
		if e != nil {
			return reply{}, e
		}
		c.members(out)
		rates = rates[c.from:c.to]
	}
	out.set("exchangeRates", rates)
	return replyJSON(200, out), nil
}

// getPulse is GET /pulse, the system status of the 2017 clients.
func (s *Sandbox) getPulse(*request) (reply, *refusal) {
	return replyJSON(200, build("status", "UP")), nil
}
