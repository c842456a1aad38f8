package main

import (
	"bytes"
	"crypto"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/wallet/reference"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// set adds settings of forwards to the configuration.
func (p *place) set(t *testing.T, forward string) {
	t.Helper()
	text, err := os.ReadFile(p.config)
	check(t, err)
	check(t, os.WriteFile(p.config, append(text, "\n[forward]\n"+forward+"\n"...), 0o600))
}

// What is set of forwards is what the ledger goes by; and nothing set is what
// it does by itself.
func TestForwardsAreSet(t *testing.T) {
	p := newPlace(t)
	c, err := configs.LoadWallet(p.config)
	check(t, err)
	if c.Forward != (configs.Forward{Within: ledger.ForwardWithin, Count: ledger.MostForwards, Amount: ledger.MostForwarded}) {
		t.Errorf("by default the settings say %+v", c.Forward)
	}
	p.set(t, "within = \"96h\"\ncount = 7\namount = 80")
	c, err = configs.LoadWallet(p.config)
	check(t, err)
	if o := books(c, reference.Options{}); o.ForwardWithin != 96*time.Hour || o.MostForwards != 7 || o.MostForwarded != 80 {
		t.Errorf("the ledger goes by %s, %d and %d", o.ForwardWithin, o.MostForwards, o.MostForwarded)
	}
}

// A register is held to its quota, and told to come again.
func TestForwardQuotaIsHeld(t *testing.T) {
	p := newPlace(t)
	p.set(t, "count = 1")
	d := p.start(t, nil)
	if status, body := p.forward(t, d, 1); status != http.StatusOK || !strings.Contains(body, string(wire.Approved)) {
		t.Fatalf("%d %s", status, body)
	}
	if status, body := p.forward(t, d, 2); status != http.StatusServiceUnavailable || !strings.Contains(body, "24 hours") {
		t.Errorf("over the quota: %d %s", status, body)
	}
}

// forward brings in a code that the register takes just now.
func (p *place) forward(t *testing.T, d *daemon, seq int) (int, string) {
	t.Helper()
	var code wire.MintedCode
	p.try(t, "POST", wire.PathTrySigned, wire.SignedCodeRequest{Customer: "hanako"}, &code)
	r, err := wire.ChargeRequest{
		Key: fmt.Sprint("S0001-T01-1-", seq), Store: "S0001", Terminal: "T01", Amount: 100, Currency: "JPY", Code: code.Code,
		ValidUntil: time.Now().Add(time.Minute), Nonce: "n",
	}.SignForward(time.Now(), p.own.PrivateKey.(crypto.Signer))
	check(t, err)
	data, err := json.Marshal(r)
	check(t, err)
	resp, err := p.register.Post(d.url+wire.PathCharges, "application/json", bytes.NewReader(data))
	check(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	check(t, err)
	return resp.StatusCode, string(body)
}
