package paycode

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kinds of payment codes.
const (
	KindEMV    = "emv_cpm"
	KindJPQR   = "jpqr_cpm"
	KindDigits = "digits"
	KindSigned = "signed" // OP1, see docs/reference/op1.md
)

// Classifier says whose a code is. It never changes after New and may be used
// from many goroutines.
type Classifier struct {
	reject    []rejectRule
	templates []templateRule // longest prefix first
	digits    []digitsRule
	taken     []string       // in the store's order of preference
	rank      map[string]int // place in taken
}

// Wallets are the wallets that Classify can answer with, in the store's order
// of preference: taken by the store, and named by a rule. A wallet that the
// store takes and that is missing here has no rule.
func (c *Classifier) Wallets() []string {
	named := make(map[string]bool)
	for _, r := range c.templates {
		named[r.Wallet] = true
	}
	for _, r := range c.reject {
		named[r.Wallet] = true
	}
	for _, r := range c.digits {
		named[r.Wallet] = true
	}
	var out []string
	for _, w := range c.taken {
		if named[w] {
			out = append(out, w)
		}
	}
	return out
}

// Classify says whose code this is, or refuses it with a *Refusal. aim is the
// AIM identifier that the scanner sent, or empty; data is the payload without
// it. Only control characters at the end are stripped, which framing may have
// left: a space, or anything at the front, is part of the code.
func (c *Classifier) Classify(aim string, data []byte) (Code, error) {
	for len(data) > 0 && isControlByte(data[len(data)-1]) {
		data = data[:len(data)-1]
	}
	switch {
	case len(data) == 0:
		return Code{}, &Refusal{Why: Empty}
	case len(data) > MaxLength:
		return Code{}, &Refusal{Why: TooLong}
	case !isText(data):
		return Code{}, &Refusal{Why: NotText}
	case onGoods(aim):
		return Code{}, &Refusal{Why: Product}
	}
	text := string(data)
	if strings.HasPrefix(text, SlipPrefix) { // before the rules: none may make it a payment code
		return Code{}, &Refusal{Why: StoreCopy}
	}
	for _, r := range c.reject {
		if !r.hit(aim, text) {
			continue
		}
		if r.Why == Offline && c.takes(r.Wallet) {
			return Code{Text: Secret(text), AIM: aim, Wallet: r.Wallet, Kind: KindSigned, Rule: r.ID, Signed: true}, nil
		}
		return Code{}, &Refusal{Why: r.Why, Rule: r.ID}
	}
	if kind, ok := looksLikeCPM(text); ok {
		return c.classifyCPM(aim, text, kind)
	}
	if onlyDigits(text) {
		return c.classifyDigits(aim, text)
	}
	return Code{}, &Refusal{Why: Unknown}
}

// onGoods says whether the symbology itself is only printed on goods: EAN and
// UPC (]E), GS1 DataBar (]e). That is the one thing an AIM identifier decides
// by itself: the same payment code may be shown as QR and as Code 128.
func onGoods(aim string) bool {
	return strings.HasPrefix(aim, "]E") || strings.HasPrefix(aim, "]e")
}

func isControlByte(b byte) bool { return b < 0x20 || b == 0x7F }

func isText(data []byte) bool {
	return utf8.Valid(data) && bytes.IndexFunc(data, unicode.IsControl) < 0
}

func (r rejectRule) hit(aim, text string) bool {
	if r.AIM != "" && aim != "" && r.AIM != aim {
		return false
	}
	return r.pattern.match(text)
}

func (c *Classifier) classifyDigits(aim, text string) (Code, error) {
	for _, r := range c.digits {
		if !r.pattern.match(text) {
			continue
		}
		if !c.takes(r.Wallet) {
			return Code{}, &Refusal{Why: NoWallet, Rule: r.ID, Wallet: r.Wallet}
		}
		return Code{Text: Secret(text), AIM: aim, Wallet: r.Wallet, Kind: KindDigits, Rule: r.ID}, nil
	}
	return Code{}, &Refusal{Why: Unknown}
}

// classifyCPM finds the wallet of a code that may offer several applications.
// Among those that the store takes, the store's order decides, then the
// code's: the specification leaves the choice to the shop. The choice is made
// once; an answer of that wallet never leads to another one.
func (c *Classifier) classifyCPM(aim, text, kind string) (Code, error) {
	cpm, err := ParseCPM(text)
	if err != nil {
		return Code{}, &Refusal{Why: BadCode, Rule: kind, Cause: err}
	}
	var chosen *templateRule
	var refusal *Refusal
	for _, app := range cpm.Templates {
		rule := c.template(app)
		var no *Refusal
		switch {
		case rule == nil:
			no = &Refusal{Why: NoWallet, Rule: kind}
		case rule.Why != "" && !(rule.Why == Offline && c.takes(rule.Wallet)):
			no = &Refusal{Why: rule.Why, Rule: rule.ID}
		case !c.takes(rule.Wallet):
			no = &Refusal{Why: NoWallet, Rule: rule.ID, Wallet: rule.Wallet}
		case chosen == nil || c.rank[rule.Wallet] < c.rank[chosen.Wallet]:
			chosen = rule
		}
		if refusal == nil {
			refusal = no
		}
	}
	if chosen == nil {
		return Code{}, refusal
	}
	code := Code{Text: Secret(text), AIM: aim, Wallet: chosen.Wallet, Kind: kind, Rule: chosen.ID}
	if chosen.Why == Offline {
		code.Kind, code.Signed = KindSigned, true
	}
	return code, nil
}

func (c *Classifier) takes(wallet string) bool {
	_, ok := c.rank[wallet]
	return ok
}

// template is the rule of an application, or nil.
func (c *Classifier) template(app Application) *templateRule {
	for i := range c.templates {
		r := &c.templates[i]
		if !bytes.HasPrefix(app.ADF, r.prefix) {
			continue
		}
		if r.account == nil || r.account.match(app.Account.Reveal()) {
			return r
		}
	}
	return nil
}
