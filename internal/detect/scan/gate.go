package scan

import "slices"

// A Clue is something that a text must hold for a detector to find anything: a byte of a class, or two bytes side by
// side, each of its class. A classes is written as in regular expressions: a byte, or several in brackets, ranges among
// them; a backslash takes the next byte as it is. A "^" in front stands for the beginning of the text, as a byte
// before the first.
//
//	`=`  `[(<]`  `0[xX]`  `^[=+@-]`  `[^ ,][=+@-]`
//
// In brackets the "^" is one more member of the class: the beginning or one of the others.
type Clue string

// Clues that several gates share, so that they share a bit of the Sieve: a little wider than one detector needs.
const (
	Markup      Clue = "<[a-zA-Z/!?%~<#@&\x00- ]"        // what begins a tag, a declaration, a directive; no "<3"
	Closing     Clue = "['\"`/\\-\\]]>"                  // where a tag of the page, a comment, a subset ends
	Scheme      Clue = "[tTaAiI\"\x00-\x1F]:"            // javascript: data: jndi: and a key in quotes
	Colon       Clue = ":[\"'\\\\{p/$]"                  // what follows a scheme, or a type of PHP's serialize
	Named       Clue = "[#$][a-zA-Z_!({ \t\n\f\r]"       // $name, #name, ${…}, $(…)
	Mention     Clue = "[^\x00-/:-@[\\\\\\]\\^`{-\xFF]@" // an @ that is none of a mail address
	Square      Clue = "[[][#=[%\\\\ \t\n\v\f\r\"']"     // "[[" and its like, ["name"
	Member      Clue = ".[a-zA-Z]"                       // of an object, a domain
	Exec        Clue = "[%q;][x.]"                       // %x( qx( and "asp;."
	Syllable    Clue = "[v-][yn]"                        // groovy, clr-namespace
	Percented   Clue = "%[0-9a-fA-FuU]"
	Added       Clue = "[+!][['\"Ad<]"            // +[] ![] +"" +ADw-
	Underscores Clue = "_[_$]"                    // __proto__, __class__, _$$ND_FUNC$$_
	Bracket     Clue = "([\"&|!( \t\v\f]"         // "(&" of a filter, "(\"" of DDE
	Separators  Clue = "[\x80\x81][\xA6-\xAE]"    // bidi controls, U+2028, U+2029
	Tags        Clue = "[\xE5\xF3][\x98\xA0]"     // tag characters, 嘊 and 嘍
	Private     Clue = "[\xC5\xEE\xEF][\x80\xBF]" // U+F025 and U+EFC8, the long s
)

// maxPairs is how many different pairs a Sieve tells apart; what goes beyond shares a place with another.
const maxPairs = 64

// class is a set of bytes, and perhaps the beginning of the text.
type class struct {
	bytes ByteSet
	begin bool
}

// parse gives the one or two classes of a clue.
func (c Clue) parse() (classes []class) {
	s := string(c)
	for s != "" {
		var k class
		switch {
		case s[0] == '^':
			k.begin, s = true, s[1:]
		case s[0] == '[':
			s = k.list(s[1:])
		default:
			s = k.one(s)
		}
		classes = append(classes, k)
	}
	return classes
}

// one adds the byte that s begins with and returns what follows.
func (k *class) one(s string) string {
	if s[0] == '\\' {
		s = s[1:]
	}
	k.bytes.Add(s[0])
	return s[1:]
}

// list adds the members up to the closing bracket and returns what follows.
func (k *class) list(s string) string {
	for s[0] != ']' {
		if s[0] == '^' {
			k.begin, s = true, s[1:]
			continue
		}
		if s[0] != '\\' && len(s) > 2 && s[1] == '-' && s[2] != ']' {
			for b := int(s[0]); b <= int(s[2]); b++ {
				k.bytes.Add(byte(b))
			}
			s = s[3:]
			continue
		}
		s = k.one(s)
	}
	return s[1:]
}

// Gate says what a text must hold: of each list at least one clue. Without a list it lets everything through.
type Gate [][]Clue

// Any makes a gate of one list.
func Any(clues ...Clue) Gate { return Gate{clues} }

// And adds a second list to the gate.
func (g Gate) And(clues ...Clue) Gate { return append(g, clues) }

// Opens reports whether the gate lets s through. It looks at each clue at each place: for tests, against which the
// Sieve is held.
func (g Gate) Opens(s string) bool {
	for _, clues := range g {
		if !slices.ContainsFunc(clues, func(c Clue) bool { return c.in(s) }) {
			return false
		}
	}
	return true
}

