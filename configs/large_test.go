package configs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/configs"
)

// A complaint shows its line. It must not copy the rest of the file for that:
// a few hundred complaints about a large file took gigabytes.
func TestComplaintsDoNotCopyTheFile(t *testing.T) {
	var text strings.Builder
	for i := range 400 {
		fmt.Fprintf(&text, "odd%d = 1\n", i)
	}
	text.WriteString(strings.Repeat("# a remark\n", 80_000))
	path := filepath.Join(t.TempDir(), "posagent.toml")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	used := testing.Benchmark(func(b *testing.B) {
		for range b.N {
			if _, err := configs.Load(path); err == nil {
				b.Error("a file of unknown keys was taken")
			}
		}
	}).AllocedBytesPerOp()
	if used > 64<<20 {
		t.Errorf("a file of %d kB took %d MB", text.Len()>>10, used>>20)
	}
}
