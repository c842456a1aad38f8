// Package control is the local API as a program sees it: paths, bodies and a
// client, with nothing but the standard library. It decides nothing; the
// server beside it asks the register.
//
// Invariant: bodies only grow; a field keeps its name and meaning. Money is a
// whole number of minor units. No body carries a customer's code outwards.
package control

import "time"

// Paths of the API under the agent's address.
const (
	PathSession       = "/v1/session"                 // POST SignIn -> Session; GET -> Session; DELETE
	PathTouch         = "/v1/session/touch"           // POST: somebody is at the page, or a charge runs on it
	PathTicket        = "/v1/events/ticket"           // POST -> Ticket
	PathEvents        = "/v1/events"                  // GET, text/event-stream; ?ticket= for browsers
	PathSales         = "/v1/sales"                   // POST NewSale -> Sale
	PathSale          = "/v1/sales/{id}"              // GET ?wait=10s -> Sale
	PathSaleCode      = "/v1/sales/{id}/code"         // POST Code, or a picture -> Sale
	PathSaleShow      = "/v1/sales/{id}/show"         // POST Show -> Sale: have a code shown that the customer reads
	PathShowPrint     = "/v1/sales/{id}/show/print"   // POST -> Sale: put it on paper
	PathSaleCancel    = "/v1/sales/{id}/cancel"       // POST -> Sale
	PathOverride      = "/v1/sales/{id}/override"     // POST Override -> Sale
	PathCharges       = "/v1/charges"                 // GET ?state=&before=&limit= -> Charges
	PathCharge        = "/v1/charges/{key}"           // GET -> Charge
	PathReceipt       = "/v1/charges/{key}/receipt"   // GET: text/plain or image/png by Accept; ?lang=en
	PathReprint       = "/v1/charges/{key}/reprint"   // POST ?copy=store -> Paper
	PathResolve       = "/v1/charges/{key}/resolve"   // POST Decision -> Charge
	PathTopUps        = "/v1/topups"                  // POST NewTopUp -> Sale
	PathRefunds       = "/v1/refunds"                 // POST NewRefund -> Charge
	PathReconcile     = "/v1/reconciliations"         // POST NewReconciliation -> Reconciliation
	PathJournal       = "/v1/journal"                 // GET ?after=&limit= -> Journal
	PathJournalVerify = "/v1/journal/verification"    // GET ?charges=true -> Verification
	PathClosings      = "/v1/closings"                // POST NewClosing -> Closing; GET ?before=&limit= -> Closings
	PathClosing       = "/v1/closings/{number}"       // GET -> Closing
	PathClosingPrint  = "/v1/closings/{number}/print" // POST -> Closing
	PathDevices       = "/v1/devices"                 // GET -> Devices
	PathDeviceTest    = "/v1/devices/{id}/test"       // POST -> DeviceTest
	PathExplain       = "/v1/devices/{id}/explain"    // GET -> Explanation
	PathTrace         = "/v1/devices/{id}/trace"      // GET ?after=&wait=10s -> Trace
	PathOperators     = "/v1/operators"               // GET -> Operators
	PathUnlock        = "/v1/operators/{id}/unlock"   // POST -> Operators
	PathHealth        = "/v1/health"                  // GET -> Health
	PathSaleFrame     = "/v1/sales/{id}/frame"        // POST one picture of many -> Sale, or 204: no code in it
	PathCamera        = "/v1/camera"                  // POST a PNG or JPEG for the open sale -> Sale
	PathOpenSale      = "/v1/register"                // GET -> Register: the open sale, if any
	PathHealthz       = "/healthz"
	PathReadyz        = "/readyz"
	PathMetrics       = "/metrics"
	PathOpenAPI       = "/openapi.json"
)

// Headers of the API.
const (
	HeaderIdempotencyKey = "Idempotency-Key"   // required on every POST that moves money
	HeaderSession        = "Posagent-Session"  // the second secret of a page's session
	HeaderApproval       = "Posagent-Approval" // of a call without a body, which has no place for it
)

// Scope is what a token or a session may do.
type Scope string

