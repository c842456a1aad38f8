package wire_test

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/posagent/posagent/wallet/wire"
)

// The description for machines and the Go types say the same: every field of
// one is in the other.
func TestDescriptionFitsTheTypes(t *testing.T) {
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths      map[string]any
		Components struct {
			Schemas map[string]struct {
				Required   []string
				Properties map[string]any
			}
		}
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{wire.PathCharges, wire.PathCharge, wire.PathReversal, wire.PathRefunds, wire.PathTopups, wire.PathReconciliation, wire.PathBulletin, wire.PathPing} {
		if doc.Paths[path] == nil {
			t.Errorf("%s is not described", path)
		}
	}
	for _, typ := range []any{
		wire.ChargeRequest{}, wire.RefundRequest{}, wire.TopupRequest{}, wire.ReversalRequest{}, wire.Answer{},
		wire.Reconciliation{}, wire.Entry{}, wire.Total{}, wire.SignedBulletin{}, wire.Problem{},
	} {
		rt := reflect.TypeOf(typ)
		schema := doc.Components.Schemas[rt.Name()]
		var fields []string
		for i := range rt.NumField() {
			name, options, _ := strings.Cut(rt.Field(i).Tag.Get("json"), ",")
			fields = append(fields, name)
			if schema.Properties[name] == nil {
				t.Errorf("%s.%s is not described", rt.Name(), name)
			}
			if optional := options == "omitempty" || options == "omitzero"; optional == slices.Contains(schema.Required, name) {
				t.Errorf("%s.%s: required in the description is %v", rt.Name(), name, !optional)
			}
		}
		for name := range schema.Properties {
			if !slices.Contains(fields, name) {
				t.Errorf("%s.%s is described, but the type has no such field", rt.Name(), name)
			}
		}
	}
}

// The page for people has every word that goes over the wire.
func TestThePageHasEveryWord(t *testing.T) {
	page, err := os.ReadFile("../../docs/reference/wallet-contract.md")
	if err != nil {
		t.Fatal(err)
	}
	words := []string{
		wire.ProblemUnknownKey, wire.ProblemConflict, wire.ProblemForbidden, wire.ProblemInvalid, wire.ProblemBusy, wire.ProblemCannotReverse, wire.ProblemConfirmPending,
		string(wire.Approved), string(wire.Declined), string(wire.Pending), string(wire.Reversed), string(wire.Online), string(wire.Forwarded), string(wire.Presented),
	}
	for _, r := range []wire.Reason{
		wire.InsufficientFunds, wire.CodeExpired, wire.CodeUsed, wire.CodeUnknown, wire.OverLimit, wire.Blocked,
		wire.Stopped, wire.Expired, wire.Refused, wire.OverRefund, wire.NotRefundable,
	} {
		words = append(words, string(r))
	}
	for _, typ := range []any{wire.ChargeRequest{}, wire.RefundRequest{}, wire.TopupRequest{}, wire.ReversalRequest{}, wire.Answer{}, wire.Problem{}} {
		for field := range reflect.TypeOf(typ).Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			words = append(words, name)
		}
	}
	for _, w := range words {
		if !strings.Contains(string(page), "`"+w+"`") {
			t.Errorf("wallet-contract.md does not say `%s`", w)
		}
	}
}
