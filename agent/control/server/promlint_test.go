package server_test

import (
	"bytes"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/posagent/posagent/agent/control"
)

// The names of the numbers keep the conventions of Prometheus: base units,
// _total on counters, a help for each.
func TestMetricsKeepTheConventions(t *testing.T) {
	s := start(t)
	got := s.ask(t, "GET", control.PathMetrics, nil, bearer("reader"))
	want(t, got, 200)
	problems, err := promlint.New(bytes.NewReader(got.body)).Lint()
	must(t, err)
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}
