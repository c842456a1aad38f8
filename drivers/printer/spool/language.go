// Package spool is what the drivers of all printer languages share: the
// supervisor that opens a wire and keeps it open, a queue of documents, and
// the end of each of them, which never claims more than the printer said. It
// knows no language; one is given to it.
//
// Invariant: a document of which a byte has left is never sent a second time
// from here.
package spool

import (
	"context"
	"errors"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/profile"
)

// Language is a printer language.
type Language interface {
	// Encode is the bytes of a document, and what the model cannot print. It
	// may be called by several goroutines at once.
	Encode(printer.Document, profile.Printer) ([]byte, []printer.Unprintable, error)
	// Meet begins to talk over a new wire. What the printer still owes from an
	// earlier one is the Language's to remember: all but Encode is called from
	// one goroutine.
	Meet(*Conn) Talk
}

// Talk is one language over one open wire. All its methods are called from the
// supervisor's goroutine; those with a context may use the Conn's words.
type Talk interface {
	// Take reads what the printer said. told is true when it told of its state
	// by itself.
	Take(data []byte) (told bool)
	Status() printer.Status
	// Hello makes the printer's acquaintance: how it is, what it is, and by
	// Conn.Half whether it sits in the middle of a command.
	Hello(context.Context) error
	// Check asks the printer how it is. ErrNoReply: it did not say.
	Check(context.Context) error
	// Begin is called when the printer is ready for a document; ErrNoReply: it
	// sits in the middle of a command after all.
	Begin(context.Context) error
	// Clear is what frees a printer that sits in the middle of a command, and
	// cuts the torso of the old document off.
	Clear() []byte
	// Cleared waits until the printer has got through what Clear sent, and
	// through all that it owed from before.
	Cleared(context.Context) error
	// Mark is what makes the printer tell that the document before it is done.
	Mark() Mark
	// Unmarked takes a mark back that never left as a whole.
	Unmarked()
	// Settle is called when a document has come to its end, one way or the
	// other.
	Settle(context.Context) error
	// Rest is called when the printer has been ready for a while, with nothing
	// to do: it holds nothing that it could still answer.
	Rest()
	// Pulse opens the drawer at a pin at once, past all that is printed; nil
	// when the language has no such command.
	Pulse(pin int) []byte
}

// Mark is how a printer is made to tell that a document is done.
type Mark struct {
	Bytes []byte         // behind the document; none: this model does not tell
	Said  func() bool    // whether the printer has told
	Means printer.Result // what its word proves
	By    string         // how it tells, for the log
}

// The ends of a conversation that a language can cause.
var (
	ErrNoReply    = errors.New("the printer does not answer; is it switched on, and is the profile right")
	ErrWrongModel = errors.New("what answers is no printer of this language; choose the profile of the printer that is connected")

	errPanic = errors.New("the printer driver has a fault")
)
