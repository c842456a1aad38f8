package attack_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// attack is a row of the table: what was missing at 7pay or is missing
// elsewhere, how it is attacked, and what must come of it.
type attack struct {
	ID       string `json:"id"`
	Failing  string `json:"failing"`
	Attack   string `json:"attack"`
	Expected string `json:"expected"`
	Result   string `json:"result"`
	Stood    string `json:"stood"` // withstood, won or "not made"
}

// book collects what came of the attacks.
type book struct {
	mu   sync.Mutex
	rows []attack
}

var results = &book{rows: slices.Concat(peopleAttacks, codeAttacks, networkAttacks, inputAttacks)}

// wholeForm tells whether the attacks are made at their full size, as by make
// attack, or small, as in make test.
func wholeForm() bool { return os.Getenv("POSAGENT_ATTACK") == "whole" }

// size is how often something is done.
func size(small, whole int) int {
	if wholeForm() {
		return whole
	}
	return small
}

// made makes an attack of the table beside others, and writes down what came of
// it.
func made(t *testing.T, id string, try func(t *testing.T) string) {
	t.Helper()
	alone(t, id, func(t *testing.T) string {
		t.Parallel()
		return try(t)
	})
}

// alone is made for what is measured.
func alone(t *testing.T, id string, try func(t *testing.T) string) {
	t.Helper()
	i := slices.IndexFunc(results.rows, func(a attack) bool { return a.ID == id })
	if i < 0 {
		t.Fatalf("attack %s is not in the table", id)
	}
	t.Run(id, func(t *testing.T) {
		said := ""
		defer func() {
			stood := "withstood"
			if t.Failed() || said == "" {
				stood, said = "won", "the attack wins: see the log of this test"
			}
			results.mu.Lock()
			defer results.mu.Unlock()
			results.rows[i].Stood, results.rows[i].Result = stood, said
		}()
		said = try(t)
	})
}