func (c Clue) in(s string) bool {
	k := c.parse()
	if len(k) == 2 && k[0].begin && s != "" && k[1].bytes.Has(s[0]) {
		return true
	}
	for i := range len(s) {
		if k[0].bytes.Has(s[i]) && (len(k) == 1 || i+1 < len(s) && k[1].bytes.Has(s[i+1])) {
			return true
		}
	}
	return false
}

// Signs are what a Sieve has seen in a text, or what a gate waits for: single bytes by their group, pairs by their bit.
type Signs struct{ groups, pairs uint64 }

// Bytes gives the bytes that may occur in a text with the signs m.
func (m Signs) Bytes() ByteSet { return bytesOf(m.groups) }

// Meets reports whether the two have something in common.
func (m Signs) Meets(o Signs) bool { return m.groups&o.groups|m.pairs&o.pairs != 0 }

// A Sieve tells in one pass over a text which gates open.
type Sieve struct {
	first, second [256]uint64 // the pairs that a byte may begin, and may end
	begin         uint64      // those that the beginning of a text may begin
	pairs         int         // how many there are
	gates         []sieved
	always        uint32 // the gates that let everything through
	any           Signs  // one of these must be there for any other gate
}

// sieved is a gate in signs. A gate of more lists than this is less strict, and so still sound.
type sieved [2]Signs

const all = ^uint64(0)

// NewSieve makes the Sieve of some gates.
func NewSieve(gates []Gate) *Sieve {
	s := new(Sieve)
	var known []Clue
	for n, g := range gates {
		t := sieved{{all, all}, {all, all}}
		for i := range min(len(g), len(t)) {
			t[i] = Signs{}
			for _, c := range g[i] {
				t[i].groups |= c.groups()
				t[i].pairs |= s.pair(c, &known)
			}
		}
		s.gates = append(s.gates, t)
		if len(g) == 0 {
			s.always |= 1 << n
			continue
		}
		s.any.groups |= t[0].groups
		s.any.pairs |= t[0].pairs
	}
	s.pairs = len(known)
	return s
}

// groups gives the groups of a clue of one byte.
func (c Clue) groups() uint64 {
	if k := c.parse(); len(k) == 1 {
		return Groups(&k[0].bytes)
	}
	return 0
}

// pair gives the bit of a clue of two bytes.
func (s *Sieve) pair(c Clue, known *[]Clue) uint64 {
	k := c.parse()
	if len(k) < 2 {
		return 0
	}
	n := slices.Index(*known, c)
	if n < 0 {
		n = len(*known)
		*known = append(*known, c)
	}
	bit := uint64(1) << (n % maxPairs)
	for b := range 256 {
		if k[0].bytes.Has(byte(b)) {
			s.first[b] |= bit
		}
		if k[1].bytes.Has(byte(b)) {
			s.second[b] |= bit
		}
	}
	if k[0].begin {
		s.begin |= bit
	}
	return bit
}

// Pairs is how many different pairs the gates of the Sieve ask for: no more than maxPairs have a bit for themselves.
func (s *Sieve) Pairs() int { return s.pairs }

// Look gives the signs of a text. For each byte it costs a few loads that wait for nothing, so that it goes over a
// text several times faster than a reader that decides at each byte.
func (s *Sieve) Look(text string) (m Signs) {
	last := s.begin
	i := 0
	for ; i+8 <= len(text); i += 8 {
		c := text[i : i+8]
		m.groups |= groups[c[0]] | groups[c[1]] | groups[c[2]] | groups[c[3]] | groups[c[4]] | groups[c[5]] | groups[c[6]] | groups[c[7]]
		m.pairs |= last&s.second[c[0]] | s.first[c[0]]&s.second[c[1]] | s.first[c[1]]&s.second[c[2]] | s.first[c[2]]&s.second[c[3]] |
			s.first[c[3]]&s.second[c[4]] | s.first[c[4]]&s.second[c[5]] | s.first[c[5]]&s.second[c[6]] | s.first[c[6]]&s.second[c[7]]
		last = s.first[c[7]]
	}
	for ; i < len(text); i++ {
		c := text[i]
		m.groups |= groups[c]
		m.pairs |= last & s.second[c]
		last = s.first[c]
	}
	return m
}

// Open gives the gates that a text with the signs m passes, a bit for each.
func (s *Sieve) Open(m Signs) (open uint32) {
	if !s.any.Meets(m) {
		return s.always // as with most of what people write
	}
	for i := range s.gates {
		if g := &s.gates[i]; g[0].Meets(m) && g[1].Meets(m) {
			open |= 1 << i
		}
	}
	return open
}
