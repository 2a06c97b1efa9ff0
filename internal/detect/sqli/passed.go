package sqli

// passed remembers the quotes at which a reading closed a literal and went on. A reading that starts behind one of
// them takes the same tokens to the same end and has seen less, so that it finds nothing that the first did not; a
// text that is grammar from each of its quotes is so read once or twice, not once a quote.
type passed struct {
	base  int
	used  bool
	marks [maxPassed / 64]uint64
}

// maxPassed is how far behind the first start quotes are remembered.
const maxPassed = 8 << 10

// from prepares for a reading that starts at i.
func (m *passed) from(i int) *passed {
	if !m.used || i-m.base >= maxPassed {
		if m.used {
			m.marks = [maxPassed / 64]uint64{}
		}
		m.base, m.used = i, true
	}
	return m
}

func (m *passed) add(i int) {
	if n := i - m.base; n >= 0 && n < maxPassed {
		m.marks[n/64] |= 1 << (n % 64)
	}
}

func (m *passed) has(i int) bool {
	n := i - m.base
	return m.used && n >= 0 && n < maxPassed && m.marks[n/64]&(1<<(n%64)) != 0
}

// pass notes the token t. A quote counts as passed once two more tokens were grammar, outside of brackets and of
// what gives words another meaning.
func (p *parser) pass(t token) {
	if p.pending[0] > 0 {
		p.past.add(p.pending[0])
	}
	p.pending[0], p.pending[1] = p.pending[1], 0
	if f := p.frame(); (t.kind == tString || t.end > 0 && p.s[t.end-1] == '`') && p.depth == 0 && !f.sel && !f.loose && !f.alias {
		p.pending[1] = t.end - 1
	}
}
