package configs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/posagent/posagent/agent/charge"
)

// termsNames are the terms that come with the program, in terms.toml.
var termsNames = []string{"own", "paypay", "alipay", "wechat"}

// Terms are how patient a register is with a kind of wallet: "own", "paypay",
// "alipay" or "wechat".
func Terms(name string) (charge.Terms, error) {
	if !slices.Contains(termsNames, name) {
		return charge.Terms{}, fmt.Errorf("there are no terms %s; known: %s", quote(name), strings.Join(termsNames, ", "))
	}
	text, err := builtIn.ReadFile("terms.toml")
	if err != nil {
		return charge.Terms{}, fmt.Errorf("cannot read the terms of wallets: %w", err)
	}
	var links []WalletLink
	settings := []setting{{key: "terms", about: "How patient the register is with a kind of wallet.", rows: rowsOf(&links, "id", func(l *WalletLink) []setting {
		id := setting{key: "id", required: true, value: word(&l.Preset, "", termsNames...), about: "The name of these terms."}
		return append([]setting{id}, l.patience(charge.Standard())...)
	})}}
	r := newReading()
	r.addText("terms.toml", text, settings)
	r.table(r.root, "", settings)
	for _, l := range links {
		l.check(r, join("terms", l.Preset))
	}
	if err := r.end(); err != nil {
		return charge.Terms{}, err
	}
	i := slices.IndexFunc(links, func(l WalletLink) bool { return l.Preset == name })
	if i < 0 {
		return charge.Terms{}, fmt.Errorf("terms.toml has no terms %s", quote(name))
	}
	return links[i].Terms(), nil
}

// preset lets the terms that a section chooses be the defaults of its other
// keys. A name that is none is told where it is read.
func (l *WalletLink) preset(n *node) {
	chosen := n.keys["terms"]
	if chosen == nil || chosen.text == termsNames[0] {
		return
	}
	if terms, err := Terms(chosen.text); err == nil {
		l.chosen, l.standard = "terms "+chosen.text, terms
	}
}
