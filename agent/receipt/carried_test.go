package receipt_test

import (
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/charge"
)

// A store copy of a charge that another register took names that register.
func TestAStoreCopyNamesTheRegisterThatTook(t *testing.T) {
	i := in(charge.Queued, lunch())
	i.Charge.Key, i.Charge.Carried = "tokyo1-07-216950400-42", true
	text := paper(t, must(t, storeCopy(evidence), i), 48)
	if strings.Contains(text, "tokyo1-01") {
		t.Errorf("charge %s was taken by register 07:\n%s", i.Charge.Key, text)
	}
}
