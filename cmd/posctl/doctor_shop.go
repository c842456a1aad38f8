package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/posagent/posagent/agent/control"
)

// How old something may be before the doctor speaks of it.
const (
	usualDoubts = 10 * time.Minute // without a result
	oldQueue    = 12 * time.Hour   // of what was taken without a network
	oldClosing  = 48 * time.Hour
)

// checkShop asks the agent for what is no trouble yet, or is nobody's fault. What
// an agent does not tell, because it is older or the token may not read it, is
// left out.
func checkShop(ctx context.Context, client *control.Client, doubts time.Duration, now time.Time) []finding {
	var out []finding
	if open, err := client.Charges(ctx, []string{"indoubt", "pending", "reversing"}, 0, 500); err == nil {
		out = append(out, doubtFindings(open.Charges, doubts, now)...)
	}
	if list, err := client.Devices(ctx); err == nil {
		out = append(out, deviceFindings(list.Devices)...)
	}
	if q, err := client.Queue(ctx, 1); err == nil {
		out = append(out, queueFinding(q, now))
	}
	if all, err := client.Bulletins(ctx); err == nil {
		out = append(out, bulletinFindings(all.Bulletins, now)...)
	}
	if hooks, err := client.Webhooks(ctx); err == nil {
		out = append(out, webhookFindings(hooks.Webhooks)...)
	}
	if s, err := client.Settings(ctx); err == nil && s.Pending > 0 {
		out = append(out, finding{"settings", "look", fmt.Sprintf("change %d waits to be confirmed, and is taken back at %s", s.Pending, s.Until.Local().Format(time.TimeOnly)), "posctl config confirm, or posctl config rollback"})
	}
	if all, err := client.Operators(ctx); err == nil {
		out = append(out, peopleFindings(all.Operators)...)
	}
	if last, err := client.Closings(ctx, 0, 1); err == nil {
		out = append(out, closingFinding(last.Closings, now))
	}
	if numbers, err := client.Metrics(ctx); err == nil {
		out = append(out, versionFindings(string(numbers))...)
	}
	return out
}

func doubtFindings(open []control.Charge, most time.Duration, now time.Time) []finding {
	old := 0
	for _, c := range open {
		if now.Sub(c.Prepared) > most {
			old++
		}
	}
	if old == 0 {
		return []finding{{Check: "doubts", Level: "ok", Text: fmt.Sprintf("none is older than %v", most)}}
	}
	return []finding{{"doubts", "bad", fmt.Sprintf("%d are older than %v", old, most), "posctl unresolved"}}
}

// deviceFindings are the devices that do not answer, or need a hand: paper too.
func deviceFindings(all []control.Device) (out []finding) {
	for _, d := range all {
		level := "bad"
		switch d.State {
		case "ready":
			continue
		case "connecting", "degraded", "disabled":
			level = "look"
		}
		text := d.ID + " is " + d.State
		if d.Reason != "" {
			text += " (" + d.Reason + "): " + d.TextE
		}
		out = append(out, finding{or(d.Role, "device"), level, text, "posctl devices explain " + d.ID})
	}
	return out
}

func queueFinding(q control.Queue, now time.Time) finding {
	switch {
	case q.Count == 0 && !q.Taking:
		return finding{Check: "offline", Level: "ok", Text: "nothing waits to be collected; by the settings nothing is taken without a network"}
	case q.Count == 0:
		return finding{Check: "offline", Level: "ok", Text: "nothing waits to be collected"}
	}
	text := fmt.Sprintf("%d payments of %d yen wait to be collected, the oldest since %s", q.Count, q.Amount, q.Oldest.Local().Format("2006-01-02 15:04"))
	if now.Sub(q.Oldest) > oldQueue {
		return finding{"offline", "bad", text, "bring the network back, then posctl queue forward; or take them to another register: posctl queue export"}
	}
	return finding{"offline", "look", text, "posctl queue list"}
}

func bulletinFindings(all []control.Bulletin, now time.Time) (out []finding) {
	for _, b := range all {
		switch {
		case b.Keys == 0: // told of elsewhere
		case b.Version == 0:
			out = append(out, finding{"bulletin", "look", b.Wallet + " has not sent a bulletin yet: nothing is taken without a network", "let the register reach the wallet, or posctl bulletin import FILE"})
		case b.Old:
			out = append(out, finding{"bulletin", "look", b.Wallet + "'s bulletin has run out: nothing is taken without a network", "let the register reach the wallet, or posctl bulletin import FILE"})
		default:
			out = append(out, finding{Check: "bulletin", Level: "ok", Text: fmt.Sprintf("%s's is %v old", b.Wallet, now.Sub(b.Taken).Round(time.Minute))})
		}
	}
	return out
}

func webhookFindings(hooks []control.Webhook) (out []finding) {
	for _, h := range hooks {
		text := fmt.Sprintf("%s is %s, %d entries behind: %s", h.Name, h.State, h.Behind, h.Problem)
		switch h.State {
		case "ok":
			out = append(out, finding{Check: "webhook", Level: "ok", Text: h.Name + " takes what it is sent"})
		case "gone", "given_up":
			out = append(out, finding{"webhook", "bad", text, "mend the receiver, then posctl webhooks enable " + h.Name})
		default:
			out = append(out, finding{"webhook", "look", text, "posctl webhooks test " + h.Name})
		}
	}
	return out
}

func peopleFindings(people []control.Operator) []finding {
	var out []finding
	managers := 0
	for _, p := range people {
		if p.Disabled {
			continue
		}
		if p.Role == "manager" {
			managers++
		}
		if p.Locked {
			out = append(out, finding{"people", "look", p.ID + " is locked out after wrong PINs", "ask who stood at the register, then posctl users unlock " + p.ID})
		}
		if p.Role != "cashier" && !p.Second {
			out = append(out, finding{"people", "look", p.ID + ", " + p.Role + ", has no second factor: the PIN alone is enough", "posctl users second " + p.ID})
		}
	}
	if managers == 0 {
		out = append(out, finding{"people", "bad", "nobody can sign in as a manager", "posctl enrol --manager ID --name NAME, or posctl users add"})
	}
	return out
}

// closingFinding: a closing is what is compared with wallets, printed and kept.
func closingFinding(last []control.Closing, now time.Time) finding {
	const cure = "posctl close z; and posctl journal export for the safe"
	if len(last) == 0 {
		return finding{"closing", "look", "no day was closed yet", cure}
	}
	text := "the last day that was closed is " + last[0].Date
	if now.Sub(last[0].At) > oldClosing {
		return finding{"closing", "look", text, cure}
	}
	return finding{Check: "closing", Level: "ok", Text: text}
}

var builtAs = regexp.MustCompile(`(?m)^posagent_build_info\{[^}]*version="([^"]*)"`)

func versionFindings(numbers string) []finding {
	found := builtAs.FindStringSubmatch(numbers)
	if found == nil {
		return nil
	}
	if !strings.EqualFold(found[1], version) {
		return []finding{{"version", "look", "the agent is " + found[1] + ", and posctl " + version, "systemctl restart posagent, when an update was installed"}}
	}
	return []finding{{Check: "version", Level: "ok", Text: version}}
}
