package reference

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/posagent/posagent/wallet/wire"
)

// FuzzDecode: a body that is taken says the same to every JSON reader, and
// says it again when it is written anew.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"key":"S-T-1-1","terminal":"T","store":"S","amount":100,"currency":"JPY","code":"97","mode":"online","valid_until":"2026-07-01T00:00:00Z","nonce":"n"}`))
	f.Add([]byte(`{"amount":1,"amount":2}`))
	f.Add([]byte(`{"\u0061mount":1,"Amount":2}`))
	f.Add([]byte(`{"amount":1e2}`))
	f.Add([]byte(`{"amount":9223372036854775807,"key":"\ud800"}`))
	f.Add([]byte(`{"key":{"key":[]}}`))
	f.Add([]byte(`{} {}`))
	f.Add([]byte("\xef\xbb\xbf{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r wire.ChargeRequest
		if decode(data, &r) != nil {
			return
		}
		var plain map[string]json.RawMessage
		if err := json.Unmarshal(data, &plain); err != nil {
			t.Fatalf("%q was taken, but is no JSON object: %v", data, err)
		}
		var amount int64
		if raw, ok := plain["amount"]; ok {
			if err := json.Unmarshal(raw, &amount); err != nil {
				t.Fatalf("%q was taken with the amount %s: %v", data, raw, err)
			}
		}
		if amount != r.Amount {
			t.Fatalf("%q: we read amount %d, another reader %d", data, r.Amount, amount)
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatalf("%q was taken, but cannot be written: %v", data, err)
		}
		var twin wire.ChargeRequest
		if err := decode(again, &twin); err != nil || !twin.ValidUntil.Equal(r.ValidUntil) {
			t.Fatalf("%q was taken, but not when written anew as %q: %v", data, again, err)
		}
		twin.ValidUntil = r.ValidUntil
		if len(r.TerminalCertificate) == 0 { // an empty one is none
			r.TerminalCertificate = nil
		}
		if !reflect.DeepEqual(twin, r) {
			t.Fatalf("%q reads as %+v, and written anew as %+v", data, r, twin)
		}
	})
}
