package tangoclient

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tangoguard/tangoguard/sanitize"
)

const opGetCatalog = "getCatalog"

// catalogLife is how long a catalog is kept: Tango asks not to call more than twice a day.
const catalogLife = 12 * time.Hour

// Catalog is what a platform may order. Treat it as read-only: it is shared by all callers.
type Catalog struct {
	CatalogName string   `json:"catalogName"`
	Brands      []*Brand `json:"brands"`

	byUTID map[string]*Item
}

// Brand is a brand with its items.
type Brand struct {
	BrandKey          string              `json:"brandKey"`
	BrandName         string              `json:"brandName,omitzero"`
	Disclaimer        UntrustedHTML       `json:"disclaimer,omitzero"`
	Description       UntrustedHTML       `json:"description,omitzero"`
	ShortDescription  UntrustedHTML       `json:"shortDescription,omitzero"`
	Terms             UntrustedHTML       `json:"terms,omitzero"`
	CreatedDate       Timestamp           `json:"createdDate,omitzero"`
	LastUpdateDate    Timestamp           `json:"lastUpdateDate,omitzero"`
	BrandRequirements *BrandRequirements  `json:"brandRequirements,omitempty"`
	ImageURLs         ImageURLs           `json:"imageUrls,omitempty"`
	Status            string              `json:"status,omitzero"`
	BarcodeType       string              `json:"barcodeType,omitzero"`
	Categories        []*BrandCategoryRef `json:"categories,omitempty"`
	Items             []*Item             `json:"items,omitempty"`
}

// ImageURLs are pictures of a brand, by their size.
type ImageURLs map[string]string

// UnmarshalJSONFrom reads an object or null. What is no http(s) URL is left out.
func (m *ImageURLs) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*m = nil
	return readStrings(d, func(size, address string) {
		if address = sanitize.URL(address); address == "" {
			return
		}
		if *m == nil {
			*m = make(ImageURLs)
		}
		(*m)[size] = address
	})
}

// BrandRequirements is what a brand wants to be shown beside it.
type BrandRequirements struct {
	DisplayInstructions            UntrustedHTML `json:"displayInstructions,omitzero"`
	TermsAndConditionsInstructions UntrustedHTML `json:"termsAndConditionsInstructions,omitzero"`
	DisclaimerInstructions         UntrustedHTML `json:"disclaimerInstructions,omitzero"`
	AlwaysShowDisclaimer           bool          `json:"alwaysShowDisclaimer,omitzero"`
}

// BrandCategoryRef names a category of a brand.
type BrandCategoryRef struct {
	Identifier  string        `json:"identifier"`
	Description UntrustedHTML `json:"description,omitzero"`
}

// Item is something that can be ordered by its UTID. It has a FaceValue, or a MinValue and a MaxValue.
type Item struct {
	UTID                       string              `json:"utid"`
	RewardName                 string              `json:"rewardName,omitzero"`
	CurrencyCode               string              `json:"currencyCode,omitzero"`
	Status                     string              `json:"status,omitzero"`
	ValueType                  string              `json:"valueType,omitzero"`
	RewardType                 string              `json:"rewardType,omitzero"`
	IsExpirable                bool                `json:"isExpirable,omitzero"`
	IsWholeAmountValueRequired bool                `json:"isWholeAmountValueRequired,omitzero"`
	QuantityConstraints        *QuantityConstraint `json:"quantityConstraints,omitempty"`
	ExchangeRateRule           string              `json:"exchangeRateRule,omitzero"`
	MinValue                   *Amount             `json:"minValue,omitempty"`
	MaxValue                   *Amount             `json:"maxValue,omitempty"`
	FaceValue                  *Amount             `json:"faceValue,omitempty"`
	Fee                        *ItemFee            `json:"fee,omitempty"`
	CreatedDate                Timestamp           `json:"createdDate,omitzero"`
	LastUpdateDate             Timestamp           `json:"lastUpdateDate,omitzero"`
	Countries                  []string            `json:"countries,omitempty"`
	CredentialTypes            []string            `json:"credentialTypes,omitempty"`
	RedemptionInstructions     UntrustedHTML       `json:"redemptionInstructions,omitzero"`
	FulfillmentType            string              `json:"fulfillmentType,omitzero"`
	Attributes                 []string            `json:"attributes,omitempty"`
}

