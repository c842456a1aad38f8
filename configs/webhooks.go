package configs

import (
	"net/netip"
	"net/url"

	"github.com/posagent/posagent/agent/webhook"
)

// Webhook is another program that is told what happened.
type Webhook struct {
	Name         string
	URL          string   // https
	SecretFile   string   // a path, or "credential:" and the name of a systemd credential
	CA           string   // file (PEM); empty: the authorities of the system
	Events       []string // of webhook.Types; none: all
	AllowPrivate []string // addresses or prefixes
}

func (w *Webhook) settings() []setting {
	return []setting{
		{key: "name", required: true, sample: `"books"`, value: text(&w.Name, "", idWant, made(idMade, 1, 32)), about: "Its name for posctl webhooks and in the log. A new name begins with what happens from then on."},
		{key: "url", required: true, sample: `"https://books.example/posagent"`, value: text(&w.URL, "", "https://host/path without a user", hookURL), about: "Where the messages go."},
		{key: "secret_file", required: true, sample: `"/etc/posagent/books.secret"`, value: text(&w.SecretFile, "", "a path from the root, or credential:NAME of systemd", secretPlace),
			about: "A file with the secret that signs them: whsec_… in one line, or in two while it is being\nchanged. It is read at each message."},
		{key: "ca", value: absoluteOrNone(&w.CA, ""), about: "Who signs the receiver's certificate (PEM). Empty: the authorities of the system."},
		{key: "events", value: words(&w.Events, webhook.Types()...), about: "What it is told. []: everything."},
		{key: "allow_private", value: texts(&w.AllowPrivate, "addresses or networks such as \"192.168.1.20\" or \"10.8.0.0/16\"", network),
			about: "Private addresses that it may have. All others are refused when they are dialled."},
	}
}

// hookURL takes "https://books.example/posagent?shop=3".
func hookURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.Fragment == ""
}

func secretPlace(s string) bool {
	const credential = "credential:"
	if len(s) > len(credential) && s[:len(credential)] == credential {
		return made(idMade+".", 1, 64)(s[len(credential):])
	}
	return len(s) > 1 && s[0] == '/'
}

func network(s string) bool {
	_, err := ParseNetwork(s)
	return err == nil
}

// ParseNetwork reads an address or a network.
func ParseNetwork(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap().WithZone("").Prefix(a.Unmap().BitLen())
	}
	return netip.ParsePrefix(s)
}
