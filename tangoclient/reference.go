package tangoclient

import (
	"context"
	"iter"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Operation names of Tango's OpenAPI.
const (
	opBrandCategories = "getBrandCategories"
	opExchangeRates   = "getExchangeRates"
	opRewardCountries = "getRewardCountries"
	opMobileCountries = "getMobileCountries"
	opCredentialTypes = "listCredentialTypes"
	opPulse           = "pulse"
)

// plainList reads a list of reference data, which Tango gives as an array, or as an object with the array
// under a name of its own.
type plainList[T any] struct{ items []T }

// UnmarshalJSONFrom reads an array, or the first array in an object.
func (l *plainList[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() != '{' {
		return json.UnmarshalDecode(d, &l.items)
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		if _, err := d.ReadToken(); err != nil {
			return err
		}
		if d.PeekKind() == '[' && l.items == nil {
			if err := json.UnmarshalDecode(d, &l.items); err != nil {
				return err
			}
			continue
		}
		if err := d.SkipValue(); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

func readList[T any](ctx context.Context, c *core, op, path string) ([]T, error) {
	l, err := invoke[plainList[T]](ctx, c, call{op: op, method: http.MethodGet, path: path}, nil)
	if err != nil {
		return nil, err
	}
	return l.items, nil
}

// BrandCategory is a category of brands.
type BrandCategory struct {
	Identifier  string        `json:"identifier"`
	Name        string        `json:"name,omitzero"`
	Description UntrustedHTML `json:"description,omitzero"`
}

// BrandCategories lists the categories of brands.
func (c *Client) BrandCategories(ctx context.Context) ([]BrandCategory, error) {
	return readList[BrandCategory](ctx, c.core, opBrandCategories, "/brandCategories")
}

// ExchangeRate is what one unit of the base currency is worth in the reward currency. It is informational:
// Tango updates it once a day, at 12:00 UTC, and an order has its own.
type ExchangeRate struct {
	LastModifiedDate Timestamp `json:"lastModifiedDate,omitzero"`
	RewardCurrency   string    `json:"rewardCurrency"`
	BaseCurrency     string    `json:"baseCurrency"`
	BaseFx           Rate      `json:"baseFx"`
}

// ExchangeRates gives all rates.
func (c *Client) ExchangeRates(ctx context.Context) ([]ExchangeRate, error) {
	return readList[ExchangeRate](ctx, c.core, opExchangeRates, "/exchangerates")
}

// RewardCountry is a country for which there are rewards.
type RewardCountry struct {
	TwoLetterCode     string `json:"twoLetterCode"`
	ThreeLetterCode   string `json:"threeLetterCode,omitzero"`
	CountryName       string `json:"countryName,omitzero"`
	PreferredCurrency string `json:"preferredCurrency,omitzero"`
}

// RewardCountries lists the countries for which there are rewards.
func (c *Client) RewardCountries(ctx context.Context) iter.Seq2[*RewardCountry, error] {
	return cursorList[RewardCountry](ctx, c.core, call{op: opRewardCountries, method: http.MethodGet, path: "/rewardCountries"})
}

// MobileCountry is a country to which rewards are sent by phone.
type MobileCountry struct {
	ISOCode      string `json:"isoCode"`
	CountryName  string `json:"countryName,omitzero"`
	CountryCode  string `json:"countryCode,omitzero"`
	LanguageCode string `json:"languageCode,omitzero"`
}

// MobileCountries lists the countries to which rewards are sent by phone.
func (c *Client) MobileCountries(ctx context.Context) ([]MobileCountry, error) {
	return readList[MobileCountry](ctx, c.core, opMobileCountries, "/mobileCountries")
}

// CredentialTypes lists the values that credentialType can have. Entries that are objects give their name.
func (c *Client) CredentialTypes(ctx context.Context) ([]string, error) {
	list, err := readList[credentialType](ctx, c.core, opCredentialTypes, "/credentialtypes")
	if err != nil {
		return nil, err
	}
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out, nil
}

type credentialType string

// UnmarshalJSONFrom reads a string, or the name of an object.
func (t *credentialType) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == '"' {
		return json.UnmarshalDecode(d, (*string)(t))
	}
	var v struct {
		Name           string `json:"name"`
		CredentialType string `json:"credentialType"`
	}
	if err := json.UnmarshalDecode(d, &v); err != nil {
		return err
	}
	if *t = credentialType(v.Name); v.Name == "" {
		*t = credentialType(v.CredentialType)
	}
	return nil
}

// Status asks whether Tango is up (GET /pulse, of the older installations); "UP" if it is.
func (c *Client) Status(ctx context.Context) (string, error) {
	v, err := invoke[struct {
		Status string `json:"status"`
	}](ctx, c.core, call{op: opPulse, method: http.MethodGet, path: "/pulse"}, nil)
	if err != nil {
		return "", err
	}
	return c.cleanText(v.Status), nil
}
