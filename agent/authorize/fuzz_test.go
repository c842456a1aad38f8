package authorize_test

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/wire"
)

// Whatever a wallet answers, over a real line: a yes is only a yes when a
// plain reader finds in it what was asked, and an answer never breaks the
// register. NONCE in a body is the nonce of the attempt.
func FuzzAnswer(f *testing.F) {
	good, _ := json.Marshal(answer(request{ChargeRequest: wire.ChargeRequest{Nonce: "NONCE"}}, wire.Approved))
	for _, body := range []string{
		string(good), strings.Replace(string(good), "approved", "declined", 1), strings.Replace(string(good), "approved", "pending", 1),
		strings.Replace(string(good), "1280", "1281", 1), strings.Replace(string(good), "NONCE", "", 1), `{"status":"declined",` + string(good)[1:],
		"", "null", "[]", "{}", `{"key":null}`, "<html>", string(good) + string(good), "\xff\xfe", `{"status":"approved"}`,
		`{"type":"urn:posagent:invalid-request","title":"","status":400}`, `{"type":"urn:posagent:not-your-key","title":"","status":403}`,
	} {
		for _, status := range []int{200, 400, 403, 409, 503} {
			f.Add(status, []byte(body))
		}
	}
	type said struct {
		status int
		body   []byte
	}
	var next atomic.Pointer[said]
	side := listen(f, func(conn net.Conn, r request) bool {
		s := next.Load()
		body := strings.ReplaceAll(string(s.body), "NONCE", r.Nonce)
		_, err := conn.Write(response(s.status, []byte(body)))
		return err == nil && s.status != http.StatusNoContent && s.status != http.StatusNotModified // those have no body
	})
	client := side.client(long)
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 200 || status > 599 {
			t.Skip("SKIP: no status of an answer")
		}
		next.Store(&said{status, body})
		a := client.Charge(t.Context(), rec, shown)
		switch a.Event {
		case charge.Approve, charge.Wait:
			var plain map[string]any
			err := json.Unmarshal(body, &plain)
			want := map[charge.Event]string{charge.Approve: "approved", charge.Wait: "pending"}[a.Event]
			if err != nil || status != 200 || plain["key"] != string(rec.Key) || plain["amount"] != 1280.0 || plain["currency"] != "JPY" ||
				plain["nonce"] != "NONCE" || plain["kind"] != "charge" || plain["status"] != want {
				t.Errorf("%d %q is %s", status, body, a.Event)
			}
		case charge.Decline, charge.Lose, charge.Miss:
			if a.Receipt != "" {
				t.Errorf("%s with the receipt %q", a.Event, a.Receipt)
			}
		default:
			t.Errorf("%d %q is %s", status, body, a.Event)
		}
		if strings.Contains(a.Note, customerCode) {
			t.Errorf("the code is in the note %q", a.Note)
		}
	})
}
