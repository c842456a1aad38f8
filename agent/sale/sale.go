// Package sale is what a customer owes and to whom: the lines, the total, the
// taxes in it, and the store. It is not about how it is paid.
//
// Invariant: a valid Sale has a positive total, and its lines, if it has any,
// add up to exactly that total.
package sale

import (
	"errors"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/posagent/posagent/agent/money"
)

// Sale is one purchase at one register. All amounts include tax.
type Sale struct {
	ID           string       // ours, unique for ever
	Reference    string       // the POS software's own number; may be empty
	Source       string       // who opened it: a token's name or an operator's id
	Amount       money.Amount // the total that is owed
	Lines        []Line       // may be empty: then the whole total is one item at the standard rate
	BusinessDate string       // "2026-11-22": the day it is booked on, not always the clock's
	At           time.Time    // when it was opened
	Operator     string       // who was at the register
	TopUp        bool         // no goods: the customer's cash becomes money in the wallet

	Bill   string // of a part: the bill that it pays a part of; see Bill
	Part   int    // of a part: its number, from 1
	Before []Line // of a part: what the parts before it pay of the bill, a line for each rate
	Handed int64  // of a part in cash: what the customer laid on the counter, in minor units; 0: it is no cash
}

// Cash tells that a part is paid in cash.
func (s Sale) Cash() bool { return s.Handed > 0 }

// Line is one kind of goods: Amount is for the whole Quantity, tax included.
type Line struct {
	Name     string       `json:"name"`
	Quantity int          `json:"quantity"`
	Amount   money.Amount `json:"amount"`
	Rate     Rate         `json:"rate"`
}

// Store is the seller as a receipt names it.
type Store struct {
	ID       string // 1-8 of [0-9A-Za-z]; the first part of every charge key
	Terminal string // 1-4 of [0-9A-Za-z]; the second part
	Name     string
	NameEN   string
	Address  string
	Phone    string
	Invoice  InvoiceNumber // qualified invoice issuer number; may be empty
	Rounding Rounding
}

// Limits of a sale that comes from outside.
const (
	MaxLines     = 200
	MaxName      = 80  // characters of a line's name
	MaxReference = 64  // characters of a POS reference
	MaxMinor     = 1e9 // a register does not take more in one sale
)

// Check tells the first thing that is wrong with a sale, in words for the one
// who wrote the POS software.
func (s Sale) Check() error {
	if _, known := s.Amount.Currency.Exponent(); !known {
		return fmt.Errorf("currency %q is not known: use an ISO 4217 code such as JPY", s.Amount.Currency)
	}
	if s.Amount.Minor <= 0 || s.Amount.Minor > MaxMinor {
		return fmt.Errorf("amount is %d, but must be from 1 to %d", s.Amount.Minor, int64(MaxMinor))
	}
	if utf8.RuneCountInString(s.Reference) > MaxReference || !printable(s.Reference) {
		return fmt.Errorf("reference must be at most %d printable characters", MaxReference)
	}
	if len(s.Lines) > MaxLines {
		return fmt.Errorf("%d lines, but at most %d are taken", len(s.Lines), MaxLines)
	}
	return s.checkLines()
}

func (s Sale) checkLines() error {
	if len(s.Lines) == 0 {
		return nil
	}
	var sum money.Amount
	for i, l := range s.Lines {
		var err error
		switch {
		case l.Name == "" || utf8.RuneCountInString(l.Name) > MaxName || !printable(l.Name):
			err = fmt.Errorf("name must be 1 to %d printable characters", MaxName)
		case l.Quantity < 1:
			err = errors.New("quantity must be at least 1")
		case !l.Rate.Known():
			err = fmt.Errorf("rate %q is not known: use standard, reduced or exempt", l.Rate)
		case l.Amount.Currency != s.Amount.Currency:
			err = fmt.Errorf("currency is %s, but the sale is in %s", l.Amount.Currency, s.Amount.Currency)
		default:
			sum, err = sum.Add(l.Amount)
		}
		if err != nil {
			return fmt.Errorf("lines[%d]: %w", i, err)
		}
	}
	if sum != s.Amount {
		return fmt.Errorf("lines add up to %s, but amount is %s", sum, s.Amount)
	}
	return nil
}

// printable: text that can stand on a receipt, so that no line of a sale can
// carry printer commands.
func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) && r != '\u3000' {
			return false
		}
	}
	return true
}
