package control

import (
	"context"
	"net/http"
	"time"
)

// Paths of people and of what they approve.
const (
	PathOperator      = "/v1/operators/{id}"        // PATCH OperatorChange -> Operators
	PathPIN           = "/v1/operators/{id}/pin"    // POST NewPIN -> Operators; on the unix socket only
	PathSecond        = "/v1/operators/{id}/second" // POST -> SecondFactor; DELETE
	PathConfirmSecond = "/v1/operators/{id}/second/confirmation"
	PathPeople        = "/v1/people"    // GET -> People; for the sign-in screen, which has no session
	PathSetup         = "/v1/setup"     // POST NewSetup: the first manager
	PathApprovals     = "/v1/approvals" // POST NewApproval -> Approval
)

// NewOperator is somebody who may sign in from now on.
type NewOperator struct {
	ID       string `json:"id" minLength:"1" maxLength:"32"`
	Name     string `json:"name" minLength:"1" maxLength:"40"`
	Role     string `json:"role" enum:"cashier,manager,engineer"`
	PIN      string `json:"pin" minLength:"4" maxLength:"12" doc:"digits: a cashier's has four at least, all others' six"`
	Approval string `json:"approval,omitempty" maxLength:"32"`
}

// OperatorChange is what becomes of an operator; what is left out stays.
type OperatorChange struct {
	Disabled *bool  `json:"disabled,omitempty"`
	Role     string `json:"role,omitempty" enum:"cashier,manager,engineer"`
	Approval string `json:"approval,omitempty" maxLength:"32"`
}

// NewPIN is another PIN of an operator.
type NewPIN struct {
	PIN string `json:"pin" minLength:"4" maxLength:"12"`
}

// People are those who may sign in, for the screen on which they do. It tells
// no more than the tiles of that screen show.
type People struct {
	People []Person `json:"people"`
	Choose bool     `json:"choose" doc:"the name is chosen before the PIN: this register keeps people of its own, or more than may share a keypad"`
	SetUp  bool     `json:"set_up" doc:"nobody may sign in yet, and the set-up code of this start still makes the first manager"`
}

// Person is a name on the sign-in screen.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// SecondFactor is a secret that is to be read by an authenticator app, and its
// QR code as in Shown.
type SecondFactor struct {
	URI     string `json:"uri" doc:"otpauth://totp/…, to be drawn as a QR code and shown once"`
	Size    int    `json:"size,omitempty"`
	Modules []byte `json:"modules,omitempty"`
}

// Confirmation is the code that the app shows.
type Confirmation struct {
	Code string `json:"code" minLength:"6" maxLength:"8"`
}

// RecoveryCodes each stand once for a code of the app. They are shown once.
type RecoveryCodes struct {
	Codes []string `json:"codes"`
}

// NewSetup makes the first manager of a register that knows nobody.
type NewSetup struct {
	Code string `json:"code" maxLength:"20" doc:"from the log of the start, or setup.code in the data directory"`
	ID   string `json:"id" minLength:"1" maxLength:"32"`
	Name string `json:"name" minLength:"1" maxLength:"40"`
	PIN  string `json:"pin" minLength:"6" maxLength:"12"`
}

// NewApproval is a manager's leave for one act of whoever sends it. The fields
// of the act are those of the call that is to follow.
type NewApproval struct {
	Kind     string `json:"kind" enum:"refund,resolve,override,close_day,configure,users"`
	Key      string `json:"key" maxLength:"64" doc:"of the charge, the sale, the operator; the date, empty when the closing has none; the match of the settings"`
	Amount   int64  `json:"amount,omitempty" minimum:"0" maximum:"1000000000" doc:"of a refund, in minor units of the payment's currency"`
	Detail   string `json:"detail,omitempty" maxLength:"64" doc:"the decision, the limit, or what becomes of an operator: add, disable, enable, or a role"`
	Operator string `json:"operator" minLength:"1" maxLength:"32" doc:"who approves"`
	PIN      string `json:"pin" minLength:"4" maxLength:"12"`
	TOTP     string `json:"totp,omitempty" maxLength:"24" doc:"of the authenticator app, or a recovery code"`
	With     string `json:"with,omitempty" maxLength:"32" doc:"the approval of another manager for the same act: the new one then stands for both"`
}

// Approval is spent by the call that carries its id, once, within a minute.
type Approval struct {
	ID      string    `json:"id"`
	Hash    string    `json:"hash" doc:"of the act, as the journal has it"`
	Act     string    `json:"act"`
	By      []string  `json:"by"`
	Expires time.Time `json:"expires"`
}

// People are the names of the sign-in screen.
func (c *Client) People(ctx context.Context) (People, error) {
	var out People
	return out, c.call(ctx, http.MethodGet, PathPeople, nil, &out)
}

// AddOperator lets somebody sign in.
func (c *Client) AddOperator(ctx context.Context, o NewOperator) (Operators, error) {
	var out Operators
	return out, c.call(ctx, http.MethodPost, PathOperators, o, &out)
}

// ChangeOperator disables, enables, or gives another role.
func (c *Client) ChangeOperator(ctx context.Context, id string, o OperatorChange) (Operators, error) {
	var out Operators
	return out, c.call(ctx, http.MethodPatch, at(PathOperator, "id", id), o, &out)
}

// SetPIN gives an operator another PIN, on the agent's own socket.
func (c *Client) SetPIN(ctx context.Context, id, pin string) (Operators, error) {
	var out Operators
	return out, c.call(ctx, http.MethodPost, at(PathPIN, "id", id), NewPIN{pin}, &out)
}

// Enrol begins a second factor.
func (c *Client) Enrol(ctx context.Context, id string) (SecondFactor, error) {
	var out SecondFactor
	return out, c.call(ctx, http.MethodPost, at(PathSecond, "id", id), nil, &out)
}

// ConfirmSecond ends what Enrol began.
func (c *Client) ConfirmSecond(ctx context.Context, id, code string) (RecoveryCodes, error) {
	var out RecoveryCodes
	return out, c.call(ctx, http.MethodPost, at(PathConfirmSecond, "id", id), Confirmation{code}, &out)
}

// RemoveSecond takes a second factor away, on the agent's own socket.
func (c *Client) RemoveSecond(ctx context.Context, id string) (Operators, error) {
	var out Operators
	return out, c.call(ctx, http.MethodDelete, at(PathSecond, "id", id), nil, &out)
}

// Setup makes the first manager.
func (c *Client) Setup(ctx context.Context, n NewSetup) (Operators, error) {
	var out Operators
	return out, c.call(ctx, http.MethodPost, PathSetup, n, &out)
}

// Approve has a manager approve an act.
func (c *Client) Approve(ctx context.Context, n NewApproval) (Approval, error) {
	var out Approval
	return out, c.call(ctx, http.MethodPost, PathApprovals, n, &out)
}
