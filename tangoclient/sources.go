package tangoclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
)

// maxCredentialFile bounds a file of credentials, in bytes.
const maxCredentialFile = 64 << 10

// FromEnv takes credentials from the environment of the process, anew for each attempt:
//
//	TANGO_PLATFORM_NAME, TANGO_PLATFORM_KEY                    for HTTP Basic
//	TANGO_CLIENT_ID, TANGO_CLIENT_SECRET                       for OAuth 2.0
//	TANGO_SERVICE_USERNAME, TANGO_SERVICE_PASSWORD             with them, for a service account
//	TANGO_CREDENTIALS_CREATED                                  when the key was made, as 2026-01-31
//
// Each may be given as NAME_FILE instead: the path of a file that holds the value, as container platforms
// mount their secrets; white space round it is ignored. A changed file counts from the next attempt on.
func FromEnv() CredentialSource { return envSource{os.LookupEnv} }

type envSource struct {
	lookup func(string) (string, bool)
}

// Credentials implements CredentialSource.
func (s envSource) Credentials(context.Context) ([]Credentials, error) {
	var errs []error
	get := func(name string) string {
		v, err := s.get(name)
		errs = append(errs, err)
		return v
	}
	c := Credentials{
		PlatformName: get("TANGO_PLATFORM_NAME"), Key: NewSecret(get("TANGO_PLATFORM_KEY")),
		ClientID: get("TANGO_CLIENT_ID"), ClientSecret: NewSecret(get("TANGO_CLIENT_SECRET")),
		Username: get("TANGO_SERVICE_USERNAME"), Password: NewSecret(get("TANGO_SERVICE_PASSWORD")),
	}
	if day := get("TANGO_CREDENTIALS_CREATED"); day != "" {
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			err = errors.New("TANGO_CREDENTIALS_CREATED: not a date such as 2026-01-31")
		}
		c.Created = t
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("environment (TANGO_PLATFORM_NAME and so on): %w", err)
	}
	return []Credentials{c}, nil
}

func (s envSource) get(name string) (string, error) {
	v, set := s.lookup(name)
	path, inFile := s.lookup(name + "_FILE")
	if !inFile || path == "" {
		return v, nil
	}
	if set && v != "" {
		return "", fmt.Errorf("%s and %s_FILE: set only one", name, name)
	}
	text, err := readSmallFile(path)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	return strings.TrimSpace(string(text)), nil
}

func (s envSource) check() error {
	_, err := s.Credentials(context.Background())
	return err
}

// FromFile takes credentials from a JSON file, and again when the file has changed (looked at once a second):
//
//	{"platformName":"…","key":"…","created":"2026-01-31"}
//	{"clientId":"…","clientSecret":"…","username":"…","password":"…"}
//
// or an array of two of them, for a change of keys (see Pair). Unknown members are refused, so that a misspelt
// name is noticed. A file that cannot be read after a change leaves the old credentials in force for a minute.
// Without "created", the age of the key counts from when the client first saw it.
func FromFile(path string) CredentialSource {
	return &fileSource{path: filepath.Clean(path)}
}

type fileSource struct {
	path string

	mu      sync.Mutex
	looked  time.Time
	good    time.Time // when the file was last as it was when read
	info    os.FileInfo
	current []Credentials
}

const (
	fileLookEvery = time.Second
	fileGrace     = time.Minute
)

// Credentials implements CredentialSource.
func (s *fileSource) Credentials(context.Context) ([]Credentials, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.current != nil && now.Sub(s.looked) < fileLookEvery {
		return s.current, nil
	}
	s.looked = now
	err := s.reload()
	if err == nil {
		s.good = now
		return s.current, nil
	}
	if s.current != nil && now.Sub(s.good) < fileGrace {
		return s.current, nil
	}
	return nil, err
}

// reload reads the file if it is not the one that was read last.
func (s *fileSource) reload() error {
	info, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	if s.info != nil && os.SameFile(info, s.info) && info.ModTime().Equal(s.info.ModTime()) && info.Size() == s.info.Size() {
		return nil
	}
	text, err := readSmallFile(s.path)
	if err != nil {
		return err
	}
	all, err := parseCredentials(text)
	if err != nil {
		return fmt.Errorf("%s: %w", s.path, err)
	}
	s.info, s.current = info, all
	return nil
}

func (s *fileSource) check() error {
	_, err := s.Credentials(context.Background())
	return err
}

// fileCredentials is the form of credentials in a file.
type fileCredentials struct {
	PlatformName string `json:"platformName"`
	Key          Secret `json:"key"`
	ClientID     string `json:"clientId"`
	ClientSecret Secret `json:"clientSecret"`
	Username     string `json:"username"`
	Password     Secret `json:"password"`
	Created      string `json:"created"`
}

func parseCredentials(text []byte) ([]Credentials, error) {
	var list []fileCredentials
	var err error
	if trimmed := strings.TrimSpace(string(text)); strings.HasPrefix(trimmed, "[") {
		err = json.Unmarshal(text, &list, json.RejectUnknownMembers(true))
	} else {
		list = make([]fileCredentials, 1)
		err = json.Unmarshal(text, &list[0], json.RejectUnknownMembers(true))
	}
	if err != nil { // its text may quote the file
		return nil, errors.New("not the JSON of credentials: an object with platformName and key, or clientId and clientSecret, or an array of two")
	}
	if len(list) == 0 || len(list) > 2 {
		return nil, errors.New("must hold one or two credentials")
	}
	out := make([]Credentials, len(list))
	for i, f := range list {
		out[i] = Credentials{PlatformName: f.PlatformName, Key: f.Key, ClientID: f.ClientID, ClientSecret: f.ClientSecret, Username: f.Username, Password: f.Password}
		if f.Created != "" {
			t, err := time.Parse(time.DateOnly, f.Created)
			if err != nil {
				return nil, errors.New("created: not a date such as 2026-01-31")
			}
			out[i].Created = t
		}
		if err := out[i].check(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func readSmallFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxCredentialFile+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxCredentialFile {
		return nil, fmt.Errorf("%s: larger than %d bytes", path, maxCredentialFile)
	}
	return b, nil
}
