package middleware

import (
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
type names struct {
	clean sync.Map // string -> struct{}
	count atomic.Int32
}

// known reports whether name is clean, from memory or by inspecting it.
func (n *names) known(name string) bool {
	if len(name) > maxShown {
		return false
	}
	if _, ok := n.clean.Load(name); ok {
		return true
	}
	if shownName(name) == "*" || !validate.Clean(name) {
		return false
	}
	if n.count.Load() < maxNames && n.count.Add(1) <= maxNames { // once full it is not counted on, and cannot wrap
		n.clean.Store(strings.Clone(name), struct{}{}) // a part of the body would keep the whole body alive
	}
	return true
}
