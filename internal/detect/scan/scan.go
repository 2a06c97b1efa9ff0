// Package scan holds what the detectors share: the text at one decoding layer with its way back to the
// bytes that were given, sets of bytes, and the form of a detector.
package scan

// Class names a family of injection. The set is closed; package detect lists it.
type Class string

// Finding is one place in the input that a detector reports. Start and End are byte offsets into the
// string that was given, whatever decoding layer showed the attack: 0 <= Start < End <= len(input).
type Finding struct {
	Class Class
	Rule  string
	Start int
	End   int
}

// ByteSet is a set of byte values.
type ByteSet [4]uint64

// Bytes makes the set of the bytes of s.
func Bytes(s string) ByteSet {
	var b ByteSet
	for i := range len(s) {
		b.Add(s[i])
	}
	return b
}

// Add puts c into the set.
func (b *ByteSet) Add(c byte) { b[c>>6] |= 1 << (c & 63) }

// Has reports whether c is in the set.
func (b *ByteSet) Has(c byte) bool { return b[c>>6]&(1<<(c&63)) != 0 }

// Meets reports whether the two sets share a byte.
func (b *ByteSet) Meets(o *ByteSet) bool {
	return b[0]&o[0]|b[1]&o[1]|b[2]&o[2]|b[3]&o[3] != 0
}

// View is the text at one decoding layer. Detectors read it and never change it.
type View struct {
	Text  string  // the text as an interpreter behind Layer decodings would see it
	Has   ByteSet // the bytes that occur in Text
	Layer int     // 0 is the text as given

	origin []int32 // for each byte of Text and its end: the offset in the input; nil: the same
	ends   []int32 // for each byte of Text: the offset in the input just behind its source; nil: the same
	work   *int
}

// NewView makes the view of a text as given.
func NewView(text string) View { return View{Text: text, Has: Bytes(text), work: new(int)} }

// Origin maps the bytes [start,end) of Text to the bytes of the input that they were decoded from.
func (v *View) Origin(start, end int) (int, int) {
	if v.origin == nil {
		return start, end
	}
	if end <= start {
		o := int(v.origin[start])
		return o, o
	}
	return int(v.origin[start]), int(v.ends[end-1])
}

// Work counts n steps of a detector: bytes or tokens looked at. A test holds the sum against the length of
// the input, so that linear time is a statement about steps and not about the speed of a machine.
func (v *View) Work(n int) {
	if v.work != nil {
		*v.work += n
	}
}

// Report is how a detector says what it found: offsets into View.Text.
type Report func(rule string, start, end int)

// Detector finds one class of injection in a view.
type Detector struct {
	Class Class
	// Gate holds sets of bytes. Find runs only on views that share a byte with each of them. It must be
	// sound: a view that fails the gate has no finding of this class.
	Gate []ByteSet
	// Find reports what it finds, in any order. It is linear in len(v.Text), allocates nothing on text that
	// is clean, and keeps nothing after it returns.
	Find func(v *View, report Report)
}

// Open reports whether the gate lets a view through to Find.
func (d *Detector) Open(v *View) bool {
	for i := range d.Gate {
		if !d.Gate[i].Meets(&v.Has) {
			return false
		}
	}
	return true
}