const (
	ScopePrepare Scope = "prepare" // open and cancel sales, give codes, reprint
	ScopeTopUp   Scope = "topup"   // turn cash that was taken into money of a customer's wallet
	ScopeTest    Scope = "test"    // let a device show that it works; who may prepare may, too
	ScopeRead    Scope = "read"
	ScopeRefund  Scope = "refund"  // give money back
	ScopeResolve Scope = "resolve" // decide what became of a doubtful charge, let a sale pass a limit, compare the day with the wallets
	ScopeConfig  Scope = "config"
	ScopeDisplay Scope = "display" // amount and state of the open sale only
)

// SignIn is an operator at the register.
type SignIn struct {
	Operator string `json:"operator" maxLength:"32" doc:"operator id; may be empty when one operator has this PIN's role alone"`
	PIN      string `json:"pin" minLength:"4" maxLength:"12"`
}

// Session is who is signed in. Secret comes once, with the sign-in, and goes
// back in the header Posagent-Session with every call; the cookie alone opens
// nothing.
type Session struct {
	Operator string    `json:"operator"`
	Name     string    `json:"name"`
	Role     string    `json:"role"`
	Scopes   []Scope   `json:"scopes"`
	Secret   string    `json:"secret,omitempty"`
	Expires  time.Time `json:"expires"`
	Idle     int64     `json:"idle_seconds,omitempty" doc:"it ends when nobody does anything for so long; 0: only at expires"`
	Store    string    `json:"store"`
	Terminal string    `json:"terminal"`
}

// Ticket opens the event stream once, within half a minute: a browser's
// EventSource cannot send headers.
type Ticket struct {
	Ticket string `json:"ticket"`
}

// NewSale is what is owed.
type NewSale struct {
	Reference string `json:"reference,omitempty" maxLength:"64" doc:"the POS software's own number; unique per business day"`
	Amount    int64  `json:"amount" minimum:"1" maximum:"1000000000" doc:"total in minor units, tax included"`
	Currency  string `json:"currency" example:"JPY" minLength:"3" maxLength:"3"`
	Lines     []Line `json:"lines,omitempty" maxItems:"200"`
	Code      *Code  `json:"code,omitempty" doc:"the customer's code, when it is at hand already"`
}

// Line is one kind of goods of a sale; Amount is for the whole quantity.
type Line struct {
	Name     string `json:"name" minLength:"1" maxLength:"80"`
	Quantity int    `json:"quantity" minimum:"1" maximum:"1000000"`
	Amount   int64  `json:"amount" minimum:"-1000000000" maximum:"1000000000" doc:"of the whole quantity, tax included; below 0 for a discount"`
	Rate     string `json:"rate" enum:"standard,reduced,exempt"`
}

// Code is a customer's code as a wedge scanner or the POS software read it.
type Code struct {
	Text string `json:"text" maxLength:"1024"`
	AIM  string `json:"aim,omitempty" maxLength:"3"`
}

// Sale is a sale and its newest charge.
type Sale struct {
	ID           string    `json:"id"`
	Reference    string    `json:"reference,omitempty"`
	Amount       int64     `json:"amount"`
	Currency     string    `json:"currency"`
	State        string    `json:"state" doc:"of the newest charge: prepared, sent, pending, indoubt, queued, forwarding, approved, reversing, owed, unpaid, declined, abandoned or reversed; more may come"`
	Goods        string    `json:"goods" doc:"hand_over or hold: whatever is not hand_over is hold"`
	ChargeKey    string    `json:"charge_key"`
	Reason       string    `json:"reason,omitempty"`
	ReasonText   string    `json:"reason_text,omitempty"` // what the reason means and what to do
	ReasonTextE  string    `json:"reason_text_en,omitempty"`
	Wallet       string    `json:"wallet,omitempty"`
	WalletName   string    `json:"wallet_name,omitempty"` // as people know it
	WalletNameE  string    `json:"wallet_name_en,omitempty"`
	Receipt      string    `json:"receipt,omitempty"` // the wallet's own number
	Points       *Points   `json:"points,omitempty" doc:"of the customer, at a wallet that has them"`
	Balance      int64     `json:"balance,omitempty" doc:"of a top-up: what the customer had afterwards; absent: the wallet does not say"`
	Paper        string    `json:"paper"`
	Checking     bool      `json:"checking"`          // past the soft mark, or in doubt: say "checking"
	Deadline     time.Time `json:"deadline,omitzero"` // while a request is under way
	NextInquiry  time.Time `json:"next_inquiry,omitzero"`
	GiveUp       time.Time `json:"give_up,omitzero"` // while in doubt: when it is reversed
	BusinessDate string    `json:"business_date"`
	Opened       time.Time `json:"opened"`
	Changed      time.Time `json:"changed"`
	TopUp        bool      `json:"top_up,omitempty"` // no goods: the customer's cash becomes money in the wallet
	Bill         string    `json:"bill,omitempty" doc:"it pays a part of this bill"`
	Lines        []Line    `json:"lines,omitempty"`
	Refusal      *Refusal  `json:"refusal,omitempty"` // the last scan was not taken; the sale goes on
	Show         *Shown    `json:"show,omitempty" doc:"the code that the customer is to read and pay; it is not paid before state says so"`
	Lifted       []string  `json:"lifted,omitempty" doc:"limits that a manager lets this sale pass: the customer shows the code again"`
	LiftedText   string    `json:"lifted_text,omitempty"` // what that means and what to do
	LiftedTextE  string    `json:"lifted_text_en,omitempty"`
}

