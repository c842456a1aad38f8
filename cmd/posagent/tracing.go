package main

import (
	"context"
	"fmt"
	"os"

	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/trace"
	"github.com/posagent/posagent/agent/trace/otlp"
	"github.com/posagent/posagent/configs"
)

// tracing gives each request its id, and sends spans where the configuration
// asks for it.
type tracing struct {
	tracer *trace.Tracer
	out    *otlp.Exporter // nil: nothing is sent
}

func (d *program) wireTracing(c configs.Config) error {
	d.tracing.tracer = trace.New(nil)
	if c.Tracing.Endpoint == "" {
		return nil
	}
	o := otlp.Options{
		Endpoint: c.Tracing.Endpoint, Register: c.Store.ID + "-" + c.Store.Terminal, Version: version, Training: d.mode.on, Log: d.log,
	}
	var err error
	if c.Tracing.CA != "" {
		if o.Roots, err = os.ReadFile(c.Tracing.CA); err != nil {
			return fmt.Errorf("[tracing] otlp_ca: %w", err)
		}
	}
	if d.tracing.out, err = otlp.New(o); err != nil {
		return fmt.Errorf("[tracing]: %w", err)
	}
	d.tracing.tracer = d.tracing.out.Tracer()
	return nil
}

// run sends spans until ctx ends.
func (t tracing) run(ctx context.Context) error {
	if t.out != nil {
		t.out.Run(ctx)
	}
	return nil
}

func (t tracing) stats() otlp.Stats {
	if t.out == nil {
		return otlp.Stats{}
	}
	return t.out.Stats()
}

func (t tracing) gauges() []server.Gauge {
	return []server.Gauge{
		{Name: "trace_spans_sent_total", Help: "Spans that the collector took.", Read: func() float64 { return float64(t.stats().Sent) }},
		{Name: "trace_spans_dropped_total", Help: "Spans that found no room, or that the collector did not take.", Read: func() float64 { return float64(t.stats().Dropped) }},
	}
}
