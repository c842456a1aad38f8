package identity

import (
	"fmt"
	"net/mail"
	"net/netip"
	"strings"
	"unicode"
)

// Contact is the one form of a mail address or a telephone number in Japan or
// abroad. Two spellings of one contact are one member.
func Contact(text string) (string, error) {
	text = strings.TrimSpace(text)
	if len(text) > 254 || strings.ContainsFunc(text, unicode.IsControl) {
		return "", fmt.Errorf("%w: that is no mail address and no telephone number", ErrInvalid)
	}
	if strings.Contains(text, "@") {
		a, err := mail.ParseAddress(text)
		if err != nil || a.Name != "" || a.Address != text || strings.ContainsAny(text, " <>\"") {
			return "", fmt.Errorf("%w: that is no mail address", ErrInvalid)
		}
		return strings.ToLower(text), nil
	}
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r == '+':
			return r
		case r >= '０' && r <= '９': // as Japanese keyboards write them
			return r - '０' + '0'
		case r == '-' || r == ' ' || r == '(' || r == ')':
			return -1
		}
		return 'x'
	}, text)
	if rest, abroad := strings.CutPrefix(digits, "+"); abroad {
		digits = rest
	} else if rest, home := strings.CutPrefix(digits, "0"); home {
		digits = "81" + rest
	}
	if len(digits) < 10 || len(digits) > 15 || strings.ContainsAny(digits, "x+") {
		return "", fmt.Errorf("%w: that is no mail address and no telephone number", ErrInvalid)
	}
	return "+" + digits, nil
}

// network is the part of an address that one customer of a provider has.
func network(addr netip.Addr) string {
	addr = addr.Unmap()
	bits := 24
	if addr.Is6() {
		bits = 48
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return "unknown"
	}
	return p.String()
}
