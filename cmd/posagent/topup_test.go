package main

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// Who may take a top-up and up to how much is what the configuration says, and
// a token for sales is none for top-ups.
func TestTopUpsByTheConfiguration(t *testing.T) {
	for more, most := range map[string]int64{"": 50_000, "[topup]\nmost = 2000\n": 2000, "[topup]\nmost = 0\n": 0} {
		p := newPlace(t, more)
		c := p.start(t)
		top := func(client *control.Client, amount int64) (int, string) {
			_, err := client.TopUp(context.Background(), control.NewTopUp{Amount: amount, Currency: "JPY"})
			var answer *control.Error
			if !errors.As(err, &answer) {
				check(t, err)
				return http.StatusOK, ""
			}
			return answer.Status, answer.Why
		}
		local := control.Dial("unix:"+p.at("api.sock"), "")
		if status, why := top(local, most+1); status != http.StatusConflict || why != "topup.too_much" {
			t.Errorf("over %d: %d %s", most, status, why)
		}
		if most > 0 {
			if status, why := top(local, most); status != http.StatusOK {
				t.Errorf("%d: %d %s", most, status, why)
			}
		}
		if status, _ := top(p.client, 1); status != http.StatusForbidden {
			t.Errorf("with a token for sales: %d", status)
		}
		c.kill()
	}
}
