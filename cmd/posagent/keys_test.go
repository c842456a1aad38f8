package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// After a kill -9 and a new start the same request under the same key is
// answered as before, whatever it moved, and another under its key is refused.
func TestKeysOutliveAKill(t *testing.T) {
	const token = "the token of a till that does everything"
	sum := sha256.Sum256([]byte(token))
	p := newPlace(t, fmt.Sprintf("[[api.token]]\nname = \"all\"\nsha256 = %q\nscopes = [\"prepare\", \"read\", \"refund\", \"topup\", \"resolve\"]\n", hex.EncodeToString(sum[:])))
	p.startWallet(t)
	agent := p.start(t)
	post := func(key, path string, body any) (status int, answer struct{ Key, ChargeKey, ID, State, Why string }) {
		t.Helper()
		data, err := json.Marshal(body)
		check(t, err)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+path, bytes.NewReader(data))
		check(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set(control.HeaderIdempotencyKey, key)
		resp, err := http.DefaultClient.Do(req)
		check(t, err)
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		check(t, err)
		var all struct {
			Key, ID, State, Why string
			ChargeKey           string `json:"charge_key"`
		}
		check(t, json.Unmarshal(text, &all))
		answer.Key, answer.ChargeKey, answer.ID, answer.State, answer.Why = all.Key, all.ChargeKey, all.ID, all.State, all.Why
		return resp.StatusCode, answer
	}
	type call struct {
		key, path string
		body      any
	}
	opened := call{"k", control.PathSales, control.NewSale{Amount: 1280, Currency: "JPY", Lines: []control.Line{{Name: "茶", Quantity: 1, Amount: 1280, Rate: "reduced"}}}}
	_, sold := post(opened.key, opened.path, opened.body)
	paid := call{"k", salePath(control.PathSaleCode, sold.ID), control.Code{Text: p.mint(t)}}
	misread := call{"bad", paid.path, control.Code{Text: "no code of anybody"}}
	refund := call{"k", control.PathRefunds, control.NewRefund{ChargeKey: sold.ChargeKey, Amount: 280}}
	topUp := call{"t", control.PathTopUps, control.NewTopUp{Amount: 3000, Currency: "JPY", Code: &control.Code{Text: p.mint(t)}}}
	calls := []call{opened, misread, paid, refund, topUp}
	type reply struct {
		status int
		answer struct{ Key, ChargeKey, ID, State, Why string }
	}
	var before []reply
	for _, c := range calls {
		status, answer := post(c.key, c.path, c.body)
		before = append(before, reply{status, answer})
	}
	if before[2].answer.State != "approved" || before[3].answer.State != "approved" || before[4].answer.State != "approved" || before[1].status != http.StatusConflict {
		t.Fatalf("%+v", before)
	}
	records := len(p.standings(t))
	agent.kill()
	p.start(t)
	for i, c := range calls {
		status, answer := post(c.key, c.path, c.body)
		if i == 0 { // the sale was paid meanwhile
			before[i] = reply{http.StatusOK, before[2].answer}
		}
		if (reply{status, answer}) != before[i] {
			t.Errorf("POST %s: %d %+v, and before %d %+v", c.path, status, answer, before[i].status, before[i].answer)
		}
	}
	if now := len(p.standings(t)); now != records {
		t.Errorf("the same once more made %d records at the wallet", now-records)
	}
	other := control.Code{Text: p.mint(t)}
	for _, c := range []struct {
		call
		why string
	}{
		{call{"k", opened.path, control.NewSale{Amount: 1281, Currency: "JPY"}}, "sale.conflict"},
		{call{"k", opened.path, control.NewSale{Amount: 1280, Currency: "JPY"}}, "sale.conflict"}, // without the lines
		{call{"k", paid.path, other}, "wish.conflict"},
		{call{"k", control.PathRefunds, control.NewRefund{ChargeKey: before[4].answer.ChargeKey, Amount: 280}}, "refund.conflict"},
		{call{"k", control.PathRefunds, control.NewRefund{ChargeKey: sold.ChargeKey, Amount: 281}}, "refund.conflict"},
		{call{"t", control.PathTopUps, control.NewTopUp{Amount: 3001, Currency: "JPY"}}, "sale.conflict"},
		{call{"t", control.PathSales, control.NewSale{Amount: 3000, Currency: "JPY"}}, "sale.conflict"},
	} {
		if status, answer := post(c.key, c.path, c.body); status != http.StatusConflict || answer.Why != c.why {
			t.Errorf("POST %s with another body: %d %+v, want %s", c.path, status, answer, c.why)
		}
	}
	p.finds(t, sold.ChargeKey)
}

// finds asks the real books for a charge by all that is known of it.
func (p *place) finds(t *testing.T, key string) {
	t.Helper()
	found, err := p.local().Search(t.Context(), control.Search{Min: 1280, Max: 1280, Wallets: []string{"みほんペイ"}, States: []string{"approved"}, Kinds: []string{"charge"}})
	check(t, err)
	if len(found.Found) != 1 || found.Found[0].Key != key || found.Next != "" {
		t.Errorf("found %+v", found)
	}
}
