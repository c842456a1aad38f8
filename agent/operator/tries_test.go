package operator_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/operator"
)

// disk keeps the guesses of one register, and may be full.
type disk struct {
	kept operator.Guesses
	full bool
}

func (d *disk) Load() (operator.Guesses, error) { return d.kept, nil }

func (d *disk) Save(g operator.Guesses) error {
	if d.full {
		return errors.New("no space left on device")
	}
	d.kept = g
	return nil
}

// started is a register that was just started over the same disk.
func started(t *testing.T, d *disk) *operator.Staff {
	t.Helper()
	s, err := operator.NewStaff(people(), d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// guess tries a PIN, with a restart before each guess and after long waits.
func guess(t *testing.T, d *disk, id, pin string) error {
	t.Helper()
	time.Sleep(operator.Pause)
	_, err := started(t, d).SignIn(id, pin)
	return err
}

// However patient a guesser is and however often the register restarts, an
// operator has ten wrong PINs. The id that nobody has is answered the same.
func TestTenInARowLock(t *testing.T) {
	for _, id := range []string{"mori", "nobody"} {
		synctest.Test(t, func(t *testing.T) {
			d := &disk{}
			var locked *operator.Locked
			for i := range operator.MaxInARow - 1 {
				if err := guess(t, d, id, "111222"); !errors.Is(err, operator.ErrWrong) {
					t.Fatalf("%s: guess %d: %v", id, i+1, err)
				}
			}
			if err := guess(t, d, id, "111222"); !errors.As(err, &locked) || !locked.Now {
				t.Errorf("%s: the last guess: %v", id, err)
			}
			if err := guess(t, d, id, moriPIN); !errors.As(err, &locked) || locked.Now {
				t.Errorf("%s: the right PIN afterwards: %v", id, err)
			}
			if err := guess(t, d, "sato", satosPIN); err != nil {
				t.Errorf("another operator: %v", err)
			}
		})
	}
}

func TestAManagerOpensTheLock(t *testing.T) {
	d := &disk{kept: operator.Guesses{InARow: map[string]int{"sato": operator.MaxInARow}}}
	s := started(t, d)
	if all := s.Standings(); !all[0].Locked || all[0].ID != "sato" || all[1].Locked {
		t.Errorf("%+v", all)
	}
	if there, err := s.Unlock("nobody"); there || err != nil {
		t.Errorf("an id that nobody has: %v, %v", there, err)
	}
	if there, err := s.Unlock("sato"); !there || err != nil {
		t.Errorf("%v, %v", there, err)
	}
	if _, err := started(t, d).SignIn("sato", satosPIN); err != nil {
		t.Errorf("%v", err)
	}
}

// A right PIN forgives its own operator, so that a year's slips lock nobody;
// and nobody else.
func TestARightPINForgivesItsOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{}
		for range 3 * operator.MaxInARow {
			if err := guess(t, d, "sato", "9182"); !errors.Is(err, operator.ErrWrong) {
				t.Fatal(err)
			}
			if err := guess(t, d, "sato", satosPIN); err != nil {
				t.Fatal(err)
			}
		}
		for range operator.MaxInARow - 1 {
			_ = guess(t, d, "mori", "111222")
			_ = guess(t, d, "sato", satosPIN)
		}
		if n := d.kept.InARow["mori"]; n != operator.MaxInARow-1 {
			t.Errorf("%d guesses at the manager's PIN count", n)
		}
	})
}

// Guesses without an id are guesses at everybody's PIN: after ten only a manager
// comes in, and opens the register for all.
func TestAManagerOpensTheRegister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{}
		var locked *operator.Locked
		for i := range operator.MaxInARow {
			if err := guess(t, d, "", "111222"); !errors.Is(err, operator.ErrWrong) && !(i == operator.MaxInARow-1 && errors.As(err, &locked) && locked.Now) {
				t.Fatalf("guess %d: %v", i+1, err)
			}
			if err := guess(t, d, "sato", satosPIN); err != nil {
				t.Fatal(err)
			}
		}
		if err := guess(t, d, "", satosPIN); !errors.As(err, &locked) || locked.Now || locked.ID != "" {
			t.Errorf("a cashier's right PIN: %v", err)
		}
		if err := guess(t, d, "", moriPIN); err != nil {
			t.Fatal(err)
		}
		if err := guess(t, d, "", satosPIN); err != nil {
			t.Errorf("after a manager was there: %v", err)
		}
	})
}

