package configs

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
)

// Tracing is where the register tells of what a charge took. Trace ids are
// passed on in any case.
type Tracing struct {
	Endpoint string // https, or http on this machine; empty: nowhere
	CA       string // file (PEM); empty: the authorities of the system
}

func (t *Tracing) settings() []setting {
	return []setting{
		{key: "otlp_endpoint", value: checked(&t.Endpoint, "", collectorWant, collectorURL),
			about: "Where an OpenTelemetry collector takes spans by OTLP over HTTP, such as\n\"http://127.0.0.1:4318\" (/v1/traces is added where there is no path). Empty: nothing is sent."},
		{key: "otlp_ca", value: absoluteOrNone(&t.CA, ""), about: "Who signs the collector's certificate (PEM). Empty: the authorities of the system."},
	}
}

const collectorWant = `https://host:port/path without a user or a query, http: only on this machine, or ""`

// errCollector does not quote what was written: there may be a password in it.
var errCollector = errors.New("is no such address; wanted: " + collectorWant)

// collectorURL takes "https://traces.example:4318/v1/traces". Keys of charges
// go there, so that only this machine hears of them in the clear.
func collectorURL(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.RawQuery != "" || u.ForceQuery {
		return errCollector
	}
	if port := u.Port(); port != "" && !hostPort(net.JoinHostPort(u.Hostname(), port)) {
		return errCollector
	}
	if u.Scheme == "https" || u.Scheme == "http" && thisMachine(u.Hostname()) {
		return nil
	}
	return errCollector
}

func thisMachine(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}
