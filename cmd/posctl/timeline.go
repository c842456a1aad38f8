package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/posagent/posagent/agent/control"
)

// timeline tells the whole story of a charge: when, who or what, what it
// changed and why, and what the cashier read from then on.
func (t *tool) timeline(c control.Charge) {
	fmt.Fprintln(t.out, t.about(c))
	last, spent := time.Time{}, map[string]time.Duration{}
	for _, s := range c.Steps {
		at := s.At.In(t.place())
		if last.IsZero() || at.Format(time.DateOnly) != last.Format(time.DateOnly) {
			fmt.Fprintf(t.out, "\n%s\n", at.Format("2006-01-02 (MST)"))
		}
		since := ""
		if !last.IsZero() {
			since = "+" + brief(at.Sub(last))
			spent[s.From] += at.Sub(last)
		}
		fmt.Fprintf(t.out, "%s %9s  %s\n", at.Format("15:04:05.000"), since, told(s))
		for _, line := range behind(s) {
			fmt.Fprintf(t.out, "%24s%s\n", "", line)
		}
		last = at
	}
	var where []string
	for _, state := range []string{"prepared", "sent", "pending", "indoubt", "queued", "forwarding", "reversing"} {
		if d := spent[state]; d > 0 {
			where = append(where, state+" "+brief(d))
		}
	}
	if len(where) > 0 {
		fmt.Fprintf(t.out, "\nTime in each state: %s\n", strings.Join(where, ", "))
	}
	for _, r := range c.Refunds {
		fmt.Fprintf(t.out, "Refund %s: %d %s, %s (posctl charges --timeline %s)\n", r.Key, r.Amount, r.Currency, r.State, r.Key)
	}
}

// about is how the charge stands now.
func (t *tool) about(c control.Charge) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%s\t%s\n", name, strings.TrimSpace(fmt.Sprintf(format, args...)))
	}
	kinds := map[string]string{"charge": "payment", "refund": "refund", "topup": "top-up"}
	row("key", "%s", c.Key)
	row("what", "%s of %d %s, sale %s", or(kinds[c.Kind], "payment"), c.Amount, c.Currency, c.SaleID)
	if c.Of != "" {
		row("of", "%s", c.Of)
	}
	if c.Wallet != "" {
		row("wallet", "%s %s", named(c.Wallet, c.WalletNameE), receiptOf(c.Receipt))
	}
	if c.Code != "" {
		row("code", "%s", c.Code)
	}
	why := ""
	if c.Reason != "" {
		why = " because of " + c.Reason
	}
	row("now", "%s since %s%s; goods: %s", c.State, c.Changed.In(t.place()).Format("2006-01-02 15:04:05"), why, c.Goods)
	if c.ReasonTextE != "" {
		row("", "%s", c.ReasonTextE)
	}
	row("paper", "%s", c.Paper)
	if c.Alarms > 0 {
		row("alarms", "%d: an answer contradicted the books, see below", c.Alarms)
	}
	_ = w.Flush()
	return strings.TrimRight(b.String(), "\n")
}

func receiptOf(number string) string {
	if number == "" {
		return ""
	}
	return "(its number: " + number + ")"
}

