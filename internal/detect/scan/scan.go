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

// View is the text at one decoding layer. Detectors read it, never change it, and keep no part of Text: the next
// inspection reuses its memory.
type View struct {
	Text  string  // the text as an interpreter behind Layer decodings would see it
	Has   ByteSet // the bytes that may occur in Text: exact but for letters, digits, controls and bytes above ASCII
	Layer int     // 0 is the text as given

	parent *View  // what Text was decoded from; nil: Text is the input
	edits  []edit // where Text differs from parent.Text, in order
	buf    []byte // holds Text where it was decoded
	work   *int
}

// NewView makes the view of a text as given.
func NewView(text string) View {
	return View{Text: text, Has: bytesOf(GroupsOf(text)), work: new(int)}
}

// Reset makes v the view of a text as given, which holds the bytes of has, counting the work of the detectors in
// work, which may be nil.
func (v *View) Reset(text string, has ByteSet, work *int) {
	v.Text, v.Has, v.Layer, v.parent, v.work = text, has, 0, nil, work
	v.edits = v.edits[:0]
}

// maxKept is the most that a view keeps for its next text.
const maxKept = 1 << 16

// Release forgets the text. A view that was decoded into is worth keeping: it brings its memory along.
func (v *View) Release() {
	v.Text, v.parent, v.work = "", nil, nil
	if cap(v.buf) > maxKept {
		v.buf = nil
	}
	if cap(v.edits) > maxKept/64 {
		v.edits = nil
	}
}

// Origin maps the bytes [start,end) of Text to the bytes of the input that they were decoded from.
func (v *View) Origin(start, end int) (int, int) {
	for ; v.parent != nil; v = v.parent {
		s, _ := v.source(start)
		if end > start {
			_, end = v.source(end - 1)
		} else {
			end = s
		}
		start = s
	}
	return start, end
}

// Work counts n steps of a detector: bytes or tokens looked at. A test holds the sum against the length of
// the input, so that linear time is a statement about steps and not about the speed of a machine.
func (v *View) Work(n int) {
	if v.work != nil {
		*v.work += n
	}
}

// Steps is the sum of what Work has counted.
func (v *View) Steps() int {
	if v.work == nil {
		return 0
	}
	return *v.work
}

// Report is how a detector says what it found: offsets into View.Text.
type Report func(rule string, start, end int)

// Detector finds one class of injection in a view.
type Detector struct {
	Class Class
	// Gate says what a view must hold. It must be sound: a view that it keeps from Find has no finding of this class.
	Gate Gate
	// Worth looks at the beginning of a text, and at whether it holds any of the bytes that matter, before anything is
	// made ready for Find: at what a gate cannot tell. has is the text's View.Has. It must be sound as the gate is;
	// nil is always true.
	Worth func(text string, has ByteSet) bool
	// Find reports what it finds, in any order. It is linear in len(v.Text), allocates nothing on text that
	// is clean, and keeps nothing after it returns.
	Find func(v *View, report Report)
}

// Open reports whether the gate lets a view through to Find.
func (d *Detector) Open(v *View) bool { return d.Gate.Opens(v.Text) }
