package tangoclient

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"

	"github.com/go-json-experiment/json"
)

// sealer encrypts tokens for one OAuth client: AES-256-GCM (NIST SP 800-38D) with a random nonce, under a key
// derived by HKDF (RFC 5869) from the client secret, bound to what the token is for.
type sealer struct {
	aead cipher.AEAD
	with []byte // what the token is bound to
	name string // the key in a store: a hash, so that a store learns no client id
}

func newSealer(c *Credentials, audience, tokenURL string) (*sealer, error) {
	var with []byte
	for _, part := range []string{c.ClientID, c.Username, audience, tokenURL} {
		with = binary.BigEndian.AppendUint64(with, uint64(len(part)))
		with = append(with, part...)
	}
	key, err := hkdf.Key(sha256.New, []byte(c.ClientSecret.Reveal()), nil, "tangoguard token store v1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(with)
	return &sealer{aead, with, hex.EncodeToString(sum[:16])}, nil
}

// accessToken is the opened form of a Token. Its times are the ones that count: those outside can be changed
// by whoever can write to the store.
type accessToken struct {
	Value   string    `json:"value"`
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
}

func (s *sealer) seal(t accessToken) (Token, error) {
	plain, err := json.Marshal(t)
	if err != nil {
		return Token{}, errors.New("the token cannot be sealed")
	}
	return Token{Sealed: s.aead.Seal(nil, nil, plain, s.with), Issued: t.Issued, Expires: t.Expires}, nil
}

// open gives the access token, or false for what was not sealed by this client, was changed, or has expired.
func (s *sealer) open(t Token) (Secret, bool) {
	plain, err := s.aead.Open(nil, nil, t.Sealed, s.with)
	if err != nil {
		return Secret{}, false
	}
	var in accessToken
	if json.Unmarshal(plain, &in) != nil || !time.Now().Before(in.Expires) {
		return Secret{}, false
	}
	return NewSecret(in.Value), true
}
