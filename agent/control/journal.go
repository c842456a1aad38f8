package control

import (
	"context"
	"net/http"
	"strconv"
)

// JournalEntry is one entry of the journal as its hash covers it. The hash is
// SHA-256 over the 32 bytes of the hash of the entry before (zeros before the
// first) and Text. The other fields are those of Text, in its order; see
// docs/reference/journal.md.
type JournalEntry struct {
	N          int64  `json:"n"`
	Key        string `json:"key"`
	Before     int64  `json:"before" doc:"the entry before of the same charge, 0 for its first"`
	From       string `json:"from"`
	To         string `json:"to"`
	Moved      bool   `json:"moved" doc:"false: nothing changed, it was only written down"`
	Event      string `json:"event"`
	Wallet     string `json:"wallet"`
	Reason     string `json:"reason"`
	By         string `json:"by"`
	Operator   string `json:"operator"`
	Receipt    string `json:"receipt"`
	CodeKind   string `json:"code_kind"`
	CodeMasked string `json:"code_masked"`
	CodeHash   string `json:"code_hash" doc:"keyed: nobody finds the code by it"`
	Asked      string `json:"asked" doc:"RFC 3339, UTC, microseconds; empty when nothing was asked"`
	At         string `json:"at"`
	Note       string `json:"note"`
	Text       string `json:"text" doc:"what the hash covers"`
	Hash       string `json:"hash" doc:"64 hexadecimal digits"`
}

// Journal is a page of the journal, oldest first; Next is the after= of the
// page behind it, 0 on the last one.
type Journal struct {
	Entries []JournalEntry `json:"entries"`
	Next    int64          `json:"next"`
}

// Verification is what became of a look at the whole journal.
type Verification struct {
	Whole   bool    `json:"whole"`
	Entries int64   `json:"entries" doc:"that are sound, from the first one on"`
	Hash    string  `json:"hash" doc:"of the last sound entry; write it down, and a later change of what is before it shows"`
	Charges bool    `json:"charges" doc:"every charge was held against its entries as well"`
	Seconds float64 `json:"seconds"`
	Broken  int64   `json:"broken,omitempty" doc:"the first entry that is not sound"`
	Why     string  `json:"why,omitempty"`
}

// Journal is the page of the journal behind the n-th entry.
func (c *Client) Journal(ctx context.Context, after int64, limit int) (Journal, error) {
	var out Journal
	path := PathJournal + "?after=" + strconv.FormatInt(after, 10) + "&limit=" + strconv.Itoa(limit)
	return out, c.call(ctx, http.MethodGet, path, nil, &out)
}

// VerifyJournal follows the chain of the whole journal, and with charges holds
// every charge against its entries. It may take minutes.
func (c *Client) VerifyJournal(ctx context.Context, charges bool) (Verification, error) {
	var out Verification
	return out, c.call(ctx, http.MethodGet, PathJournalVerify+"?charges="+strconv.FormatBool(charges), nil, &out)
}
