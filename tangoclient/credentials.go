package tangoclient

import (
	"context"
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

type staticSource []Credentials

func (s staticSource) Credentials(context.Context) ([]Credentials, error) { return s, nil }

// Basic authenticates by platform name and key.
func Basic(platformName string, key Secret) CredentialSource {
	return staticSource{{PlatformName: platformName, Key: key}}
}
