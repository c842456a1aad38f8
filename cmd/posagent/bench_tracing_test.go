package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkTracing is what spans cost a customer who waits: the same charge at
// three agents that differ in [tracing] alone, in turn in the same loop. The
// floor is the agent that sends nothing.
func BenchmarkTracing(b *testing.B) {
	syscall.Sync()
	hung := make(chan struct{})
	takes, hangs := httptest.NewServer(&gatherer{}), httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hung }))
	b.Cleanup(func() { close(hung); takes.Close(); hangs.Close() })
	with := func(more string) *rig {
		return newRigAt(b, newPlace(b, "\n[receipt]\nprint = false\n"+more), func(string) {})
	}
	endpoint := func(url string) string { return fmt.Sprintf("\n[tracing]\notlp_endpoint = %q\n", url) }
	rigs := []*rig{with(""), with(endpoint(takes.URL)), with(endpoint(hangs.URL))}
	took := make([][]time.Duration, len(rigs))
	for first := 0; b.Loop(); first++ { // who comes first after a pause pays for it
		for n := range rigs {
			i := (first + n) % len(rigs)
			took[i] = append(took[i], rigs[i].sellAtOnce())
		}
	}
	names := []string{"spans go nowhere: floor", "spans go to a collector", "the collector hangs"}
	var table strings.Builder
	for i, all := range took {
		fmt.Fprintf(&table, "\n%-26s %7.0f %8.0f  %5.2f", names[i], at(all, .5), at(all, .99), at(all, .5)/at(took[0], .5))
	}
	b.ReportMetric(at(took[1], .5)/at(took[0], .5), "sent/off")
	b.ReportMetric(at(took[2], .5)/at(took[0], .5), "hung/off")
	b.ReportMetric(0, "ns/op")
	b.Logf("%d charges each, us\n%-26s %7s %8s  %5s%s", len(took[0]), "", "p50", "p99", "floor", table.String())
}
