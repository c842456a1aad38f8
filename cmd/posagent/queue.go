package main

import (
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
)

// queued shows what was taken without a network to the API.
type queued struct {
	*taker
	wallets []string
}

// Queue is what is to be collected; see server.Queue.
func (q queued) Queue(limit int) (control.Queue, error) {
	e, err := q.Exposure()
	if err != nil {
		return control.Queue{}, err
	}
	carried, err := q.CarriedExposure()
	out := control.Queue{
		Carried: carried.Count, Brought: carried.Minor,
		Taking: q.rules.Take, Count: e.Count, Amount: e.Minor, Oldest: e.Oldest, Charges: []control.Queued{},
		Limits: control.QueueLimits{
			PerCharge: int64(q.rules.PerCharge), PerCustomer: int64(q.rules.PerCustomer), Outstanding: int64(q.rules.Outstanding),
			Count: q.rules.Count, Age: int64(q.rules.Age / time.Second),
		},
	}
	for _, wallet := range q.wallets {
		if err != nil || len(out.Charges) == limit {
			break
		}
		var due []charge.Due
		due, err = q.Due(wallet, charge.Due{}, limit-len(out.Charges))
		for _, d := range due {
			out.Charges = append(out.Charges, control.Queued{
				Key: string(d.Key), Wallet: wallet, Amount: d.Amount.Minor, Currency: string(d.Amount.Currency),
				State: string(d.State), Attempts: d.Attempts, Accepted: d.Accepted, Until: d.Until, Carried: d.Carried, Moved: d.Moved,
			})
		}
	}
	return out, err
}

// queueGauges are the queue for alarms: a register that is offline must be
// seen from elsewhere once it is back, and on its own page before.
func (t *taker) queueGauges(now func() time.Time) []server.Gauge {
	from := func(exposure func() (charge.Exposure, error), of func(charge.Exposure) float64) func() float64 {
		return func() float64 {
			e, err := exposure()
			if err != nil {
				return -1
			}
			return of(e)
		}
	}
	read := func(of func(charge.Exposure) float64) func() float64 { return from(t.Exposure, of) }
	return []server.Gauge{
		{Name: "offline_carried_charges", Help: "Charges that other registers took without a network and this one is to collect.", Read: from(t.CarriedExposure, func(e charge.Exposure) float64 { return float64(e.Count) })},
		{Name: "offline_carried_minor_units", Help: "The money of these charges, in minor units.", Read: from(t.CarriedExposure, func(e charge.Exposure) float64 { return float64(e.Minor) })},
		{Name: "offline_charges", Help: "Charges that were taken without a network and are not collected yet.", Read: read(func(e charge.Exposure) float64 { return float64(e.Count) })},
		{Name: "offline_minor_units", Help: "The money of these charges, in minor units.", Read: read(func(e charge.Exposure) float64 { return float64(e.Minor) })},
		{Name: "offline_oldest_seconds", Help: "How long the oldest of these charges has waited.", Read: read(func(e charge.Exposure) float64 {
			if e.Oldest.IsZero() {
				return 0
			}
			return now().Sub(e.Oldest).Seconds()
		})},
	}
}
