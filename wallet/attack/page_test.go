package attack_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The page for people names every attack as it is made here.
func TestThePageHasEveryAttack(t *testing.T) {
	page, err := os.ReadFile("../../docs/internals/attacks.md")
	check(t, err)
	rows := 0
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| A") || strings.HasPrefix(line, "| B") {
			rows++
		}
	}
	for _, a := range results.rows {
		if row := fmt.Sprintf("| %s | %s | %s | %s |\n", a.ID, a.Failing, a.Attack, a.Expected); !strings.Contains(string(page), row) {
			t.Errorf("docs/internals/attacks.md lacks: %s", row)
		}
	}
	if rows != len(results.rows) {
		t.Errorf("docs/internals/attacks.md has %d rows for %d attacks", rows, len(results.rows))
	}
}
