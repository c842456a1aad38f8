package operator

import (
	"errors"
	"fmt"
)

// MaxPIN is the longest PIN, in digits.
const MaxPIN = 12

// Shortest is how many digits the PIN of a role has at least.
func (r Role) Shortest() int {
	if r == Cashier {
		return 4
	}
	return 6
}

// CheckPIN tells why a PIN is not good enough for a role: too short, too long,
// not digits, or among the few that everybody tries first.
func CheckPIN(r Role, pin string) error {
	if !r.Known() {
		return fmt.Errorf("role %q is not known: use %s, %s or %s", r, Cashier, Manager, Engineer)
	}
	for _, c := range []byte(pin) {
		if c < '0' || c > '9' {
			return errors.New("a PIN is digits only, 0 to 9")
		}
	}
	switch {
	case len(pin) < r.Shortest():
		return fmt.Errorf("the PIN of a %s has at least %d digits", r, r.Shortest())
	case len(pin) > MaxPIN:
		return fmt.Errorf("a PIN has at most %d digits", MaxPIN)
	case repeats(pin):
		return errors.New("a PIN that repeats itself, such as 0000 or 1212, is guessed first: choose another")
	case straight(pin, 1), straight(pin, 9):
		return errors.New("a PIN that counts up or down, such as 1234 or 9876, is guessed first: choose another")
	}
	return nil
}

// repeats: one digit all along, or a shorter piece again and again.
func repeats(pin string) bool {
	for piece := 1; piece <= len(pin)/2; piece++ {
		if len(pin)%piece == 0 && pin[piece:] == pin[:len(pin)-piece] {
			return true
		}
	}
	return false
}

// straight: each digit is the one before plus step, 9 being followed by 0. A
// step of 9 counts down.
func straight(pin string, step byte) bool {
	for i := 1; i < len(pin); i++ {
		if (pin[i-1]-'0'+step)%10 != pin[i]-'0' {
			return false
		}
	}
	return true
}
