// Package whole is the simulator's second tier, made of tests only: the real
// register over its real SQLite file, real TLS, a network that is cut on order,
// and the real wallet with its ledger in SQLite, on the clock of this machine.
// It is slower than the first tier by two orders of magnitude and judges what
// that one has to imagine: sockets, files, goroutines, timers.
//
// Invariant: nothing here decides anything about money. It presses buttons,
// breaks things, and afterwards counts in the books of both sides.
package whole
