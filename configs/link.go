package configs

import (
	"strings"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// WalletLink is one wallet that this register takes: where it is, how it is
// spoken to, and how patient the register is with it.
type WalletLink struct {
	ID            string   // as the rules of codes name it
	Protocol      string   // "own"
	URL           string   // https, without a path
	CA            string   // file: who signs the wallet's certificate (PEM)
	Cert          string   // file: this register's certificate (PEM)
	Key           string   // file: its key (PEM)
	BulletinKeys  []string // Ed25519 public keys that sign its bulletins: the current and the next; none: it has no bulletin
	ReceiptName   string
	ReceiptNameEN string
	Preset        string // the terms that hold for what is not set below
	Soft          time.Duration
	Deadline      time.Duration
	Inquiries     []time.Duration
	Jitter        float64
	GiveUp        time.Duration
	GiveUpPending time.Duration
	ShowFor       time.Duration
	ReverseFirst  time.Duration
	ReverseMax    time.Duration
	ReverseAfter  time.Duration // 0: at once
	Quiet         time.Duration // 0: the wallet keeps tombstones
	Window        time.Duration // 0: by the day, or for ever
	WindowCloses  time.Duration // after the midnight that follows the payment
	WindowZone    string        // of that midnight; empty: not by the day
	PreparedFor   time.Duration

	standard charge.Terms // of the keys that are not set; zero: charge.Standard
	chosen   string       // where they come from, if not from there
}

// Terms is the register's patience with this wallet.
func (l WalletLink) Terms() charge.Terms {
	var zone *time.Location
	if l.WindowZone != "" {
		zone, _ = time.LoadLocation(l.WindowZone) // its check has loaded it
	}
	return charge.Terms{
		Soft: l.Soft, Deadline: l.Deadline, Inquiries: l.Inquiries, Jitter: l.Jitter,
		GiveUp: l.GiveUp, GiveUpPending: l.GiveUpPending, ShowFor: l.ShowFor,
		ReverseFirst: l.ReverseFirst, ReverseMax: l.ReverseMax, PreparedFor: l.PreparedFor,
		ReverseAfter: l.ReverseAfter, Quiet: l.Quiet,
		Window: charge.Window{For: l.Window, Close: l.WindowCloses, Zone: zone},
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
		{key: "bulletin_keys", value: publicKeys(&l.BulletinKeys, 2),
			about: "The keys that sign the wallet's bulletins, as it told them: the current and the next one (Ed25519).\nEmpty: its stop switches are not obeyed here, and it cannot narrow limits."},
		{key: "receipt_name", required: true, sample: `"リファレンスウォレット"`, value: filledLine(&l.ReceiptName, 30),
			about: "The wallet's name on receipts and pages."},
		{key: "receipt_name_en", sample: `"Reference Wallet"`, value: line(&l.ReceiptNameEN, 30), about: "Its English name. Empty: as receipt_name."},
		{key: "terms", value: word(&l.Preset, termsNames[0], termsNames...),
			about: "How patient the register is with it; any key below overrides one of these."},
	}
	if l.chosen == "" {
		return append(own, l.patience(charge.Standard())...)
	}
	terms := l.patience(l.standard)
	for i := range terms {
		terms[i].from = l.chosen
	}
	return append(own, terms...)
}

func (l *WalletLink) patience(std charge.Terms) []setting {
	return []setting{
		{key: "soft", value: wait(&l.Soft, std.Soft), about: "After this the cashier reads \"checking\"."},
		{key: "deadline", value: wait(&l.Deadline, std.Deadline), about: "A request without an answer is given up after this, and asked about; 100ms to 2m."},
		{key: "inquiries", value: waits(&l.Inquiries, std.Inquiries), about: "Pauses before the first inquiries; the last one repeats."},
		{key: "jitter", value: part(&l.Jitter, std.Jitter, 0, 0.5), about: "Each pause varies by this part, so that registers do not ask all at once."},
		{key: "give_up", value: wait(&l.GiveUp, std.GiveUp), about: "In doubt for longer than this: the charge is reversed."},
		{key: "give_up_pending", value: wait(&l.GiveUpPending, std.GiveUpPending), about: "The same while the customer is to confirm on the phone."},
		{key: "show_for", value: waitOrNone(&l.ShowFor, std.ShowFor), about: "A code that the register shows, for the customer to read, is taken back after this; 10s to 1h. 0s: none is shown."},
		{key: "reverse_first", value: wait(&l.ReverseFirst, std.ReverseFirst), about: "The pause after a reversal that was not confirmed; it doubles each time,"},
		{key: "reverse_max", value: wait(&l.ReverseMax, std.ReverseMax), about: "up to this one. A reversal is repeated until the wallet confirms it."},
		{key: "reverse_after", value: waitOrNone(&l.ReverseAfter, std.ReverseAfter), about: "No reversal is sent before this long after the request, because the wallet refuses it. 0s: at once."},
		{key: "quiet", value: waitOrNone(&l.Quiet, std.Quiet), about: "Only a reversal after this counts: set for a wallet that may still approve a request which\nits network held back. 0s: the wallet blocks a reversed key for ever."},
		{key: "window", value: waitOrNone(&l.Window, std.Window.For), about: "A payment can be reversed for so long, and only be refunded afterwards. 0s: by the day, or for ever."},
		{key: "window_closes", value: waitOrNone(&l.WindowCloses, std.Window.Close), about: "By the day: until this long after the midnight that follows the payment,"},
		{key: "window_zone", value: checked(&l.WindowZone, zoneName(std.Window.Zone), "a name of the IANA time zone database, or \"\"", zoneOrNone),
			about: "in this time zone. Empty: not by the day."},
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
	{"a code is shown", "show_for"},
	{"give-up", "give_up"},
	{"reversal pauses", "reverse_first"},
	{"a reversal is possible", "reverse_after"},
	{"the quiet time", "quiet"},
	{"the window", "window"},
	{"a prepared sale", "prepared_for"},
}

func zoneName(zone *time.Location) string {
	if zone == nil {
		return ""
	}
	return zone.String()
}

func zoneOrNone(name string) error {
	if name == "" {
		return nil
	}
	return knownZone(name)
}

// check tells what does not fit together in the times of a wallet.
func (l WalletLink) check(r *reading, key string) {
	if l.WindowCloses > 0 && l.WindowZone == "" {
		about := join(key, "window_closes")
		r.say(r.at(about), about, "says when a window closes, but window_zone does not say by which clock", "")
	}
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