// Show asks a wallet for a code that the register shows for a sale.
type Show struct {
	Wallet string `json:"wallet,omitempty" maxLength:"32" doc:"the wallet's id; the preferred one when it is empty"`
}

// Shown is a code that the register shows: whoever reads it pays the sale. It
// is the shop's and not a customer's. Modules are its squares, Size by Size,
// row by row, one bit each, in rows of whole bytes, the most significant bit
// leftmost, 1 dark; a quiet zone of four belongs around them.
type Shown struct {
	Text    string    `json:"text" doc:"empty once its time is over: the wallet is asked whether it was paid"`
	Until   time.Time `json:"until"` // a customer can pay it
	Size    int       `json:"size,omitempty"`
	Modules []byte    `json:"modules,omitempty"`
}

// Presenter is a wallet that gives codes to show.
type Presenter struct {
	Wallet string `json:"wallet"`
	Name   string `json:"name"`
	NameE  string `json:"name_en"`
}

// Refusal is why a scan was not taken, in words for the cashier.
type Refusal struct {
	Why   string    `json:"why"`
	Text  string    `json:"text"`
	TextE string    `json:"text_en"`
	Left  string    `json:"left,omitempty"` // of a limit: what remains
	At    time.Time `json:"at"`

	Override string `json:"override,omitempty" doc:"the limit of POST /v1/sales/{id}/override, when a manager may let this sale pass it"`
}

// Charge is one charge with the steps that it took.
type Charge struct {
	Key         string    `json:"key"`
	Kind        string    `json:"kind" doc:"charge for a payment, refund or topup"`
	Way         string    `json:"way,omitempty" enum:"void,refund" doc:"only in the answer to a refund: how the money goes back"`
	Of          string    `json:"of,omitempty" doc:"of a refund: the payment whose money goes back"`
	SaleID      string    `json:"sale_id"`
	Amount      int64     `json:"amount"`
	Currency    string    `json:"currency"`
	State       string    `json:"state"`
	Goods       string    `json:"goods"`
	Reason      string    `json:"reason,omitempty"`
	ReasonText  string    `json:"reason_text,omitempty"` // what the reason means and what to do
	ReasonTextE string    `json:"reason_text_en,omitempty"`
	Wallet      string    `json:"wallet,omitempty"`
	WalletName  string    `json:"wallet_name,omitempty"` // as people know it
	WalletNameE string    `json:"wallet_name_en,omitempty"`
	Receipt     string    `json:"receipt,omitempty"`
	Points      *Points   `json:"points,omitempty" doc:"of the customer, at a wallet that has them"`
	Balance     int64     `json:"balance,omitempty" doc:"of a top-up: what the customer had afterwards; absent: the wallet does not say"`
	Code        string    `json:"code,omitempty"` // masked
	Paper       string    `json:"paper"`
	Reprints    int       `json:"reprints"`
	Attempts    int       `json:"attempts"`
	Alarms      int       `json:"alarms"` // times that something contradicted the books
	Prepared    time.Time `json:"prepared"`
	Changed     time.Time `json:"changed"`
	Steps       []Step    `json:"steps,omitempty"`   // only of a single charge
	Refunds     []Charge  `json:"refunds,omitempty"` // only of a single charge, oldest first
}

