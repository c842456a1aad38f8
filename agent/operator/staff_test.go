package operator_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/operator"
)

const (
	satosPIN  = "4071"
	suzukiPIN = "5093"
	moriPIN   = "830157"
)

func people() []operator.Operator {
	return []operator.Operator{
		{ID: "sato", Name: "佐藤", Role: operator.Cashier, Hash: cheap(satosPIN)},
		{ID: "suzuki", Name: "鈴木", Role: operator.Cashier, Hash: cheap(suzukiPIN)},
		{ID: "mori", Name: "森", Role: operator.Manager, Hash: cheap(moriPIN)},
	}
}

// costly are the same people with hashes as Hash makes them.
func costly(t *testing.T) []operator.Operator {
	t.Helper()
	p := people()
	p[0].Hash = mustHash(t, operator.Cashier, satosPIN)
	p[1].Hash = mustHash(t, operator.Cashier, suzukiPIN)
	p[2].Hash = mustHash(t, operator.Manager, moriPIN)
	return p
}

func staff(t *testing.T, operators ...operator.Operator) *operator.Staff {
	t.Helper()
	s, err := operator.NewStaff(operators, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSignIn(t *testing.T) {
	s := staff(t, costly(t)...)
	for _, c := range []struct {
		id, pin, who string
		err          error
	}{
		{"sato", satosPIN, "sato", nil},
		{"mori", moriPIN, "mori", nil},
		{"", suzukiPIN, "suzuki", nil},
		{"", moriPIN, "mori", nil},
		{"sato", suzukiPIN, "", operator.ErrWrong},
		{"nobody", satosPIN, "", operator.ErrWrong},
		{"", "9182", "", operator.ErrWrong},
	} {
		got, err := s.SignIn(c.id, c.pin)
		if got.ID != c.who || !errors.Is(err, c.err) {
			t.Errorf("%q with %s: %q, %v; want %q, %v", c.id, c.pin, got.ID, err, c.who, c.err)
		}
	}
}

func TestUnknownAndWrongLookTheSame(t *testing.T) {
	s := staff(t, people()...)
	_, unknown := s.SignIn("nobody", satosPIN)
	_, wrong := s.SignIn("sato", suzukiPIN)
	if unknown.Error() != wrong.Error() {
		t.Errorf("unknown operator: %v; wrong PIN: %v", unknown, wrong)
	}
}

// The work of a sign-in shows in the memory that argon2id fills, which is the
// same on every machine, while its time is not.
func TestAnUnknownOperatorCostsAsMuchAsAKnownOne(t *testing.T) {
	s := staff(t, costly(t)...)
	known := allocated(func() { _, _ = s.SignIn("sato", suzukiPIN) })
	unknown := allocated(func() { _, _ = s.SignIn("nobody", suzukiPIN) })
	const one = 19 << 20
	if known < one || unknown < one {
		t.Fatalf("a sign-in fills %d bytes with a known id and %d with an unknown one; both must hash, which takes %d", known, unknown, one)
	}
	if more, less := max(known, unknown), min(known, unknown); more-less > one/2 {
		t.Errorf("known %d bytes, unknown %d", known, unknown)
	}
}

// With the PIN alone every operator is tried, also after the first one fitted.
func TestAPINAloneTriesEverybody(t *testing.T) {
	s := staff(t, costly(t)...)
	if got := allocated(func() { _, _ = s.SignIn("", satosPIN) }); got < 3*19<<20 {
		t.Errorf("%d bytes were filled, but three hashes take %d", got, 3*19<<20)
	}
}

func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestAPINOfTwoIsNotEnough(t *testing.T) {
	p := people()
	p[1].Hash = cheap(satosPIN)
	s := staff(t, p...)
	if got, err := s.SignIn("", satosPIN); !errors.Is(err, operator.ErrWhich) {
		t.Errorf("%q, %v", got.ID, err)
	}
	if got, err := s.SignIn("suzuki", satosPIN); got.ID != "suzuki" || err != nil {
		t.Errorf("%q, %v", got.ID, err)
	}
}

func TestManyOperatorsMustSayWhoTheyAre(t *testing.T) {
	hash := cheap(satosPIN)
	var many []operator.Operator
	for i := range operator.Few + 1 {
		many = append(many, operator.Operator{ID: fmt.Sprint("c", i), Name: "担当", Role: operator.Cashier, Hash: hash})
	}
	if _, err := staff(t, many...).SignIn("", satosPIN); !errors.Is(err, operator.ErrWhich) {
		t.Errorf("%v, want %v", err, operator.ErrWhich)
	}
}

func TestFiveFailuresMakeTheRegisterWait(t *testing.T) {
	p := people()
	synctest.Test(t, func(t *testing.T) {
		s := staff(t, p...)
		for i := range operator.MaxFailures {
			if _, err := s.SignIn("mori", "111222"); !errors.Is(err, operator.ErrWrong) {
				t.Fatalf("failure %d: %v", i+1, err)
			}
			time.Sleep(30 * time.Second)
		}
		last := time.Now().Add(-30 * time.Second)

		// The right PIN of another operator is not even looked at.
		_, err := s.SignIn("sato", satosPIN)
		var waiting *operator.Waiting
		if !errors.As(err, &waiting) {
			t.Fatalf("after five failures: %v", err)
		}
		if want := last.Add(operator.Pause); !waiting.Until.Equal(want) {
			t.Errorf("waits until %s, want %s", waiting.Until, want)
		}

		time.Sleep(time.Until(waiting.Until) - time.Nanosecond)
		if _, err := s.SignIn("sato", satosPIN); !errors.As(err, &waiting) {
			t.Errorf("just before the end: %v", err)
		}
		time.Sleep(time.Nanosecond)
		if who, err := s.SignIn("sato", satosPIN); who.ID != "sato" || err != nil {
			t.Errorf("at the end: %q, %v", who.ID, err)
		}
	})
}

func TestOldFailuresAreForgotten(t *testing.T) {
	p := people()
	synctest.Test(t, func(t *testing.T) {
		s := staff(t, p...)
		for i := range operator.MaxInARow - 1 {
			if _, err := s.SignIn("sato", "9182"); !errors.Is(err, operator.ErrWrong) {
				t.Fatalf("failure %d: %v", i+1, err)
			}
			time.Sleep(operator.Pause / (operator.MaxFailures - 1))
		}
	})
}

// Otherwise a cashier signs in between guesses at the manager's PIN.
func TestASuccessDoesNotForgiveFailures(t *testing.T) {
	s := staff(t, people()...)
	for range operator.MaxFailures {
		_, _ = s.SignIn("mori", "111222")
		_, _ = s.SignIn("sato", satosPIN)
	}
	var waiting *operator.Waiting
	if _, err := s.SignIn("sato", satosPIN); !errors.As(err, &waiting) {
		t.Errorf("%v, but five guesses at the manager's PIN have failed", err)
	}
}

func TestParallelGuessesDoNotSlipPastTheThrottle(t *testing.T) {
	s := staff(t, people()...)
	var wait sync.WaitGroup
	wrong := make(chan error, 20)
	for range cap(wrong) {
		wait.Go(func() {
			_, err := s.SignIn("mori", "111222")
			wrong <- err
		})
	}
	wait.Wait()
	close(wrong)
	tried := 0
	for err := range wrong {
		if errors.Is(err, operator.ErrWrong) {
			tried++
		}
	}
	if tried != operator.MaxFailures {
		t.Errorf("%d guesses were tried, want %d", tried, operator.MaxFailures)
	}
}

func TestNewStaffRefuses(t *testing.T) {
	good := people()[0]
	with := func(change func(*operator.Operator)) []operator.Operator {
		o := good
		change(&o)
		return []operator.Operator{o}
	}
	for says, operators := range map[string][]operator.Operator{
		"twice":            {good, good},
		"must be 1 to 32":  with(func(o *operator.Operator) { o.ID = "佐藤" }),
		"needs a name":     with(func(o *operator.Operator) { o.Name = "" }),
		"is not known":     with(func(o *operator.Operator) { o.Role = "owner" }),
		"make a new one":   with(func(o *operator.Operator) { o.Hash = satosPIN }),
		"passes, but 1 to": with(func(o *operator.Operator) { o.Hash = strings.Replace(o.Hash, "t=1", "t=99", 1) }),
	} {
		if _, err := operator.NewStaff(operators, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want a complaint with %q", err, says)
		}
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	want := map[operator.Action]string{ // cashier, manager, engineer
		operator.Sell:       "yes yes no",
		operator.TopUp:      "yes yes no",
		operator.Reprint:    "yes yes no",
		operator.Look:       "yes yes yes",
		operator.TestDevice: "yes yes yes",
		operator.Resolve:    "no yes no",
		operator.Override:   "no yes no",
		operator.Refund:     "no yes no",
		operator.RefundMore: "no yes no",
		operator.CloseDay:   "no yes no",
		operator.Configure:  "no yes yes",
		operator.Users:      "no yes no",
		operator.Devices:    "no yes yes",
		operator.Flash:      "no no yes",
	}
	word := map[bool]string{true: "yes", false: "no"}
	for _, a := range operator.Actions {
		var got []string
		for _, r := range operator.Roles {
			got = append(got, word[operator.Can(r, a)])
		}
		if strings.Join(got, " ") != want[a] {
			t.Errorf("%s: %v is %s, want %s", a, operator.Roles, got, want[a])
		}
	}
	if len(operator.Actions) != len(want) {
		t.Errorf("%d actions, but %d are listed here", len(operator.Actions), len(want))
	}
	if operator.Can("owner", operator.Sell) || operator.Can(operator.Manager, "fly") || operator.Can("", "") {
		t.Error("an unknown role or action is allowed")
	}
}
