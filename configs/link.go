package configs

import (
	"strings"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// WalletLink is one wallet that this register takes: where it is, how it is
// spoken to, and how patient the register is with it.
type WalletLink struct {
	ID            string // as the rules of codes name it
	Protocol      string // "own"
	URL           string // https, without a path
	CA            string // file: who signs the wallet's certificate (PEM)
	Cert          string // file: this register's certificate (PEM)
	Key           string // file: its key (PEM)
	ReceiptName   string
	ReceiptNameEN string
	Soft          time.Duration
	Deadline      time.Duration
	Inquiries     []time.Duration
	Jitter        float64
	GiveUp        time.Duration
	GiveUpPending time.Duration
	ReverseFirst  time.Duration
	ReverseMax    time.Duration
	PreparedFor   time.Duration
}

// Terms is the register's patience with this wallet.
func (l WalletLink) Terms() charge.Terms {
	return charge.Terms{
		Soft: l.Soft, Deadline: l.Deadline, Inquiries: l.Inquiries, Jitter: l.Jitter,
		GiveUp: l.GiveUp, GiveUpPending: l.GiveUpPending,
		ReverseFirst: l.ReverseFirst, ReverseMax: l.ReverseMax, PreparedFor: l.PreparedFor,
	}
}

func (l *WalletLink) settings() []setting {
	own := []setting{
		{key: "id", required: true, sample: `"own"`, value: text(&l.ID, "", "1 to 32 of a-z, 0-9 and _", made(digits+lower+"_", 1, 32)),
			about: "The wallet as the rules of codes name it."},
		{key: "protocol", value: word(&l.Protocol, "own", "own"), about: "How the wallet is spoken to. own: the contract of the reference wallet."},
		{key: "url", required: true, sample: `"https://127.0.0.1:7071"`, value: text(&l.URL, "", "https://host:port without a path", secureURL),
			about: "Where the wallet is."},
		{key: "ca", required: true, sample: `"/etc/posagent/tls/wallet-ca.crt"`, value: absolute(&l.CA, ""),
			about: "The CA that signs the wallet's certificate (PEM)."},
		{key: "cert", required: true, sample: `"/etc/posagent/tls/register.crt"`, value: absolute(&l.Cert, ""),
			about: "This register's certificate (PEM). It names the store and the terminal."},
		{key: "key", required: true, sample: `"/etc/posagent/tls/register.key"`, value: absolute(&l.Key, ""),
			about: "The key of that certificate (PEM), readable by the agent only."},
		{key: "receipt_name", required: true, sample: `"リファレンスウォレット"`, value: filledLine(&l.ReceiptName, 30),
			about: "The wallet's name on receipts and pages."},
		{key: "receipt_name_en", sample: `"Reference Wallet"`, value: line(&l.ReceiptNameEN, 30), about: "Its English name. Empty: as receipt_name."},
	}
	return append(own, l.patience(charge.Standard())...)
}

func (l *WalletLink) patience(std charge.Terms) []setting {
	return []setting{
		{key: "soft", value: wait(&l.Soft, std.Soft), about: "After this the cashier reads \"checking\"."},
		{key: "deadline", value: wait(&l.Deadline, std.Deadline), about: "A request without an answer is given up after this, and asked about; 100ms to 2m."},
		{key: "inquiries", value: waits(&l.Inquiries, std.Inquiries), about: "Pauses before the first inquiries; the last one repeats."},
		{key: "jitter", value: part(&l.Jitter, std.Jitter, 0, 0.5), about: "Each pause varies by this part, so that registers do not ask all at once."},
		{key: "give_up", value: wait(&l.GiveUp, std.GiveUp), about: "In doubt for longer than this: the charge is reversed."},
		{key: "give_up_pending", value: wait(&l.GiveUpPending, std.GiveUpPending), about: "The same while the customer is to confirm on the phone."},
		{key: "reverse_first", value: wait(&l.ReverseFirst, std.ReverseFirst), about: "The pause after a reversal that was not confirmed; it doubles each time,"},
		{key: "reverse_max", value: wait(&l.ReverseMax, std.ReverseMax), about: "up to this one. A reversal is repeated until the wallet confirms it."},
		{key: "prepared_for", value: wait(&l.PreparedFor, std.PreparedFor), about: "A sale that nobody pays lapses after this."},
	}
}

// aboutTerm is by which words of charge.Terms.Check a complaint about a key
// begins, so that it is shown where the key stands.
var aboutTerm = []struct{ begins, key string }{
	{"deadline", "deadline"},
	{"soft mark", "soft"},
	{"at least one inquiry", "inquiries"},
	{"inquiry pause", "inquiries"},
	{"jitter", "jitter"},
	{"give-up while pending", "give_up_pending"},
	{"give-up", "give_up"},
	{"reversal pauses", "reverse_first"},
	{"a prepared sale", "prepared_for"},
}

// check tells what does not fit together in the times of a wallet.
func (l WalletLink) check(r *reading, key string) {
	err := l.Terms().Check()
	if err == nil {
		return
	}
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	for _, e := range all {
		about := key
		for _, a := range aboutTerm {
			if strings.HasPrefix(e.Error(), a.begins) {
				about = join(key, a.key)
				break
			}
		}
		if !r.refused[about] { // the value was not even taken
			r.say(r.at(about), about, e.Error(), "")
		}
	}
}
