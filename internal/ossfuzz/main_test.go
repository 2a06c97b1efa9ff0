package main

import (
	"archive/zip"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// taken takes a file apart by the rule that encode states, for arguments of the kinds in like.
func taken(file []byte, like []any) (out []any) {
	var texts []int
	for i, arg := range like {
		out = append(out, arg)
		if _, ok := arg.(int); ok {
			out[i] = int(int64(binary.BigEndian.Uint64(file)))
			file = file[8:]
		} else {
			texts = append(texts, i)
		}
	}
	w, rest := file[:len(texts)], file[len(texts):]
	sum, total := 0, len(rest)
	for _, b := range w {
		sum += int(b)
	}
	for k, i := range texts {
		n := len(rest)
		if k < len(texts)-1 {
			n = 0
			if sum > 0 {
				n = total * int(w[k]) / sum
			}
		}
		if _, ok := like[i].(string); ok {
			out[i] = string(rest[:n])
		} else {
			out[i] = append([]byte{}, rest[:n]...)
		}
		rest = rest[n:]
	}
	return out
}

func TestOSSFuzzReadsWhatIsWritten(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for _, args := range [][]any{
		{"a text"}, {[]byte("bytes\x00\xff")}, {""}, {long}, {"a", "bcd"}, {"", "", ""}, {7, "a", "b"}, {"a", -3, []byte("b")},
		{"POST", "/orders", strings.Repeat("y", 255)}, {long, long}, {500, long + long, long},
	} {
		assert.Equal(t, args, taken(encode(args), args))
	}
	args := []any{"POST", "/orders", long} // no weights fit: nothing is lost, the borders are near
	got := taken(encode(args), args)
	assert.Equal(t, "POST/orders"+long, got[0].(string)+got[1].(string)+got[2].(string))
	assert.InDelta(t, 4, len(got[0].(string)), 4)
}

func TestDecode(t *testing.T) {
	args, err := decode([]byte("go test fuzz v1\n[]byte(\"a\\x00\")\nstring(\"b\\n\")\nint(-7)\n"))
	require.NoError(t, err)
	assert.Equal(t, []any{[]byte("a\x00"), "b\n", -7}, args)
	for _, bad := range []string{"", "string(\"a\")\n", "go test fuzz v1\n", "go test fuzz v1\nfloat64(1)\n", "go test fuzz v1\nx\n", "go test fuzz v1\nstring(f())\n"} {
		_, err := decode([]byte(bad))
		assert.Error(t, err, bad)
	}
}

// Every target of package fuzz gets an archive; its files are named by their hash, and the crashers are among them.
func TestEveryTargetGetsAnArchive(t *testing.T) {
	out := t.TempDir()
	require.NoError(t, run("../..", out))
	sources, err := filepath.Glob("../../fuzz/*_test.go")
	require.NoError(t, err)
	count := 0
	for _, source := range sources {
		text, err := os.ReadFile(source)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`).FindAllSubmatch(text, -1) {
			count++
			z, err := zip.OpenReader(filepath.Join(out, string(m[1])+"_seed_corpus.zip"))
			require.NoError(t, err)
			assert.NotEmpty(t, z.File, m[1])
			for _, f := range z.File {
				r, err := f.Open()
				require.NoError(t, err)
				b, err := io.ReadAll(r)
				require.NoError(t, err)
				sum := sha1.Sum(b)
				assert.Equal(t, hex.EncodeToString(sum[:]), f.Name)
			}
			require.NoError(t, z.Close())
		}
	}
	assert.Greater(t, count, 30)
	crasher, err := os.ReadFile("../../fuzz/testdata/fuzz/FuzzAmount/eb9e92375d36766b")
	require.NoError(t, err)
	args, err := decode(crasher)
	require.NoError(t, err)
	sum := sha1.Sum(encode(args))
	z, err := zip.OpenReader(filepath.Join(out, "FuzzAmount_seed_corpus.zip"))
	require.NoError(t, err)
	defer z.Close()
	_, err = z.Open(hex.EncodeToString(sum[:]))
	assert.NoError(t, err)
}
