package tangoclient

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Credentials are one way to authenticate: a platform name and its key (HTTP Basic), or an OAuth client.
type Credentials struct {
	// PlatformName and Key are for HTTP Basic.
	PlatformName string
	Key          Secret

	// ClientID and ClientSecret are for OAuth 2.0. With Username and Password, those of a service account, the
	// token is asked for by grant_type password, which Tango wants today; without, by client_credentials.
	ClientID     string
	ClientSecret Secret
	Username     string
	Password     Secret

	// Created is when the key or client secret was made, if known; see Config.KeyMaxAge.
	Created time.Time
}

// CredentialSource gives the credentials to use now. Implement it for a vault.
type CredentialSource interface {
	// Credentials gives at least one. The first is used; the others are tried, in order, when Tango refuses
	// it with 401, so that a new key and the old one can both be live while keys are changed. It is called
	// for every attempt and must be quick: cache. It must be safe for concurrent use.
	Credentials(ctx context.Context) ([]Credentials, error)
}

// check says all that is wrong.
func (c *Credentials) check() error {
	var errs []error
	for _, rule := range []struct {
		broken bool
		says   string
	}{
		{c.PlatformName == "" && c.ClientID == "", "a platform name or a client id must be set"},
		{c.PlatformName != "" && c.ClientID != "", "set a platform name or a client id, not both"},
		{strings.Contains(c.PlatformName, ":"), "the platform name must not hold a colon (RFC 7617, section 2)"},
		{c.PlatformName != "" && c.ClientID == "" && c.Key.IsZero(), "the key of the platform must be set"},
		{c.ClientID != "" && c.ClientSecret.IsZero(), "the client secret must be set"},
		{(c.Username == "") != c.Password.IsZero(), "set both user name and password of the service account, or neither"},
	} {
		if rule.broken {
			errs = append(errs, errors.New(rule.says))
		}
	}
	return errors.Join(errs...)
}

type staticSource []Credentials

func (s staticSource) Credentials(context.Context) ([]Credentials, error) { return s, nil }

func (s staticSource) check() error { return s[0].check() }

// Basic authenticates by platform name and key.
func Basic(platformName string, key Secret) CredentialSource {
	return staticSource{{PlatformName: platformName, Key: key}}
}

// ClientCredentials authenticates by OAuth 2.0 client credentials (RFC 6749, section 4.4), for clients made
// before service accounts were asked for.
func ClientCredentials(clientID string, clientSecret Secret) CredentialSource {
	return staticSource{{ClientID: clientID, ClientSecret: clientSecret}}
}

// ServiceAccount authenticates by OAuth 2.0 with a service account (grant_type password), as Tango wants it
// today.
func ServiceAccount(clientID string, clientSecret Secret, username string, password Secret) CredentialSource {
	return staticSource{{ClientID: clientID, ClientSecret: clientSecret, Username: username, Password: password}}
}

// Pair holds two live credentials, as while keys are changed: the first is used; when Tango refuses it, it is
// retired, reported, and the other one is used.
func Pair(first, second CredentialSource) CredentialSource { return pair{first, second} }

type pair struct{ first, second CredentialSource }

// Credentials gives those of both. One source that fails does not stop the other.
func (p pair) Credentials(ctx context.Context) ([]Credentials, error) {
	a, errA := p.first.Credentials(ctx)
	b, errB := p.second.Credentials(ctx)
	all := slices.Concat(a, b)
	if len(all) == 0 {
		return nil, errors.Join(errA, errB)
	}
	return all, nil
}

func (p pair) check() error {
	var errs []error
	for i, s := range []CredentialSource{p.first, p.second} {
		if s == nil {
			errs = append(errs, fmt.Errorf("source %d of the pair is nil", i+1))
			continue
		}
		if c, ok := s.(interface{ check() error }); ok {
			errs = append(errs, c.check())
		}
	}
	return errors.Join(errs...)
}
