package ledger

import (
	"encoding/hex"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/oda"
)

// PhoneTx is the part of a transaction that is about phones and the codes that
// they sign. Absent rows and empty lists are as in Tx; all lists are in the
// order in which their rows were first put.
type PhoneTx interface {
	Device(oda.DeviceID) (Device, error)
	Devices(customer string) ([]Device, error)
	PutDevice(Device) error // insert, or replace by ID
	Certificate(oda.Serial) (Certificate, error)
	Certificates() ([]Certificate, error)
	CertificatesOf(oda.DeviceID) ([]Certificate, error)
	// Due are those that are not released and whose Until is before now.
	Due(now time.Time) ([]Certificate, error)
	PutCertificate(Certificate) error // insert, or replace by Serial
	Use(oda.DeviceID, uint32) (Use, error)
	PutUse(Use) error // insert only
	// Forwards are how many uses of a register since then were forwards, and
	// their sum in minor units.
	Forwards(register string, since time.Time) (n int, sum int64, err error)
}

// Device is a customer's phone, known by its key. A customer has one that is
// not ended.
type Device struct {
	ID        oda.DeviceID
	Customer  string
	Token     oda.Token // stands for the customer in codes; random, and the same for all phones of one customer
	Algorithm oda.Algorithm
	Key       []byte
	Since     time.Time
	Ended     time.Time // zero while it is the customer's phone
}

// Certificate is what was signed for a phone, and the money that was put aside
// for it: its account of ClassReserve holds what is left.
type Certificate struct {
	Serial   oda.Serial
	Device   oda.DeviceID
	Customer string
	Token    oda.Token
	Limit    money.Amount // the cumulative maximum
	NotAfter time.Time
	Denied   time.Time // when it was stopped; zero while it is good
	Until    time.Time // when no forward under it is taken any more, and what is left goes back
	Released bool      // it has gone back
}

// account is the name of the certificate's account.
func (c Certificate) account() string { return hex.EncodeToString(c.Serial[:]) }

// lives tells that codes may still be shown under it.
func (c Certificate) lives(now time.Time) bool {
	return c.Denied.IsZero() && now.Unix() <= c.NotAfter.Unix()
}

// Use is that a phone's counter was spent, which happens once, whatever text
// carried the code and however it came.
type Use struct {
	Device   oda.DeviceID
	Counter  uint32
	Key      string
	Register string // STORE-TERMINAL
	Amount   money.Amount
	Forward  bool // taken without a network, and approved
	At       time.Time
}
