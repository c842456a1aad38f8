package wire

import "time"

// Paths of the try-out socket of the reference wallet: a unix socket beside
// its database, for the demo and for tests. They are no part of the contract
// that a shop's wallet keeps.
const (
	PathTryCustomers = "/try/customers"    // GET -> []Customer
	PathTryCodes     = "/try/codes"        // POST CodeRequest -> MintedCode
	PathTrySigned    = "/try/signed-codes" // POST SignedCodeRequest -> MintedCode
	PathTryPhones    = "/try/phones"       // POST PhoneRequest -> Phone
	PathTryFault     = "/try/fault"        // PUT FaultOrder, GET -> FaultOrder
	PathTryCharges   = "/try/charges"      // GET -> []Standing
	PathTryTrial     = "/try/trial"        // GET -> Trial
	PathTryConfirm   = "/try/confirm"      // POST Confirmation -> Answer
	PathTryPay       = "/try/payments"     // POST Payment -> Answer
	PathTryBulletin  = "/try/bulletin"     // PUT BulletinOrder, GET -> BulletinState
)

// DemoMark is the organizational unit in the subject of the certification
// authority that the demo makes, and so in the issuer of all its
// certificates. An agent that the demo did not start refuses it.
const DemoMark = "posagent demo - no real money"

// Customer is a customer of the reference wallet.
type Customer struct {
	Name     string `json:"name"` // unique
	Balance  int64  `json:"balance"`
	Reserved int64  `json:"reserved,omitempty"` // put aside for signed codes, beside the balance
	Points   int64  `json:"points,omitempty"`
}

// CodeRequest asks for a fresh payer code of a customer; an empty Customer is
// the first one.
type CodeRequest struct {
	Customer string `json:"customer"`
}

// MintedCode is a one-time code that lives until Expires.
type MintedCode struct {
	Code     string    `json:"code"`
	Customer string    `json:"customer"`
	Expires  time.Time `json:"expires"`
}

// SignedCodeRequest asks for a fresh code that a customer's phone has signed;
// an empty Customer is the first one.
type SignedCodeRequest struct {
	Customer string `json:"customer"`
	Max      int64  `json:"max,omitempty"`     // yen; 0 is what the certificate allows for one charge
	Carrier  string `json:"carrier,omitempty"` // base45, base64 or decimal; empty is base45
	After    uint32 `json:"after,omitempty"`   // what the phone has counted elsewhere
}

// PhoneRequest asks for a customer's phone, or for a new one in its place.
type PhoneRequest struct {
	Customer string `json:"customer"`
	New      bool   `json:"new,omitempty"`
}

// Phone is a phone that the try-out plays, with the secret that a true one
// never gives out, so that a demo can go on playing it without the wallet.
type Phone struct {
	Customer     string    `json:"customer"`
	Algorithm    int       `json:"algorithm"`
	Secret       []byte    `json:"secret"`
	Certificate  []byte    `json:"certificate"`
	PerChargeMax int64     `json:"per_charge_max"`
	NotAfter     time.Time `json:"not_after"`
	Counter      uint32    `json:"counter"` // of the last code that was shown
}

// Confirmation is what a customer says on the phone about a charge that waits
// for it; an empty Key is the newest one that waits.
type Confirmation struct {
	Key string `json:"key"`
	Yes bool   `json:"yes"`
}

// Payment is what a customer's phone sends that has read a code which a
// register shows; an empty Customer is the first one.
type Payment struct {
	Customer string `json:"customer"`
	Show     string `json:"show"` // the text of the code
}

// Fault is a trouble that the reference wallet plays on the calls that take or
// give money (charge, refund, top-up) until it is told otherwise. Every fault
// but FaultRefuse, FaultHold and FaultConfirm commits first and then troubles
// the answer.
type Fault string

const (
	FaultNone      Fault = "none"
	FaultSlow      Fault = "slow"      // answers after 2 s: after the soft mark, before the deadline
	FaultSilent    Fault = "silent"    // commits and never answers
	FaultReset     Fault = "reset"     // commits and resets the connection
	FaultDuplicate Fault = "duplicate" // handles each request twice, as a network that repeats it
	FaultLate      Fault = "late"      // answers after 5 s: after the deadline
	FaultNonsense  Fault = "nonsense"  // commits and answers something that is no answer
	FaultRefuse    Fault = "refuse"    // 503 to every call of the contract, nothing committed
	FaultHold      Fault = "hold"      // holds the request back for 5 s and then commits, although the register has left
	FaultConfirm   Fault = "confirm"   // a charge waits until the customer confirms it on the phone
)

// FaultOrder sets the fault. Count limits it to that many requests; 0 is no
// limit.
type FaultOrder struct {
	Fault Fault `json:"fault"`
	Count int   `json:"count,omitempty"`
}

// Function is what a bulletin can stop.
type Function string

const (
	FunctionPay     Function = "pay"
	FunctionTopUp   Function = "topup"
	FunctionRefund  Function = "refund"
	FunctionOffline Function = "offline"
	FunctionSignUp  Function = "signup"
)

// BulletinOrder changes what the wallet's bulletin says: it stops a function or
// lets it go on, or puts a customer's token on the deny list or takes it off.
type BulletinOrder struct {
	Function Function `json:"function,omitempty"`
	Token    string   `json:"token,omitempty"` // 8 bytes in hex
	On       bool     `json:"on"`              // stopped, or denied
}

// BulletinState is what the bulletin says, and the key that registers pin.
type BulletinState struct {
	Key     string     `json:"key"` // base64
	Version int64      `json:"version"`
	Issued  time.Time  `json:"issued"`
	Expires time.Time  `json:"expires"`
	Stopped []Function `json:"stopped"`
	Denied  []string   `json:"denied"`
}

// Standing is one key in the wallet's books.
type Standing struct {
	Key      string    `json:"key"`
	Kind     Kind      `json:"kind"`
	Status   Status    `json:"status"`
	Amount   int64     `json:"amount"`
	Currency string    `json:"currency"`
	Customer string    `json:"customer,omitempty"`
	Debits   int       `json:"debits"` // times the customer was debited less times credited: 0 or 1, of a refund or top-up 0 or -1
	At       time.Time `json:"at"`

	PointsUsed   int64 `json:"points_used,omitempty"` // as in the Answer
	PointsEarned int64 `json:"points_earned,omitempty"`
}

// Trial is the trial balance, added up from the postings alone: Sum, Negative
// and Wrong are 0 when the books are right.
type Trial struct {
	Accounts int   `json:"accounts"`
	Postings int   `json:"postings"`
	Sum      int64 `json:"sum"`      // of all postings, without sign, added over the currencies
	Negative int   `json:"negative"` // customer and hold accounts below zero
	Wrong    int   `json:"wrong"`    // transactions that do not sum to 0, accounts that are not the sum of their postings, money held for no charge
}
