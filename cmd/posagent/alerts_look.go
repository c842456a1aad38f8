package main

import (
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/alert"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/health"
	"github.com/posagent/posagent/drivers/device"
)

// troublesNow is what is wrong at this moment, as people are told of it. What
// cannot be asked is left out, and said in the log.
func (d *program) troublesNow(now time.Time) (out []alert.Seen) {
	for _, look := range []func(time.Time) ([]alert.Seen, error){d.doubts, d.oldQueue, d.fullDisk, d.certificates} {
		seen, err := look(now)
		if err != nil {
			d.log.Error("a part of the register cannot be looked at for alerts", "error", err)
		}
		out = append(out, seen...)
	}
	out = append(out, devicesNow(d.register.Devices())...)
	return append(out, grouped(d.register.Troubles())...)
}

// doubts are the charges whose result is not known for too long, as one.
func (d *program) doubts(now time.Time) ([]alert.Seen, error) {
	var keys []string
	for rec, err := range d.books.EachOpen() { // the oldest first
		if err != nil {
			return together("charge.doubt_long", keys), err
		}
		since := rec.SentAt
		if since.IsZero() {
			since = rec.PreparedAt
		}
		switch rec.State {
		case charge.Sent, charge.Pending, charge.InDoubt, charge.Reversing:
			if now.Sub(since) >= d.config.Alerts.DoubtAfter {
				keys = append(keys, string(rec.Key))
			}
		}
	}
	return together("charge.doubt_long", keys), nil
}

// together is one alert of many troubles of one kind.
func together(code string, of []string) []alert.Seen {
	const most = 5
	if len(of) == 0 {
		return nil
	}
	detail := fmt.Sprintf("%d: %s", len(of), strings.Join(of[:min(len(of), most)], " "))
	if len(of) > most {
		detail += " …"
	}
	return []alert.Seen{{Code: code, Detail: detail, Level: alert.Tenfold(len(of))}}
}

func (d *program) oldQueue(now time.Time) ([]alert.Seen, error) {
	e, err := d.taker.Exposure()
	if limit := d.config.Alerts.QueueAfter; err != nil || limit == 0 || e.Oldest.IsZero() || now.Sub(e.Oldest) < limit {
		return nil, err
	}
	return []alert.Seen{{Code: "offline.queue_old", Detail: fmt.Sprintf("%d, %s", e.Count, d.local(e.Oldest))}}, nil
}

func (d *program) fullDisk(time.Time) ([]alert.Seen, error) {
	free, err := d.store.Room()
	if err != nil {
		return nil, err
	}
	detail := fmt.Sprintf("%d MB", free>>20)
	switch {
	case free < int64(d.config.Data.MinFreeMB)<<20:
		return []alert.Seen{{Code: "disk.full", Detail: detail}}, nil
	case free < int64(d.config.Alerts.DiskFreeMB)<<20:
		return []alert.Seen{{Code: "disk.low", Detail: detail}}, nil
	}
	return nil, nil
}

// certificates are those that end soon: this register's for its wallets, and
// those of programs on other machines while these may come in. The certificate
// that these meet here is renewed by the register itself.
func (d *program) certificates(now time.Time) (out []alert.Seen, err error) {
	add := func(subject string, ends time.Time) {
		if level := alert.Days(ends.Sub(now)); level > 0 {
			out = append(out, alert.Seen{Code: "certificate.expires", Subject: subject, Detail: d.local(ends), Level: level})
		}
	}
	for _, w := range d.wallets {
		if len(w.certificate) == 0 {
			continue
		}
		chain, failed := x509.ParseCertificates(w.certificate)
		if failed != nil {
			err = fmt.Errorf("the certificate for wallet %s: %w", w.ID, failed)
			continue
		}
		ends := chain[0].NotAfter
		for _, c := range chain { // what is above it may end first
			if c.NotAfter.Before(ends) {
				ends = c.NotAfter
			}
		}
		add(w.ID, ends)
	}
	if d.far.listen == "" {
		return out, err
	}
	for _, p := range d.far.List() {
		if p.Stands(now) {
			add("pairing "+p.Name, p.Expires)
		}
	}
	return out, err
}

func (d *program) local(t time.Time) string {
	zone, err := d.config.Store.Location()
	if err != nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2006-01-02 15:04")
}

// devicesNow are the devices that cannot work, and the paper that ends. One
// that is not there is one trouble, whatever is thought of why.
func devicesNow(views []agent.DeviceView) (out []alert.Seen) {
	for _, v := range views {
		h := v.Health
		switch {
		case h.State == device.Absent, h.State == device.Faulted:
			out = append(out, alert.Seen{Code: health.Device("", string(h.State), "").Code, Subject: h.ID, Detail: string(h.Reason)})
		case h.State == device.Blocked, h.State == device.Degraded && h.Reason == device.PaperNearEnd:
			out = append(out, alert.Seen{Code: health.Device(h.Kind, string(h.State), string(h.Reason)).Code, Subject: h.ID})
		}
	}
	return out
}

// grouped are the register's own troubles; those of charges are one for each
// kind.
func grouped(list []agent.Trouble) (out []alert.Seen) {
	keys := make(map[string][]string)
	for _, t := range list {
		family, _, _ := strings.Cut(t.Code, ".")
		if ofCharges := family == "charge" || family == "topup" || family == "refund" || t.Code == "offline.rejected"; ofCharges && t.Subject != "" {
			keys[t.Code] = append(keys[t.Code], t.Subject)
			continue
		}
		out = append(out, alert.Seen{Code: t.Code, Subject: t.Subject})
	}
	for code, of := range keys {
		out = append(out, together(code, of)...)
	}
	return out
}
