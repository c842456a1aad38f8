// Package operator is who stands at the register: their roles, their PINs and
// second factors, what each role may do, and who approves what of whom. It
// keeps no session and writes nothing by itself; sessions belong to the local
// API, who did what belongs to the journal, and files to offline.
//
// Invariant: a PIN is never kept, an answer never tells whether the operator
// or the PIN was wrong, and no register can be made to try PINs faster than
// the throttle allows, nor more of them in a row than MaxInARow, restarts or not.
package operator

import (
	"errors"
	"fmt"
	"slices"
)

// Role is what kind of work an operator is trusted with.
type Role string

const (
	Cashier  Role = "cashier"  // sells
	Manager  Role = "manager"  // sells, decides doubts, gives money back, changes settings
	Engineer Role = "engineer" // sets the register and its devices up, and touches no money
)

// Roles are all of them.
var Roles = []Role{Cashier, Manager, Engineer}

// Known tells whether r is one of the roles above.
func (r Role) Known() bool { return slices.Contains(Roles, r) }

// Operator is one person who may sign in.
type Operator struct {
	ID   string // 1 to 32 of [0-9A-Za-z_-]
	Name string // as the page greets and the receipt names them
	Role Role
	Hash string // of the PIN, as Hash makes it
}

// Check tells all that is wrong with an operator, in words for the one who
// writes the settings.
func (o Operator) Check() error {
	var errs []error
	if !validID(o.ID) {
		errs = append(errs, fmt.Errorf("operator id %q must be 1 to 32 of 0-9 A-Z a-z _ -", o.ID))
	}
	if o.Name == "" {
		errs = append(errs, fmt.Errorf("operator %q needs a name", o.ID))
	}
	if !o.Role.Known() {
		errs = append(errs, fmt.Errorf("operator %q: role %q is not known: use %s, %s or %s", o.ID, o.Role, Cashier, Manager, Engineer))
	}
	if err := CheckHash(o.Hash); err != nil {
		errs = append(errs, fmt.Errorf("operator %q: %w", o.ID, err))
	}
	return errors.Join(errs...)
}

func validID(id string) bool {
	if len(id) < 1 || len(id) > 32 {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}