// QuantityConstraint bounds how many of an item may be ordered at once.
type QuantityConstraint struct {
	MinQuantity int `json:"minQuantity,omitzero"`
	MaxQuantity int `json:"maxQuantity,omitzero"`
}

// ItemFee is what an item costs beyond its value.
type ItemFee struct {
	Type  string `json:"type,omitzero"`
	Value Amount `json:"value"`
}

// Item gives an item of the catalog by its UTID, or nil.
func (c *Catalog) Item(utid string) *Item { return c.byUTID[strings.ToUpper(utid)] }

// catalogCache keeps one catalog.
type catalogCache struct {
	flights flights[*Catalog]

	mu   sync.Mutex
	kept *Catalog
	at   time.Time
}

// fresh gives the catalog if it is not older than catalogLife, else nil.
func (k *catalogCache) fresh() *Catalog {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || time.Since(k.at) >= catalogLife {
		return nil
	}
	return k.kept
}

// Catalog gives the whole catalog. It is fetched at most once in 12 hours, by one caller for all, and kept in
// memory; at most 64 MiB of it. Once it is there, Preflight holds amounts against it.
func (c *Client) Catalog(ctx context.Context) (*Catalog, error) {
	if k := c.catalog.fresh(); k != nil {
		return k, nil
	}
	return c.catalog.flights.join(ctx, "", c.maxElapsed, func(ctx context.Context) (*Catalog, error) {
		cl := call{op: opGetCatalog, method: http.MethodGet, path: "/catalogs", limit: maxCatalogReply}
		got, err := invoke[Catalog](ctx, c.core, cl, nil)
		if err != nil {
			return nil, err
		}
		got.index()
		c.catalog.mu.Lock()
		defer c.catalog.mu.Unlock()
		c.catalog.kept, c.catalog.at = got, time.Now()
		return got, nil
	}).wait(ctx)
}

func (c *Catalog) index() {
	c.byUTID = make(map[string]*Item)
	for _, b := range c.Brands {
		if b == nil {
			continue
		}
		for _, i := range b.Items {
			if i != nil {
				c.byUTID[strings.ToUpper(i.UTID)] = i
			}
		}
	}
}

// itemProblems holds an order against the catalog, if that was fetched. An item that is not in it may be new,
// so it is for Tango to refuse.
func (k *catalogCache) itemProblems(r *OrderRequest) []FieldError {
	catalog := k.fresh()
	if catalog == nil {
		return nil
	}
	i := catalog.Item(r.UTID)
	if i == nil {
		return nil
	}
	refuse := func(pointer, key, message string) []FieldError {
		return []FieldError{{Pointer: pointer, Key: key, Message: message}}
	}
	switch {
	case i.Status != "" && !strings.EqualFold(i.Status, "active"):
		return refuse("/utid", "422.030", "is not active in the catalog")
	case i.FaceValue != nil && !i.FaceValue.Equal(r.Amount):
		return refuse("/amount", "422.027", "must be "+i.FaceValue.String()+", the value of this item")
	case i.MinValue != nil && r.Amount.Cmp(*i.MinValue) < 0, i.MaxValue != nil && r.Amount.Cmp(*i.MaxValue) > 0:
		return refuse("/amount", "422.025", "is outside the range of this item: "+boundOf(i.MinValue)+" to "+boundOf(i.MaxValue))
	case i.IsWholeAmountValueRequired && !r.Amount.Whole():
		return refuse("/amount", "422.026", "must be a whole number for this item")
	}
	return nil
}

func boundOf(a *Amount) string {
	if a == nil {
		return "any"
	}
	return a.String()
}

// last gives the catalog that was fetched last, however old it is, or nil.
func (k *catalogCache) last() *Catalog {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept
}

// currencyOf gives the currency of an item, or "" when it is not known. It does not change, so an old catalog tells
// it as well as a fresh one.
func (k *catalogCache) currencyOf(utid string) string {
	if catalog := k.last(); catalog != nil {
		if i := catalog.Item(utid); i != nil {
			return i.CurrencyCode
		}
	}
	return ""
}
