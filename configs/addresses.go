package configs

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
)

// hostPort takes "127.0.0.1:7070", "localhost:7070", "[::1]:7070".
func hostPort(s string) bool {
	host, port, err := net.SplitHostPort(s)
	if err != nil || host == "" {
		return false
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 0 && n <= 65535 && strconv.Itoa(n) == port
}

// loopback takes an address of this machine only: the local API is plain HTTP.
func loopback(s string) bool {
	host, _, err := net.SplitHostPort(s)
	if err != nil || !hostPort(s) {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// tlsName takes "192.168.1.10", "fe80::1", "till1.shop.example".
func tlsName(s string) bool {
	if ip, err := netip.ParseAddr(s); err == nil {
		return ip.Zone() == ""
	}
	return form(`[0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?(\.[0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?)*`)(s) && len(s) <= 253
}

// secureURL takes "https://wallet.example:7071" without anything behind it:
// the paths are the protocol's.
func secureURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil &&
		(u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == ""
}

// webOrigin takes "https://pos.example" or "http://localhost:3000".
func webOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.Scheme+"://"+u.Host == s
}
