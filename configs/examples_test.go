package configs_test

import (
	"testing"

	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/configs"
)

// Every built-in rule has an example, and decides it.
func TestEveryBuiltInRuleHasItsExample(t *testing.T) {
	rules, err := configs.CodeRules("")
	if err != nil {
		t.Fatal(err)
	}
	misled, bare, err := paycode.Examples(rules)
	if err != nil || len(misled)+len(bare) > 0 {
		t.Errorf("misled: %+v; without one: %v; %v", misled, bare, err)
	}
}
