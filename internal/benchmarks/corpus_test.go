package benchmarks

import (
	"fmt"
	"os"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/testdata"
)

// TestDetectorsSideBySide prints, for our own corpus, what each detector finds and refuses and how long a string
// takes in the median. It fails only when this library misses an attack or refuses an honest text: the peers'
// figures are for reading.
func TestDetectorsSideBySide(t *testing.T) {
	attacks, err := testdata.Attacks()
	require.NoError(t, err)
	benign, err := testdata.Benign()
	require.NoError(t, err)
	all, err := detectors()
	require.NoError(t, err)

	w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "detector\tattacks found\thonest texts refused\tmedian a string\t\n")
	for _, d := range all {
		found, _ := count(d, attacks)
		refused, median := count(d, benign)
		fmt.Fprintf(w, "%s\t%.1f %%\t%.2f %%\t%v\t\n", d.name,
			100*float64(found)/float64(len(attacks)), 100*float64(refused)/float64(len(benign)), median)
		if d.name == "tangoguard" {
			require.Equal(t, len(attacks), found)
			require.Zero(t, refused)
		}
	}
	require.NoError(t, w.Flush())
}

func count(d detector, lines []testdata.Line) (n int, median time.Duration) {
	times := make([]time.Duration, len(lines))
	for i, l := range lines {
		start := time.Now()
		hit := d.found(l.Text)
		times[i] = time.Since(start)
		if hit {
			n++
		}
	}
	return n, middle(times)
}
