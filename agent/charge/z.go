package charge

import (
	"crypto/sha256"
	"fmt"
	"time"
)

// Z is the closing of a register, once for a business day: all journal entries
// behind After, up to Upto. The sum of all of them is what the books say up to
// there: a charge that changes later changes a later Z and never this one.
type Z struct {
	Number   int64 // 1, 2, 3, … without gaps
	Date     string
	After    int64 // Upto of the one before; 0 of the first
	Upto     int64
	At       time.Time
	By       By
	Operator string
	Document []byte   // what was told and printed, JSON; docs/reference/journal.md
	Hash     [32]byte // SHA-256 of Document
}

// ZNote is how the journal's entry of a Z begins. No other note does.
const ZNote = "closing Z "

// Note is what the journal remembers of it.
func (z Z) Note() string {
	return fmt.Sprintf(ZNote+"%d of %s, entries %d to %d, SHA-256 of its document %x", z.Number, z.Date, z.After+1, z.Upto, z.Hash)
}

// Sealed is the Z with the hash of its document.
func (z Z) Sealed() Z {
	z.Hash = sha256.Sum256(z.Document)
	return z
}

// Move is what a part of the journal did to a record: from the state before
// its first entry there, which is empty when it was begun there, to that after
// its last one. All else of the record is as it is now.
type Move struct {
	Record
	Was State
	Is  State
	Why Reason // of Is
	Had Reason // of Was, where that is Reversed
}
