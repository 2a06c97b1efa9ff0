package middleware

import (
	"maps"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/tangoguard/tangoguard/validate"
)

// maxNames bounds how many names are remembered. A backend has some hundred; a caller who makes up more is
// inspected at full price.
const maxNames = 1024

// names remembers which names of JSON members Inspect has found clean. The same few come with every request, and
// the same text always gets the same answer. Only letters, digits, hyphens, dots and underscores are kept: no
// text that somebody typed.
//
// The map is replaced and never changed, so that looking needs no lock: it happens for every member of every body,
// adding a few hundred times in all.
type names struct {
	clean atomic.Pointer[map[string]struct{}]
	grow  sync.Mutex
}

// known reports whether name is clean, from memory or by inspecting it.
func (n *names) known(name string) bool {
	if len(name) > maxShown {
		return false
	}
	kept := n.kept()
	if _, ok := kept[name]; ok {
		return true
	}
	if shownName(name) == "*" || !validate.Clean(name) {
		return false
	}
	if len(kept) < maxNames {
		n.keep(strings.Clone(name)) // a part of the body would keep the whole body alive
	}
	return true
}

func (n *names) kept() map[string]struct{} {
	if m := n.clean.Load(); m != nil {
		return *m
	}
	return nil
}

func (n *names) keep(name string) {
	n.grow.Lock()
	defer n.grow.Unlock()
	kept := n.kept()
	if len(kept) >= maxNames {
		return
	}
	more := make(map[string]struct{}, len(kept)+1)
	maps.Copy(more, kept)
	more[name] = struct{}{}
	n.clean.Store(&more)
}
