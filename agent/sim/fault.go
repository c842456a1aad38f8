package sim

import (
	"fmt"
	"strings"
)

// Fault is a kind of trouble.
type Fault int

// Faults of the network, of wallets, of the register's machine, of its disk,
// of the printer and of people.
const (
	RequestRefused   Fault = iota // no connection: not a byte leaves
	RequestLost                   // bytes leave and arrive nowhere
	RequestReset                  // bytes leave, the connection breaks, nothing arrives
	RequestLate                   // arrives after the deadline, before the doubt is given up
	RequestHeld                   // the network keeps it until long after the register gave up
	RequestTwice                  // arrives twice
	AnswerLost                    // the wallet acts; its answer arrives nowhere
	AnswerReset                   // the wallet acts; the connection breaks before the answer
	AnswerLate                    // the wallet acts; its answer comes after the deadline
	AnswerSwapped                 // the answer to another question comes
	AnswerReplayed                // an older answer to the same key comes
	AnswerNonsense                // 200, and no answer of the contract
	AnswerStrange                 // a status between them says nothing of this key: 302, 408, 409, 429, 500, 502, 503
	AnswerSlow                    // comes after the soft mark
	WalletCrashLost               // the wallet dies before what it did was written
	WalletCrashKept               // the wallet dies after that and before it answered
	WalletAway                    // the wallet cannot be reached for minutes
	WalletAwayLong                // for hours
	ConfirmSlow                   // the customer must confirm on the phone and takes long
	ConfirmNo                     // the customer says no on the phone
	ConfirmNever                  // the customer walks away
	CrashBeforeWrite              // power goes before a commit
	CrashAfterWrite               // power goes after a commit, before anybody learns of it
	CrashBeforeSend               // power goes before a byte left
	CrashAfterSend                // power goes after the bytes left
	CrashOnAnswer                 // power goes when the answer is there
	CrashAnytime                  // power goes whatever is going on
	CrashRecovering               // power goes again while the register recovers
	ClockForward                  // the clock jumps by a day
	ClockBack                     // the clock falls back by a day
	DiskFull                      // no room for another charge
	WriteFailed                   // a commit fails, nothing of it is kept
	WriteUnclear                  // a commit fails, and yet it is kept
	PrinterFailed                 // nothing on paper
	PrinterUnknown                // the printer does not say
	PrinterSlow                   // the printer takes longer than anybody waits
	TapTwice                      // the same scan again
	Cancelled                     // a cancel at any time
	Rescanned                     // another code while one is under way, or after it
	OtherWallet                   // the code of another wallet for the same sale
	NextInDoubt                   // the next sale before the last is settled
	TwinCode                      // one code at two registers
	StaleCode                     // a code that is too old
	PoorCustomer                  // a customer who cannot pay
	LeaveAndStart                 // the agent is stopped and started in order
	Restored                      // the power goes, and an older copy of the database is put back
	MarkRemoved                   // and what stands beside the database is lost as well
	ManagerPaid                   // a manager sees "paid" on the phone of a charge in doubt
	ManagerNotPaid                // a manager says that a charge in doubt is not paid
	ManagerGave                   // a manager gives back by hand what the wallet never will
	RefundAtOnce                  // two give the same payment back at once
	RefundTapped                  // one presses the button of a refund twice
	OtherCarrier                  // a signed code again, in another picture of the same bytes
	OlderCode                     // a signed code that its phone made before its last one
	OldPicture                    // a signed code whose life is over, but not by a clock that went back
	EndedPhone                    // a code of a phone that another one has taken the place of
	ClockStep                     // the clock is set by seconds, minutes or hours, while charges are taken without a network
	ShopClosed                    // the shop closes for hours or days, with what it took without a network
	AtOnce                        // several charges are taken without a network at once
	ManagerWroteOff               // a manager writes off what is to be collected
	WroteOffUnderWay              // a manager writes off what is being forwarded at that moment
	LimitLifted                   // a manager lets one sale pass a limit
	FileMade                      // a queue leaves with a file
	FileImported                  // another register takes it in
	FileTwice                     // the same register takes it in twice
	FileElsewhere                 // a second register takes it in as well
	FileBack                      // the register that made it takes it in
	FileLost                      // nobody ever takes it in
	FileReclaimed                 // the register that made it collects after all, while others may have it
	PaidShown                     // no trouble: a customer pays a code that the register showed
	PaidLate                      // or tries to when it may be closed
	PaidAtOnce                    // two customers pay the same one
	ShowTapped                    // the code is asked for twice
	faults                        // how many there are
)

var faultNames = [faults]string{
	"request refused", "request lost", "request reset", "request late", "request held back", "request twice",
	"answer lost", "answer reset", "answer late", "answer swapped", "answer replayed", "answer nonsense", "answer strange", "answer slow",
	"wallet crash, work lost", "wallet crash, work kept", "wallet away", "wallet away for hours",
	"confirmation slow", "confirmation refused", "confirmation never",
	"crash before write", "crash after write", "crash before send", "crash after send", "crash on answer", "crash at any time", "crash while recovering",
	"clock forward", "clock back", "disk full", "write failed", "write unclear",
	"printer failed", "printer unknown", "printer slow",
	"double tap", "cancel", "rescan", "other wallet's code", "next sale in doubt", "one code at two registers", "stale code", "poor customer",
	"stop and start", "older copy restored", "mark beside it lost",
	"manager: shown paid", "manager: not paid", "manager: given back", "two refunds at once", "refund pressed twice",
	"signed code in another picture", "older code of a phone", "old picture of a code", "code of a phone that was replaced",
	"clock set while offline", "shop closed with a queue", "several taken at once", "manager: written off", "written off while forwarded",
	"limit lifted", "queue file made", "queue file taken in", "queue file taken in twice", "queue file taken in elsewhere too", "queue file back at its maker", "queue file lost", "queue reclaimed",
	"shown code paid", "shown code paid late", "shown code paid by two", "shown code asked for twice",
}

func (f Fault) String() string { return faultNames[f] }

// Tally counts faults by kind.
type Tally [faults]int

// Add adds another tally.
func (t *Tally) Add(o Tally) {
	for i, n := range o {
		t[i] += n
	}
}

// Sum is all of them.
func (t Tally) Sum() (n int) {
	for _, c := range t {
		n += c
	}
	return n
}

// Missing are the kinds that never happened.
func (t Tally) Missing() (out []Fault) {
	for f, n := range t {
		if n == 0 {
			out = append(out, Fault(f))
		}
	}
	return out
}

func (t Tally) String() string {
	var b strings.Builder
	for f, n := range t {
		fmt.Fprintf(&b, "%10d  %s\n", n, Fault(f))
	}
	return b.String()
}

// Ident names one fault or act of a world, so that it can be left out.
type Ident struct {
	Hash uint64
	Word string // for people
}

// strike decides whether a fault happens. Every question has its own dice.
// During the healing nothing strikes any more.
func (w *World) strike(f Fault, p float64, who uint64, n int) bool {
	if p == 0 || w.healed.Load() {
		return false
	}
	d := dice{hash(faultNames[f], w.plan.seed, who, uint64(n))}
	id := d.state
	if !d.chance(p) || w.opts.Spared[id] {
		return false
	}
	w.struck(f, id)
	return true
}

// struck counts a fault.
func (w *World) struck(f Fault, id uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tally[f]++
	w.happened = append(w.happened, Ident{id, f.String()})
}

func (w *World) spared(id uint64) bool { return w.opts.Spared[id] }