// Step is one line of a charge's history.
type Step struct {
	At     time.Time `json:"at"`
	Event  string    `json:"event"`
	From   string    `json:"from,omitempty"`
	To     string    `json:"to"`
	Moved  bool      `json:"moved"`
	Wallet string    `json:"wallet,omitempty"`
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by,omitempty"`
	Note   string    `json:"note,omitempty"`

	Operator    string    `json:"operator,omitempty"`       // who, when By is a person
	Receipt     string    `json:"receipt,omitempty"`        // the wallet's own number, with its yes
	Asked       time.Time `json:"asked,omitzero"`           // when the request that this answers was started
	ReasonText  string    `json:"reason_text,omitempty"`    // what the reason means
	ReasonTextE string    `json:"reason_text_en,omitempty"` // the same in English
	Shown       string    `json:"shown,omitempty"`          // what the cashier read from then on
	ShownE      string    `json:"shown_en,omitempty"`
	Goods       string    `json:"goods,omitempty"` // and what to do with the goods
}

// Charges is a page of charges, newest first; Next is the before= of the page
// after it, 0 on the last one.
type Charges struct {
	Charges []Charge `json:"charges"`
	Next    int64    `json:"next"`
}

// Paper is what became of a print.
type Paper struct {
	Paper  string `json:"paper"`
	Reason string `json:"reason,omitempty"`
}

// Health is what is wrong right now; an empty list is good news.
type Health struct {
	Ready      bool        `json:"ready"`
	Troubles   []Trouble   `json:"troubles"`
	OfflineKey *OfflineKey `json:"offline_key,omitempty"`
}

// OfflineKey tells how the key is kept under which customers' codes lie sealed.
type OfflineKey struct {
	KeptBy string `json:"kept_by" doc:"credential, tpm or file; more may come"`
	Plain  bool   `json:"plain" doc:"it lies in the data directory, also when something else keeps it: who copies the directory reads the codes"`
}

// Trouble is one entry of the catalogue that holds now.
type Trouble struct {
	Code    string    `json:"code"`
	Subject string    `json:"subject,omitempty"` // the device, wallet or charge
	Act     string    `json:"act"`               // cashier, manager or engineer
	Title   string    `json:"title"`
	TitleE  string    `json:"title_en"`
	Text    string    `json:"text"`
	TextE   string    `json:"text_en"`
	Since   time.Time `json:"since,omitzero"`
}

// Register is the register at one moment: the first event of the stream, and
// the answer of /v1/register.
type Register struct {
	Store    string   `json:"store"`
	Terminal string   `json:"terminal"`
	Sale     *Sale    `json:"sale,omitempty"` // the open or last shown sale
	Refusal  *Refusal `json:"refusal,omitempty"`
	Devices  []Device `json:"devices"`
	Open     int      `json:"open"` // charges that are not settled

	Presenters []Presenter `json:"presenters,omitempty" doc:"wallets that give codes for the register to show, the preferred one first"`
	Demo       bool        `json:"demo"` // no real money: the pages say so
	Training   bool        `json:"training,omitempty" doc:"the register is in training: nothing is real, whatever the wallet is called"`
	Offline    *Offline    `json:"offline,omitempty"`
}

// Event names of the stream. Each carries one body as JSON: register
// (Register), sale (Sale), refusal (Refusal), device (Device), offline
// (Offline), heartbeat ({}).
const (
	EventRegister  = "register"
	EventSale      = "sale"
	EventRefusal   = "refusal"
	EventDevice    = "device"
	EventOffline   = "offline"
	EventHeartbeat = "heartbeat"
)

// Problem is the body of every error (RFC 9457), with the words for people in
// both languages where a person caused it.
type Problem struct {
	Type   string   `json:"type"`
	Title  string   `json:"title"`
	Status int      `json:"status"`
	Detail string   `json:"detail,omitempty"`
	Why    string   `json:"why,omitempty"`
	Text   string   `json:"text,omitempty"`
	TextE  string   `json:"text_en,omitempty"`
	Errors []Detail `json:"errors,omitempty"`

	Override string `json:"override,omitempty" doc:"as in a refusal"`
}

// Detail is one fault of a body.
type Detail struct {
	Message  string `json:"message"`
	Location string `json:"location,omitempty"`
}