// Nobody guesses at a manager's PIN for ever.
func TestThePINAloneIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{kept: operator.Guesses{InARow: map[string]int{"": operator.MaxAlone - 1}}}
		var locked *operator.Locked
		if err := guess(t, d, "", "111222"); !errors.As(err, &locked) {
			t.Errorf("the last one: %v", err)
		}
		if err := guess(t, d, "", moriPIN); !errors.Is(err, operator.ErrWhich) {
			t.Errorf("%v", err)
		}
		if _, err := started(t, d).Unlock("sato"); err != nil {
			t.Fatal(err)
		}
		if err := guess(t, d, "", moriPIN); err != nil {
			t.Errorf("after somebody was let in again: %v", err)
		}
	})
}

// The five minutes hold over a restart and over a clock that is set back, and
// end.
func TestThePauseSurvivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{}
		for range operator.MaxFailures {
			_, _ = started(t, d).SignIn("mori", "111222")
		}
		var waiting *operator.Waiting
		if _, err := started(t, d).SignIn("sato", satosPIN); !errors.As(err, &waiting) {
			t.Errorf("after a restart: %v", err)
		}
		for i := range d.kept.Recent { // the clock was a year ahead
			d.kept.Recent[i] = d.kept.Recent[i].AddDate(1, 0, 0)
		}
		s := started(t, d)
		if _, err := s.SignIn("sato", satosPIN); !errors.As(err, &waiting) || time.Until(waiting.Until) > operator.Pause {
			t.Errorf("with the clock set back: %v", err)
		}
		time.Sleep(operator.Pause)
		if _, err := s.SignIn("sato", satosPIN); err != nil {
			t.Errorf("after the pause: %v", err)
		}
	})
}

// What cannot be counted is not tried: a full disk gives no free guesses.
func TestAFullDiskGivesNoGuesses(t *testing.T) {
	d := &disk{full: true}
	_, err := started(t, d).SignIn("mori", moriPIN)
	if err == nil || errors.Is(err, operator.ErrWrong) {
		t.Errorf("%v", err)
	}
}

// Ids that nobody has do not fill the disk.
func TestStrangersAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{}
		for i := range 200 {
			_ = guess(t, d, "stranger"+string(rune('0'+i%10))+string(rune('a'+i/10)), "111222")
		}
		if n := len(d.kept.InARow); n > 64 {
			t.Errorf("%d ids are counted", n)
		}
	})
}

// Who types the PIN into the field of the name finds it in no file: an id that
// nobody has is kept as something that cannot be read back, also one that an
// earlier version has kept.
func TestAPINInThePlaceOfTheNameIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{kept: operator.Guesses{InARow: map[string]int{"864209": 3, "sato": 2}}}
		for range operator.MaxInARow - 1 {
			if err := guess(t, d, "735190", "111222"); !errors.Is(err, operator.ErrWrong) {
				t.Fatal(err)
			}
		}
		for id := range d.kept.InARow {
			if strings.Contains(id, "735190") || strings.Contains(id, "864209") {
				t.Errorf("%q is kept", id)
			}
		}
		if d.kept.InARow["sato"] != 2 {
			t.Errorf("an operator's wrong PINs became %d", d.kept.InARow["sato"])
		}
		var locked *operator.Locked
		if err := guess(t, d, "735190", "111222"); !errors.As(err, &locked) || locked.ID != "735190" || !locked.Now {
			t.Errorf("the tenth: %v", err)
		}
	})
}