func named(id, name string) string {
	if name == "" || name == id {
		return id
	}
	return name + " [" + id + "]"
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// told is happened, and says when what somebody wanted was not done. An answer
// of a wallet was given all the same.
func told(s control.Step) string {
	if !s.Moved && s.Event == "" {
		return who(s) + " wrote down" // a note; nothing was wanted of the charge
	}
	if !s.Moved && s.By != "wallet" {
		return "in vain: " + happened(s)
	}
	return happened(s)
}

// happened is a step as a sentence, with who it was.
func happened(s control.Step) string {
	wallet, who := or(s.Wallet, "the wallet"), who(s)
	switch s.Event {
	case "":
		return who + " began it"
	case "send":
		if strings.HasPrefix(s.Note, "left with queue file") {
			return who + " let it leave, for another register to collect"
		}
		return who + " sent a request to " + wallet
	case "approve":
		return says(s, who, wallet, "yes") + receiptSuffix(s)
	case "decline":
		return says(s, who, wallet, "no")
	case "wait":
		return wallet + " waits until the customer confirms on the phone"
	case "miss":
		return "nothing of the request to " + wallet + " left this register"
	case "lose":
		if s.By == "recovery" {
			return "found open after a restart: a request may have been under way"
		}
		return "no trustworthy answer from " + wallet
	case "queue":
		if s.From == "" {
			return "another register let the goods go; " + who + " brought it here: the money is collected"
		}
		return who + " let the goods go: the money is collected"
	case "cancel":
		return who + " asked for it to be undone"
	case "refuse":
		return wallet + " will never undo it"
	case "lapse":
		return who + " gave it up"
	case "confirm":
		return confirmed(s, who, wallet)
	}
	return who + ": " + s.Event
}

// who is who it was.
func who(s control.Step) string {
	wallet := or(s.Wallet, "the wallet")
	who := or(map[string]string{
		"wallet": wallet, "timer": "the register's timer", "recovery": "the register, after a restart", "api": "a program",
	}[s.By], s.By)
	if s.By == "recovery" && (s.Reason == "reconciled" || s.Reason == "recovered") {
		who = "the reconciliation of the day"
	}
	if s.Operator != "" && s.By != "wallet" {
		who += " (" + s.Operator + ")"
	}
	return who
}

func says(s control.Step, who, wallet, word string) string {
	if s.By == "wallet" {
		return wallet + " said " + word
	}
	return who + " found that " + wallet + " says " + word
}

func receiptSuffix(s control.Step) string {
	if s.Receipt == "" {
		return ""
	}
	return ", its number: " + s.Receipt
}

func confirmed(s control.Step, who, wallet string) string {
	switch {
	case s.Reason == "refunded":
		return "all of it has been given back by refund"
	case s.From == "approved":
		return who + " found that " + wallet + " has no such payment"
	case s.From == "owed":
		return who + " noted that the customer has the money back"
	}
	return wallet + " confirmed that it is undone"
}

// behind are the lines under a step: how long it took, what it changed, why,
// and what the cashier read.
func behind(s control.Step) []string {
	var out []string
	took := ""
	if !s.Asked.IsZero() {
		took = fmt.Sprintf(" (request started %s earlier)", brief(s.At.Sub(s.Asked)))
	}
	switch {
	case !s.Moved && s.Event == "":
		out = append(out, "stays "+s.To+suffix(": ", s.Note))
	case !s.Moved:
		out = append(out, "changed nothing"+took+": stays "+s.To+suffix(": ", s.Note))
	case s.From == s.To:
		out = append(out, "stays "+s.To+took+suffix(": ", s.Note))
	case s.From == "":
		out = append(out, s.To+suffix(": ", s.Note))
	default:
		out = append(out, s.From+" -> "+s.To+took+suffix(": ", s.Note))
	}
	if s.Reason != "" {
		out = append(out, "why: "+s.Reason+suffix(": ", s.ReasonTextE))
	}
	if s.Moved && s.From != s.To && s.ShownE != "" {
		out = append(out, fmt.Sprintf("cashier reads %q, goods: %s", s.ShownE, s.Goods))
	}
	return out
}

func suffix(sign, text string) string {
	if text == "" {
		return ""
	}
	return sign + text
}

// brief is a time as a person says it.
func brief(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + brief(-d) // the clock was set
	case d < time.Minute:
		return fmt.Sprintf("%.3f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d m %02d s", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%d h %02d m", d/time.Hour, d%time.Hour/time.Minute)
}

// place is where times are told for.
func (t *tool) place() *time.Location {
	if t.zone != nil {
		return t.zone
	}
	return time.Local
}
