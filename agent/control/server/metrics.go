package server

import (
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/posagent/posagent/agent"
)

// Gauge is one number of another part of the program, read when asked. One
// whose name ends in _total only rises, and is published as a counter.
type Gauge struct {
	Name, Help string
	Read       func() float64
}

// metrics publishes the register's numbers. Labels never carry keys, amounts
// or codes.
func (s *Server) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(&collector{s: s}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, g := range s.Gauges {
		name := "posagent_" + g.Name
		if strings.HasSuffix(name, "_total") {
			registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: g.Help}, g.Read))
			continue
		}
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: g.Help}, g.Read))
	}
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// collector reads the register's plain counts whenever Prometheus asks.
type collector struct{ s *Server }

var (
	descRefused = prometheus.NewDesc("posagent_scans_refused_total", "Scans that were not taken, by why.", []string{"why"}, nil)
	descAnswers = prometheus.NewDesc("posagent_wallet_answers_total", "Answers of wallets, by the event they meant.", []string{"wallet", "event", "reason"}, nil)
	descNotices = prometheus.NewDesc("posagent_bulletins_refused_total", "Bulletins of wallets that were not taken, by why.", []string{"wallet", "why"}, nil)
	descTook    = prometheus.NewDesc("posagent_authorize_duration_seconds", "How long wallets took to answer.", []string{"wallet"}, nil)
	descDevice  = prometheus.NewDesc("posagent_device_up", "1 while a device is ready.", []string{"device", "role"}, nil)
	descOpen    = prometheus.NewDesc("posagent_charges_unsettled", "Charges that are not at their end.", nil, nil)
	descBuild   = prometheus.NewDesc("posagent_build_info", "The version that runs.", []string{"version"}, nil)
)

// Describe names what Collect sends.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descRefused, descAnswers, descNotices, descTook, descDevice, descOpen, descBuild} {
		out <- d
	}
}

// Collect sends the numbers as they are now.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	counts := c.s.Register.Counts()
	for why, n := range counts.Refused {
		out <- prometheus.MustNewConstMetric(descRefused, prometheus.CounterValue, float64(n), why)
	}
	for heard, n := range counts.Answers {
		out <- prometheus.MustNewConstMetric(descAnswers, prometheus.CounterValue, float64(n), heard.Wallet, heard.Event, heard.Reason)
	}
	for refused, n := range counts.Bulletins {
		out <- prometheus.MustNewConstMetric(descNotices, prometheus.CounterValue, float64(n), refused.Wallet, refused.Why)
	}
	for wallet, took := range counts.Took {
		buckets, total := make(map[float64]uint64), uint64(0)
		for i, limit := range agent.Buckets() {
			total += uint64(took[i])
			buckets[limit.Seconds()] = total
		}
		total += uint64(took[len(took)-1])
		out <- prometheus.MustNewConstHistogram(descTook, total, counts.TookSum[wallet].Seconds(), buckets, wallet)
	}
	for _, d := range c.s.Register.Devices() {
		up := 0.0
		if d.Health.State == "ready" {
			up = 1
		}
		out <- prometheus.MustNewConstMetric(descDevice, prometheus.GaugeValue, up, d.Health.ID, d.Role)
	}
	out <- prometheus.MustNewConstMetric(descOpen, prometheus.GaugeValue, float64(c.s.Register.Unsettled()))
	out <- prometheus.MustNewConstMetric(descBuild, prometheus.GaugeValue, 1, c.s.Version)
}
