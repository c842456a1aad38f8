// Package health is the one catalogue of troubles and results that a person
// can meet: what it is called, what it means, who must act, and what to do
// next, in Japanese and in English. It does not notice anything itself, and it
// holds no words for engineers only: those stay in logs.
//
// Invariant: each code is declared once, in both languages; a code never
// changes its meaning; and nothing here tells a customer why a wallet found
// them suspicious.
package health

import (
	"slices"
	"strings"
)

// Act is who must do something.
type Act string

const (
	Cashier  Act = "cashier"
	Manager  Act = "manager"
	Engineer Act = "engineer"
)

// Entry is one trouble or result. Title is a heading of a few words, Text a
// sentence or two on what it means, Remedy what to do next. Fields with EN are
// the same in English.
type Entry struct {
	Code             string // family.word, such as "code.merchant_code"
	Act              Act
	Title, TitleEN   string
	Text, TextEN     string
	Remedy, RemedyEN string
}

// Advice is Text and Remedy in one piece, for a place with room for one.
func (e Entry) Advice() string { return e.Text + e.Remedy }

// AdviceEN is Advice in English.
func (e Entry) AdviceEN() string { return strings.TrimSpace(e.TextEN + " " + e.RemedyEN) }

// families are all parts of the catalogue.
var families = [][]Entry{codes, reasons, states, devices, deviceStates, register, prints, drawers, scans, pictures, signIns, corrections, refunds, differences, done, offline, handover, slips, overrides, links, hardware, people, settings, webhooks, voids, closings, bills, registerLinks, pairings, alerts}

// catalogue finds an entry by its code.
var catalogue = func() map[string]Entry {
	all := map[string]Entry{}
	for _, family := range families {
		for _, e := range family {
			all[e.Code] = e
		}
	}
	return all
}()

// Lookup is the entry of a code. A code that nobody declared still gets an
// honest one, which names the code.
func Lookup(code string) Entry {
	if e, ok := catalogue[code]; ok {
		return e
	}
	return Entry{
		Code: code, Act: Engineer,
		Title: "説明のない状態です", TitleEN: "No description",
		Text:   "この端末には、この状態の説明がありません(" + code + ")。",
		TextEN: "This register has no words for this state (" + code + ").",
		Remedy: "この番号を保守担当者に伝えてください。", RemedyEN: "Tell this code to your engineer.",
	}
}

// Known tells whether a code is declared.
func Known(code string) bool {
	_, ok := catalogue[code]
	return ok
}

// Codes are all codes, sorted.
func Codes() []string {
	all := make([]string, 0, len(catalogue))
	for code := range catalogue {
		all = append(all, code)
	}
	slices.Sort(all)
	return all
}

// Device is what to say of a device: kind is "scanner", "printer" and so on,
// state and reason are its words in the vocabulary of devices. The reason is
// more telling than the state, and the sentence for the kind more than the
// general one.
func Device(kind, state, reason string) Entry {
	for _, code := range []string{"device." + kind + "." + reason, "device." + reason} {
		if reason != "" && Known(code) {
			return Lookup(code)
		}
	}
	return Lookup("device.state." + state)
}
