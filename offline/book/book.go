// Package book is the rules of the memory: how keys are issued, which step a
// charge may take, whose route set a request belongs to, and how the journal
// is chained. It is not a database: rows live in a Store.
//
// Invariant: every change of a charge and its journal entry are one
// transaction, a key is issued once, and the journal only grows.
package book

import "errors"

// ErrNotFound means that there is no such row.
var ErrNotFound = errors.New("not found")
