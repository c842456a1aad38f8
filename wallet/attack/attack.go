// Package attack attacks the real programs, walletd and posagent as they are
// built, on this machine: what was done to 7pay in July 2019, and what is done
// to every service that moves money. It holds tests alone; they judge by what
// the programs answer and by the wallet's books, and know nothing of their inside.
//
// Invariant: an attack that was not made is never called withstood, and no
// attack leaves this machine.
package attack