// print shows the table, and writes it where POSAGENT_ATTACK_OUT says.
func (b *book) print() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.rows {
		if b.rows[i].Stood == "" {
			b.rows[i].Stood, b.rows[i].Result = "not made", "-"
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "\n%-5s %-42s %-58s %s\n", "", "failing", "attack", "result")
	for _, r := range b.rows {
		fmt.Fprintf(&text, "%-5s %-42s %-58s %s: %s\n", r.ID, r.Failing, r.Attack, r.Stood, r.Result)
	}
	fmt.Print(text.String())
	path := os.Getenv("POSAGENT_ATTACK_OUT")
	if path == "" {
		return nil
	}
	data, err := json.MarshalIndent(b.rows, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}

var codeAttacks = []attack{
	{ID: "A10", Failing: "one code, many tills", Attack: "one code in eight stores in the same millisecond", Expected: "exactly one is paid, the others read code_used"},
	{ID: "A11", Failing: "screenshots of codes", Attack: "a code after its time, and twice within it", Expected: "code_expired by the wallet's clock; code_used"},
	{ID: "A12", Failing: "codes that anybody can make", Attack: "forged, bent and foreign codes at a register without a network", Expected: "refused at the register; nothing is queued"},
	{ID: "A13", Failing: "one account on two phones", Attack: "the key of a phone copied: two phones pay at once", Expected: "a counter in two codes freezes both; the loss is at most what the certificate may spend"},
	{ID: "A14", Failing: "one code, many tills", Attack: "one signed code taken by eight registers without a network", Expected: "one is collected, the others are found at forwarding; a register takes it once"},
	{ID: "A15", Failing: "what a code may carry", Attack: "card numbers, addresses, 7 kB, NUL, right-to-left and printer commands as a code", Expected: "a typed refusal; nothing in log or on paper"},
	{ID: "A16", Failing: "amounts that change", Attack: "another amount between the scan and the customer's yes", Expected: "409; the customer confirms what was asked"},
}

var networkAttacks = []attack{
	{ID: "A40", Failing: "a man in the middle", Attack: "the register meets a foreign, ended, misnamed or TLS 1.2 wallet", Expected: "no byte of a request leaves"},
	{ID: "A41", Failing: "answers that are replayed", Attack: "an old answer, another's answer, and one that comes too late", Expected: "dropped; the payment is undone, and the books are equal"},
	{ID: "A42", Failing: "requests that are repeated", Attack: "one request a hundred times", Expected: "one debit"},
	{ID: "A43", Failing: "answers that are lost", Attack: "the answer is lost after the commit", Expected: "the register asks, learns it, and there is one debit"},
	{ID: "A44", Failing: "a wallet that lies", Attack: "approvals that are in no settlement", Expected: "reconciliation finds all of them"},
	{ID: "A45", Failing: "one till floods the wallet", Attack: "one register forwards without an end", Expected: "its quota and no more; the others pay"},
}

var inputAttacks = []attack{
	{ID: "B1", Failing: "two readers of one request", Attack: "request smuggling: lengths that disagree, folded and odd headers", Expected: "400 and the end of the connection; nothing behind it is read"},
	{ID: "B2", Failing: "connections that never end", Attack: "slow senders hold connections open", Expected: "cut after seconds; others pay as before"},
	{ID: "B3", Failing: "bodies without an end", Attack: "100 MB, and JSON a million levels deep", Expected: "refused, with at most 20 MB of memory more"},
	{ID: "B4", Failing: "requests that are replayed", Attack: "a recorded request again, by the same and by another register", Expected: "the standing answer; 403"},
	{ID: "B5", Failing: "keys that are used again", Attack: "a key with another body, field by field", Expected: "409 or 403; nothing moves"},
	{ID: "B6", Failing: "clocks that jump", Attack: "codes, limits and forwards dated hours and years away", Expected: "judged by the wallet's clock: expired, or asked again"},
	{ID: "B7", Failing: "registers that pose as others", Attack: "keys, stores and terminals of another register", Expected: "403"},
	{ID: "B8", Failing: "old and foreign keys at the door", Attack: "TLS 1.0 to 1.2, no certificate, a foreign one, an ended one", Expected: "no connection"},
	{ID: "B9", Failing: "a contract on paper only", Attack: "every rule of the wallet contract, by wirecheck", Expected: "all kept"},
	{ID: "B10", Failing: "connections that never end", Attack: "slow senders at a register's own API", Expected: "cut after seconds; sales go on as before"},
	{ID: "B11", Failing: "no check on a second device", Attack: "the old phone, or a thief's, goes on after the new one has come", Expected: "one phone makes codes: the other's are blocked, also at a register without a network"},
}

var peopleAttacks = []attack{
	{ID: "A1", Failing: "no second step: lists of passwords", Attack: "10,000 leaked pairs from one address", Expected: "at most 10 tries an account, the address is slowed within 60 s, no session without a second step, an alarm within 5 min"},
	{ID: "A2", Failing: "no second step: lists of passwords", Attack: "the same from 5,000 addresses, one try an account", Expected: "an alarm within 5 min; no money moves; known phones are not held up"},
	{ID: "A3", Failing: "monitoring alone", Attack: "the same slowly, once a minute", Expected: "no alarm, and still no money: a new phone needs the old one"},
	{ID: "A4", Failing: "no check on a second device", Attack: "a second phone with the right password", Expected: "waits for the old phone, which is told; then spends little; one phone makes codes"},
	{ID: "A5", Failing: "password reset to any address", Attack: "a reset to an address of the attacker's", Expected: "refused; the same answer for unknown accounts"},
	{ID: "A6", Failing: "known birthdays, a default one", Attack: "a reset with what others know", Expected: "never enough; afterwards phones are unbound and top-ups stopped for a day"},
	{ID: "A7", Failing: "one password for all", Attack: "the top-up password is that of the sign-in; top-ups one after the other, by a session without the phone", Expected: "refused; the third within ten minutes is declined"},
	{ID: "A8", Failing: "sign-in by others' ids", Attack: "a token without subject, nonce or audience", Expected: "refused"},
	{ID: "A9", Failing: "no way to stop", Attack: "the stop is ordered while registers sell", Expected: "registers take no payment after 5 s, no top-up after 1 min"},
}
