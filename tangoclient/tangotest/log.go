package tangotest

import (
	"slices"
	"time"
)

// Request is an entry of the request log. It holds no key, token or password.
type Request struct {
	At       time.Time // when it came
	ID       string    // X-REQUEST-ID of the answer
	Method   string
	Path     string // with the prefix /raas/v2
	Query    string
	Platform string // "" when it was not authenticated
	Key      int    // 1 or 2: which of the platform's keys it showed; 0 for a token, or none
	Ref      string // externalRefID of the body or the query
	Body     string // as it was sent; empty for the token endpoint
	Status   int    // 0 when there was no answer
	Fault    Action // the fault that it met, or ""
}

// Requests gives the log, in the order in which requests were finished.
func (s *Sandbox) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log[max(0, len(s.log)-s.cfg.LogSize):])
}

func (s *Sandbox) record(q *request, f *Fault, out reply) {
	e := Request{At: q.at, ID: q.id, Method: q.method, Path: q.path, Key: q.keyIndex, Ref: q.ref, Status: out.status}
	if q.platform != nil {
		e.Platform = q.platform.name
	}
	if q.path != tokenPath {
		e.Body, e.Query = string(q.body), q.rawQuery
	}
	if f != nil {
		e.Fault = f.Do
	}
	s.mu.Lock()
	if len(s.log) >= 2*s.cfg.LogSize { // twice, so that one request in LogSize pays for the copy
		s.log = slices.Clone(s.log[len(s.log)-s.cfg.LogSize+1:])
	}
	s.log = append(s.log, e)
	s.mu.Unlock()
	s.cfg.Logger.Debug("request", "method", e.Method, "path", e.Path, "status", e.Status, "requestId", e.ID, "fault", string(e.Fault))
}
