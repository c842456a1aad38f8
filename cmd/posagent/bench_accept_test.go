package main

import (
	"encoding/json"
	"syscall"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/offline/oda"
)

// BenchmarkAccept is what a customer waits for while the wallet is away: a sale
// with a signed code, in one call or prepared beforehand, until the answer says
// that it is queued. The code is proved, judged against every limit and durable by then. The floor is
// that of BenchmarkCharge, an online charge at its best, measured in the same
// loop; the wallet of the floor is another one than the register's, whose
// address nobody answers.
func BenchmarkAccept(b *testing.B) {
	syscall.Sync() // what another benchmark left to be written would be paid here
	most := "\n[receipt]\nprint = false\n[offline]\nper_customer = 100_000_000\noutstanding = 100_000_000\ncount = 100_000\n"
	m, issuer := newMaker(b, 1), newMaker(b, 7).key
	p := newPlace(b, most)
	p.pin(b, m.public())
	p.walletAddr = freePort(b) // of the floor
	r := newRigAt(b, p, func(string) {})
	p.imports(b, m.says(1, issues(issuer, nil)))
	var customers []*phone // as many as come in an evening
	for n := range 250 {
		customers = append(customers, newPhone(b, issuer, byte(n+1)))
	}
	n := 0
	taken := func(answer []byte) {
		var s control.Sale
		check(b, json.Unmarshal(answer, &s))
		if s.State != string(charge.Queued) && s.State != string(charge.Forwarding) { // collecting may have begun
			b.Fatalf("the sale is %+v", s)
		}
	}
	code := func() *control.Code {
		n++
		return &control.Code{Text: customers[n%len(customers)].shows(time.Now(), oda.Base45)}
	}
	atOnce := func() time.Duration {
		answer, took := r.post(r.till, r.url+control.PathSales, r.sale(code()))
		taken(answer)
		return took
	}
	prepared := func() time.Duration {
		answer, _ := r.post(r.till, r.url+control.PathSales, r.sale(nil))
		var s control.Sale
		check(b, json.Unmarshal(answer, &s))
		answer, took := r.post(r.till, r.url+salePath(control.PathSaleCode, s.ID), code())
		taken(answer)
		return took
	}
	var page, trip, hop, serial, ready []time.Duration
	for b.Loop() {
		page = append(page, r.sync())
		trip = append(trip, r.askWallet())
		hop = append(hop, r.hop())
		serial = append(serial, atOnce())
		ready = append(ready, prepared())
	}
	floor := 2*at(page, .5) + at(trip, .5) + at(hop, .5)
	b.ReportMetric(at(ready, .5)/floor, "prepared/floor")
	b.ReportMetric(at(serial, .5)/floor, "serial/floor")
	b.ReportMetric(0, "ns/op")
	b.Logf("%d charges, us: sync %.0f, trip %.0f, hop %.0f, floor %.0f; taken without a network in one call p50 %.0f, p99 %.0f; prepared beforehand %.0f, %.0f",
		len(serial), at(page, .5), at(trip, .5), at(hop, .5), floor, at(serial, .5), at(serial, .99), at(ready, .5), at(ready, .99))
}
