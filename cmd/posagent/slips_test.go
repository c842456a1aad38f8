package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/receipt"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/scanner/imager"
	"github.com/posagent/posagent/drivers/virtual"
	"github.com/posagent/posagent/offline/handover"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/bulletin"
	"github.com/posagent/posagent/wallet/wire"
)

// strip is the paper that came out of a printer, cut by cut.
type strip struct {
	t        *testing.T
	mu       sync.Mutex
	pictures [][]byte // PNG
	texts    []string
}

func looking() papertape.Look {
	return papertape.Look{QR: func(text string, _ byte) (printer.Bitmap, error) { return drawQR(text) }}
}

// newStrip is a printer of the usual kind on a pseudo terminal.
func newStrip(t *testing.T, p *place) *strip {
	t.Helper()
	profile, err := configs.PrinterProfile("escpos-generic-80")
	check(t, err)
	machine, err := virtual.NewPrinter(p.at("printer"), p.at("capture"), slog.New(slog.DiscardHandler))
	check(t, err)
	out := &strip{t: t}
	machine.OnReceipt(func(raw []byte) {
		tape, err := papertape.Read(raw, profile, looking())
		if err != nil {
			t.Errorf("what was printed cannot be read: %v", err)
			return
		}
		out.mu.Lock()
		defer out.mu.Unlock()
		for _, r := range tape.Receipts {
			var b bytes.Buffer
			if err := r.PNG(&b); err != nil {
				t.Error(err)
			}
			out.pictures, out.texts = append(out.pictures, b.Bytes()), append(out.texts, r.Text())
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = machine.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return out
}

// storeCopies are the pictures of the store copies, once there are so many.
func (s *strip) storeCopies(n int) (pictures [][]byte) {
	s.t.Helper()
	eventually(s.t, "the store copies are on paper", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		pictures = nil
		for i, text := range s.texts {
			if strings.Contains(text, "店  舗  控  え") && strings.Contains(text, "posctl queue import --scan") {
				pictures = append(pictures, s.pictures[i])
			}
		}
		return len(pictures) == n
	})
	return pictures
}

// seen is the text of the code in a picture.
func seen(t *testing.T, picture []byte) string {
	t.Helper()
	scan, err := imager.New(imager.Limits{}).Read(context.Background(), bytes.NewReader(picture), "photo")
	check(t, err)
	return string([]byte(scan.Data))
}

// bulletinKey is the key of the real wallet's bulletins.
func (p *place) bulletinKey(t *testing.T) ed25519.PublicKey {
	t.Helper()
	var state wire.BulletinState
	check(t, p.try(http.MethodGet, wire.PathTryBulletin, nil, &state))
	key, err := base64.StdEncoding.DecodeString(state.Key)
	check(t, err)
	return key
}

// A register takes payments without a network, and its disk dies. What is left
// of them is on paper: another register takes the photos in and collects, then
// the first one, set up anew with another key, and at last its old disk, which
// was not dead after all. The customer is debited once.
func TestAChargeComesBackFromPaper(t *testing.T) {
	ctx := context.Background()
	a := newPlace(t, printerConfig)
	wallet := a.startWallet(t)
	a.announced(t)
	printed := newStrip(t, a)
	agentA := a.start(t)
	eventually(t, "the bulletin has come", func() bool { return a.bulletin(t).Version > 0 })
	b := a.beside(t, "T02")
	b.pin(t, a.bulletinKey(t))
	codes := a.phoneShows(t, 2)
	stopWallet(t, wallet)
	a.offline(t, codes)
	papers := printed.storeCopies(2)
	var keys []string
	for _, c := range a.waiting(t).Charges {
		keys = append(keys, c.Key)
	}
	agentA.kill()
	check(t, os.Rename(a.at("data"), a.at("old disk")))
	check(t, os.Mkdir(a.at("data"), 0o700))

	agentB := b.start(t)
	_, err := b.local().ImportSlipPicture(ctx, papers[0])
	refusedWith(t, err, "slip.untrusted")
	wallet = a.startWallet(t)
	eventually(t, "the other register has heard of the wallet", func() bool { return b.bulletin(t).Version > 0 })
	stopWallet(t, wallet)
	slip, err := b.local().ImportSlipPicture(ctx, papers[0])
	if check(t, err); slip.Key != keys[0] || !slip.Taken || slip.Known || slip.Amount != 700 || slip.WalletName != "みほんペイ" || time.Since(slip.Accepted) > time.Hour {
		t.Errorf("taken in %+v", slip)
	}
	if slip, err = b.local().ImportSlip(ctx, seen(t, papers[1])); err != nil || slip.Key != keys[1] || !slip.Taken {
		t.Errorf("as text %+v, %v", slip, err)
	}
	agentB.kill()
	b.start(t)
	if slip, err = b.local().ImportSlipPicture(ctx, papers[0]); err != nil || slip.Taken || !slip.Known {
		t.Errorf("once more, after kill -9, %+v, %v", slip, err)
	}
	if q := b.waiting(t); q.Count != 0 || q.Carried != 2 || q.Brought != 1400 {
		t.Errorf("the other register has %+v", q)
	}
	wallet = a.startWallet(t)
	eventually(t, "the other register has collected", func() bool { return b.waiting(t).Carried == 0 })
	a.onceEach(t, keys)

	check(t, errors.Join(os.Remove(a.at("register.crt")), os.Remove(a.at("register.key"))))
	enrolled, err := a.ca.Client(storeID, terminalID)
	check(t, err)
	check(t, enrolled.Write(a.at("register.crt"), a.at("register.key")))
	agentA = a.start(t)
	eventually(t, "the register that was set up anew has heard of the wallet", func() bool { return a.bulletin(t).Version > 0 })
	for i, picture := range papers {
		if slip, err := a.local().ImportSlipPicture(ctx, picture); err != nil || slip.Key != keys[i] || !slip.Taken {
			t.Errorf("set up anew, it takes in %+v, %v", slip, err)
		}
	}
	eventually(t, "it has collected as well", func() bool { return a.waiting(t).Carried == 0 })
	a.onceEach(t, keys)

	agentA.kill()
	check(t, os.RemoveAll(a.at("data")))
	check(t, os.Rename(a.at("old disk"), a.at("data")))
	a.start(t)
	eventually(t, "the old disk has collected as well", func() bool { return a.waiting(t).Count == 0 })
	for _, key := range keys {
		if s := a.state(t, key); s != "approved" {
			t.Errorf("on the old disk %s is %s", key, s)
		}
	}
	a.onceEach(t, keys)
	if _, err := a.local().ReprintStoreCopy(ctx, keys[0]); err == nil {
		t.Error("there is a store copy of what was collected")
	}
	stopWallet(t, wallet)
}

// Each slip that is not taken in says why, and nothing of it is in the books.
func TestSlipsThatAreNotTakenIn(t *testing.T) {
	ctx := context.Background()
	p := newPlace(t, printerConfig)
	m, issuer := newMaker(t, 1), newMaker(t, 7).key
	p.pin(t, m.public())
	printed := newStrip(t, p)
	p.start(t)
	p.imports(t, m.says(1, issues(issuer, nil)))
	sakura := newPhone(t, issuer, 1)
	if s, no := p.costs(t, 700, sakura.shows(time.Now(), oda.Base64)); s.State != "queued" {
		t.Fatalf("%+v, %+v", s, no)
	}
	text := seen(t, printed.storeCopies(1)[0])
	own, err := p.local().ImportSlip(ctx, text)
	if check(t, err); !own.Known || own.Taken || own.State == "" {
		t.Errorf("its own slip: %+v", own)
	}
	c, err := handover.DecodeSlip(text)
	check(t, err)
	elsewhere := c
	elsewhere.Key = "S0001-T09-1-1"
	for name, try := range map[string]struct {
		change func(*handover.Charge)
		why    string
	}{
		"of another store":          {func(c *handover.Charge) { c.Key = "S0002-T09-1-1" }, "slip.store"},
		"of another wallet":         {func(c *handover.Charge) { c.Wallet = "paypay" }, "slip.wallet"},
		"taken tomorrow":            {func(c *handover.Charge) { c.Accepted = c.Accepted.AddDate(0, 0, 1) }, "slip.clock"},
		"taken when it was old":     {func(c *handover.Charge) { c.Accepted = c.Accepted.Add(-time.Hour) }, "slip.code"},
		"over more than it may be":  {func(c *handover.Charge) { c.Amount = money.Yen(10_001) }, "slip.code"},
		"in other money":            {func(c *handover.Charge) { c.Amount.Currency = "USD" }, "slip.code"},
		"of a key of tomorrow":      {func(c *handover.Charge) { c.Key = "S0001-T01-999999999-1" }, "slip.books"},
		"of our key, another price": {func(d *handover.Charge) { d.Key, d.Amount = c.Key, money.Yen(701) }, "slip.books"},
		"of an unknown issuer": {func(c *handover.Charge) {
			c.Code = paycode.Secret(newPhone(t, newMaker(t, 8).key, 1).shows(time.Now(), oda.Base45))
		}, "slip.code"},
	} {
		forged := elsewhere
		try.change(&forged)
		text, err := handover.EncodeSlip(forged)
		check(t, err)
		_, err = p.local().ImportSlip(ctx, text)
		t.Log(name)
		refusedWith(t, err, try.why)
	}
	_, err = p.local().ImportSlip(ctx, text[:len(text)-1])
	refusedWith(t, err, "slip.unreadable")
	if q := p.waiting(t); q.Count != 1 || q.Carried != 0 {
		t.Errorf("the queue is %+v", q)
	}
	// Who was denied since had paid before: the wallet judges it.
	p.imports(t, m.says(2, issues(issuer, func(b *bulletin.Bulletin) { b.Denied.Tokens = []string{"0100000000000000"} })))
	text, err = handover.EncodeSlip(elsewhere)
	check(t, err)
	if got, err := p.local().ImportSlip(ctx, text); err != nil || !got.Taken || got.State != "queued" {
		t.Errorf("of a customer who was denied since: %+v, %v", got, err)
	}
}

// A store copy under the scanner is refused in its own words, and the sale goes
// on; while somebody imports, it goes there.
func TestAStoreCopyUnderTheScanner(t *testing.T) {
	c := newCounter(t)
	phone := newPhone(t, newMaker(t, 7).key, 1)
	n := int64(0)
	scan := func() {
		t.Helper()
		n++ // the same once more within 2 s would be no scan
		key, err := charge.NewKey("S0001", "T09", 1, n)
		check(t, err)
		text, err := handover.EncodeSlip(handover.Charge{
			Key: key, Wallet: "own", Amount: money.Yen(700), Accepted: time.Now().UTC().Truncate(time.Second),
			Code: paycode.Secret(phone.shows(time.Now(), oda.Base45)), Signature: bytes.Repeat([]byte{7}, 64),
		})
		check(t, err)
		check(t, c.scanner.Scan(text))
	}
	s := c.ring(980)
	scan()
	eventually(t, "it is refused", func() bool { return c.refusal() != nil })
	if r := c.refusal(); r.Why != "code.store_copy" || !strings.Contains(r.TextE, "This is a store copy: posctl queue import --scan") || !strings.Contains(r.Text, "posctl queue import --scan") {
		t.Errorf("it is refused as %+v", r)
	}
	got := make(chan error, 1)
	go func() {
		_, err := c.local().ScanSlip(context.Background(), time.Minute)
		got <- err
	}()
	for came := false; !came; { // until the import is under way, it is refused
		before := c.refusal().At
		scan()
		eventually(t, "it is refused, or goes to the import", func() bool {
			select {
			case err := <-got:
				refusedWith(t, err, "slip.untrusted")
				came = true
			default:
			}
			return came || c.refusal().At != before
		})
	}
	c.payByScan(s)
	if known := c.standings(t); len(known) != 1 {
		t.Errorf("the wallet has %+v", known)
	}
}

// The code of a store copy is read off the paper of every kind of printer,
// as a phone would see it.
func TestAStoreCopyIsReadOffEveryPaper(t *testing.T) {
	raw := make([]byte, 217)
	raw[0], raw[1] = 1, byte(oda.P256)
	for i := 2; i < 71; i++ {
		raw[i] = byte(i * 7)
	}
	due := charge.Due{Accepted: time.Date(2026, 11, 26, 9, 30, 1, 0, time.UTC), Record: charge.Record{
		Key: "ABCDEFGH-12345678-217000000-1234", SaleID: "s", Wallet: strings.Repeat("w", 32), Amount: money.Yen(3000), State: charge.Queued,
	}}
	text, err := slipText(due, paycode.Secret(oda.Encode(raw, oda.Base45)), bytes.Repeat([]byte{9}, 64))
	check(t, err)
	drawn, err := drawQR(text)
	check(t, err)
	for _, name := range []string{"escpos-generic-58", "escpos-generic-80", "escpos-basic", "epson-tm-t88"} {
		profile, err := configs.PrinterProfile(name)
		check(t, err)
		for _, language := range []receipt.Language{receipt.Japanese, receipt.English} {
			in := receipt.Input{Charge: due.Record, Sale: sale.Sale{ID: "s", Amount: due.Amount}, Store: sale.Store{ID: "ABCDEFGH", Terminal: "12345678", Name: "みほん商店"}, Language: language}
			doc, err := receipt.StoreCopy(in, receipt.Evidence{Accepted: due.Accepted, Text: text, QR: drawn})
			check(t, err)
			data, missing, err := escpos.Encode(doc, profile, nil)
			check(t, err)
			tape, err := papertape.Read(data, profile, looking())
			check(t, err)
			var b bytes.Buffer
			check(t, tape.Receipts[0].PNG(&b))
			if got := seen(t, b.Bytes()); got != text || len(missing) > 0 {
				t.Errorf("%s, %s: read %d characters of %d, %v cannot be printed", name, language, len(got), len(text), missing)
			}
		}
	}
}
