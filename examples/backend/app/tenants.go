package app

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
	echomw "github.com/labstack/echo/v4/middleware"

	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/tangoclient"
)

// Tenant is a caller of the backend.
type Tenant struct {
	Name     string             // unique; part of every look-up
	Key      tangoclient.Secret // sent as Authorization: Bearer KEY
	Accounts middleware.Accounts
}

// tenants finds the tenant of a key. Only hashes of the keys are kept.
type tenants struct {
	all    []Tenant
	hashes [][sha256.Size]byte
}

func newTenants(all []Tenant) (*tenants, error) {
	t := &tenants{}
	var errs []error
	names := map[string]bool{}
	if len(all) == 0 {
		errs = append(errs, errors.New("no Tenants are given"))
	}
	for i, x := range all {
		key := x.Key.Reveal()
		switch {
		case x.Name == "" || names[x.Name]:
			errs = append(errs, fmt.Errorf("entry %d of Tenants needs a name of its own", i))
		case key == "":
			errs = append(errs, fmt.Errorf("entry %d of Tenants needs a key", i))
		}
		names[x.Name] = true
		h := sha256.Sum256([]byte(key))
		for j := range t.hashes {
			if h == t.hashes[j] {
				errs = append(errs, fmt.Errorf("entry %d of Tenants has the key of entry %d", i, j))
			}
		}
		t.all = append(t.all, Tenant{Name: x.Name, Accounts: x.Accounts})
		t.hashes = append(t.hashes, h)
	}
	return t, errors.Join(errs...)
}

// find looks at every hash, so that its time tells nothing about the keys.
func (t *tenants) find(key string) (Tenant, bool) {
	h := sha256.Sum256([]byte(key))
	at := -1
	for i := range t.hashes {
		if subtle.ConstantTimeCompare(h[:], t.hashes[i][:]) == 1 {
			at = i
		}
	}
	if at < 0 {
		return Tenant{}, false
	}
	return t.all[at], true
}

// scope gives the accounts of a tenant by its name. A name that is not known has none.
func (t *tenants) scope(_ context.Context, name string) (tangoclient.Scope, error) {
	for _, x := range t.all {
		if x.Name == name {
			return x.Accounts, nil
		}
	}
	return nil, nil
}

type tenantKey struct{}

// authenticate answers 401 without a known key, and puts the tenant into the request's context.
func (t *tenants) authenticate() echo.MiddlewareFunc {
	return echomw.KeyAuthWithConfig(echomw.KeyAuthConfig{
		Skipper: func(c echo.Context) bool { return isPage(c.Request()) },
		Validator: func(key string, c echo.Context) (bool, error) {
			x, ok := t.find(key)
			if ok {
				c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), tenantKey{}, x)))
			}
			return ok, nil
		},
		ErrorHandler: func(_ error, c echo.Context) error {
			c.Response().Header().Set(echo.HeaderWWWAuthenticate, "Bearer")
			return echo.NewHTTPError(http.StatusUnauthorized, "Send your key as Authorization: Bearer KEY")
		},
	})
}

var errNoTenant = errors.New("no tenant in the request's context")

func tenantOf(r *http.Request) (Tenant, bool) {
	t, ok := r.Context().Value(tenantKey{}).(Tenant)
	return t, ok
}

// accountsOf is what RequireAccount asks: the accounts of the request's tenant.
func accountsOf(r *http.Request) (middleware.Accounts, error) {
	t, ok := tenantOf(r)
	if !ok {
		return nil, errNoTenant
	}
	return t.Accounts, nil
}
