package webhook_test

import (
	"net/netip"
	"testing"

	"github.com/posagent/posagent/agent/webhook"
)

// An address of the shop's own network is private however it is written: a
// gateway on the way may turn each of these into it.
func TestPrivateAddressesInOtherClothes(t *testing.T) {
	for _, text := range []string{
		"10.0.0.1", "127.0.0.1", "169.254.169.254", "0.0.0.0", "255.255.255.255", "224.0.0.1", "::1", "::", "fe80::1%eth0", "fd00::1",
		"::ffff:10.0.0.1",        // IPv4-mapped
		"::10.0.0.1",             // IPv4-compatible, ::/96
		"::ffff:0:10.0.0.1",      // IPv4-translated of RFC 2765, ::ffff:0:0:0/96
		"::ffff:0:7f00:1",        // the same, of this machine
		"64:ff9b::10.0.0.1",      // NAT64, RFC 6052
		"64:ff9b:1::10.0.0.1",    // NAT64 of one's own, RFC 8215
		"64:ff9b:1:fff::a00:1",   // the end of it
		"2002:a00:1::1",          // 6to4
		"2001:0:a00:1::1",        // Teredo
		"2001:db8::1", "fec0::1", // of examples; of sites
	} {
		if !webhook.Private(netip.MustParseAddr(text)) {
			t.Errorf("%s counts as an address of the open internet", text)
		}
	}
	for _, text := range []string{"8.8.8.8", "::ffff:8.8.8.8", "2606:4700::1111", "2a00:1450:4001:800::200e"} {
		if webhook.Private(netip.MustParseAddr(text)) {
			t.Errorf("%s counts as a private address", text)
		}
	}
}
