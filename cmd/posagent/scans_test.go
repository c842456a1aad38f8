package main

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
)

// codeIn finds a payer code of the reference wallet.
var codeIn = regexp.MustCompile(`\b97[0-9]{18}\b`)

// Whatever is held under the scanner and is no payer's code is refused in
// words for the cashier; nothing is sent to the wallet, nothing is printed,
// and the sale goes on.
func TestWhatIsNoPayersCode(t *testing.T) {
	c := newCounter(t)
	s := c.ring(980)
	for _, scan := range []struct {
		name string
		data []byte
		why  string
	}{
		{"a web address", []byte("https://example.com/pay?id=1\r"), "code.web_address"},
		{"a shop's own code", []byte("00020101021126580009com.example0123456789012345678901234567890123456789015204000053033925802JP5904SHOP6005TOKYO6304ABCD\r"), "code.merchant_code"},
		{"a product", []byte("4901234567894\r"), "code.product"},
		{"digits of nobody", []byte("12\r"), "code.unknown"},
		{"NUL bytes", []byte("9712\x00\x00\x00345678\r"), "scan.noise"},
		{"half a frame", []byte("971234567890"), "scan.half_frame"},
		{"7 kB", []byte(strings.Repeat("9", 7000) + "\r"), "code.too_long"},
		{"10 kB", []byte(strings.Repeat("9", 10_000) + "\r"), "scan.overflow"},
		{"control characters inside", []byte("97123\x1b45678\r"), "code.not_text"},
		{"a code of another wallet", []byte("281234567890123456\r"), "code.no_wallet"},
	} {
		before := c.refusal()
		check(t, c.scanner.Send(scan.data))
		eventually(t, scan.name+" is refused", func() bool { r := c.refusal(); return r != nil && (before == nil || r.At != before.At) })
		r := c.refusal()
		if r.Why != scan.why {
			t.Errorf("%s is refused as %s, want %s", scan.name, r.Why, scan.why)
		}
		if r.Text == "" || r.TextE == "" {
			t.Errorf("%s is refused without words: %+v", scan.name, r)
		}
	}
	before := c.refusal()
	check(t, c.scanner.Noise())
	eventually(t, "noise is refused", func() bool { r := c.refusal(); return r.At != before.At && r.Why == "scan.noise" })
	if known := c.standings(t); len(known) > 0 {
		t.Errorf("something of it was sent to the wallet: %+v", known)
	}
	still, err := c.client.Charge(context.Background(), s.ChargeKey)
	check(t, err)
	if still.State != string(charge.Prepared) || still.Attempts != 0 {
		t.Errorf("the charge is %+v", still)
	}
	paper, err := os.ReadFile(c.at("capture"))
	check(t, err)
	if strings.Contains(string(paper), s.ChargeKey) {
		t.Error("something was printed")
	}
	c.payByScan(s)
	if r := c.refusal(); r != nil {
		t.Errorf("after a good code the refusal still stands: %+v", r)
	}
}

// A code that is scanned while no sale stands is refused as well, and so is
// one that has paid before.
func TestCodeWithoutASale(t *testing.T) {
	c := newCounter(t)
	code := c.mint(t)
	check(t, c.scanner.Scan(code))
	eventually(t, "it is refused", func() bool { return c.refusal() != nil })
	if why := c.refusal().Why; why != "register.no_sale" {
		t.Errorf("it is refused as %s", why)
	}
	s := c.ring(100)
	_, err := c.client.PaySale(context.Background(), s.ID, control.Code{Text: code})
	check(t, err)
	again := c.ring(200)
	_, err = c.client.PaySale(context.Background(), again.ID, control.Code{Text: code})
	if err == nil || c.refusal() == nil || c.refusal().Why != "register.code_again" {
		t.Errorf("a code that has paid before: %v, %+v", err, c.refusal())
	}
	if known := c.standings(t); len(known) != 1 {
		t.Errorf("the wallet has %+v, want one charge", known)
	}
}

// refusal is the last scan that was not taken, as the register tells.
func (c *counter) refusal() *control.Refusal {
	c.Helper()
	r, err := c.client.Register(context.Background())
	check(c.T, err)
	return r.Refusal
}
