package operator_test

import (
	"errors"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/posagent/posagent/agent/operator"
)

// roster keeps the roll of one register.
type roster struct{ kept operator.Roll }

func (r *roster) Load() (operator.Roll, error)  { return r.kept, nil }
func (r *roster) Save(roll operator.Roll) error { r.kept = roll; return nil }

// begun is a register that was just started over the same disk and roll.
func begun(t *testing.T, d *disk, r *roster) *operator.Staff {
	t.Helper()
	s := started(t, d)
	if err := s.Keep(r); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheRollIsKept(t *testing.T) {
	d, r := &disk{}, &roster{}
	s := begun(t, d, r)
	var faulty *operator.Faulty
	if err := s.Add("kato", "加藤", operator.Engineer, "4071"); !errors.As(err, &faulty) {
		t.Errorf("four digits for an engineer: %v", err)
	}
	if err := s.Add("kato", "加藤", operator.Cashier, "7204"); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]error{"kato": operator.ErrThere, "mori": operator.ErrThere} {
		if err := s.Add(id, "x", operator.Cashier, "7204"); !errors.Is(err, want) {
			t.Errorf("%s: %v", id, err)
		}
	}
	s = begun(t, d, r)
	if o, err := s.SignIn("kato", "7204"); err != nil || o.Role != operator.Cashier {
		t.Errorf("after a restart: %+v, %v", o, err)
	}
	if err := s.SetRole("kato", operator.Manager, ""); !errors.As(err, &faulty) {
		t.Errorf("a manager with four digits: %v", err)
	}
	if err := s.SetPIN("mori", "739154"); !errors.Is(err, operator.ErrSettings) {
		t.Errorf("of the settings: %v", err)
	}
	if err := s.Disable("kato"); err != nil {
		t.Fatal(err)
	}
	if _, err := begun(t, d, r).SignIn("kato", "7204"); !errors.Is(err, operator.ErrWrong) {
		t.Errorf("disabled: %v", err)
	}
}

func TestTheLastManagerStays(t *testing.T) {
	s, err := operator.NewStaff(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Keep(&roster{}); err != nil || !s.Nobody() {
		t.Fatalf("%v", err)
	}
	if err := s.Add("mori", "森", operator.Manager, "739154"); err != nil {
		t.Fatal(err)
	}
	if err := s.Disable("mori"); !errors.Is(err, operator.ErrLast) {
		t.Errorf("%v", err)
	}
	if err := s.SetRole("mori", operator.Cashier, ""); !errors.Is(err, operator.ErrLast) {
		t.Errorf("%v", err)
	}
}

// enrolled gives mori a second factor.
func enrolled(t *testing.T, s *operator.Staff) (secret string, recovery []string) {
	t.Helper()
	uri, err := s.Enrol("mori", "posagent")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	secret = u.Query().Get("secret")
	if recovery, err = s.Confirm("mori", now(t, secret)); err != nil {
		t.Fatal(err)
	}
	return secret, recovery
}

func now(t *testing.T, secret string) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// A code is good once, over a restart as well; so is one of the steps beside
// it, and a recovery code.
func TestACodeIsGoodOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, r := &disk{}, &roster{}
		s := begun(t, d, r)
		secret, recovery := enrolled(t, s)
		if _, err := begun(t, d, r).Prove("mori", moriPIN, now(t, secret)); !errors.Is(err, operator.ErrCodeUsed) {
			t.Errorf("the code of the enrolment: %v", err)
		}
		if _, err := s.Prove("mori", moriPIN, ""); !errors.Is(err, operator.ErrNeedCode) {
			t.Errorf("no code: %v", err)
		}
		time.Sleep(time.Minute)
		code := now(t, secret)
		time.Sleep(30 * time.Second)
		if o, err := begun(t, d, r).Prove("mori", moriPIN, code); err != nil || o.ID != "mori" {
			t.Errorf("a code of the step before: %v", err)
		}
		if _, err := begun(t, d, r).Prove("mori", moriPIN, code); !errors.Is(err, operator.ErrCodeUsed) {
			t.Errorf("the same once more: %v", err)
		}
		old := now(t, secret)
		time.Sleep(2 * time.Minute)
		if _, err := begun(t, d, r).Prove("mori", moriPIN, old); !errors.Is(err, operator.ErrCode) {
			t.Errorf("a code that is too old: %v", err)
		}
		if _, err := begun(t, d, r).Prove("mori", moriPIN, recovery[0]); err != nil {
			t.Errorf("a recovery code: %v", err)
		}
		if _, err := begun(t, d, r).Prove("mori", moriPIN, recovery[0]); !errors.Is(err, operator.ErrCode) {
			t.Errorf("a recovery code twice: %v", err)
		}
	})
}

// Codes are guessed no faster and no longer than PINs, whatever restarts.
func TestWrongCodesLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, r := &disk{}, &roster{}
		enrolled(t, begun(t, d, r))
		var err error
		for range operator.MaxInARow {
			time.Sleep(operator.Pause)
			_, err = begun(t, d, r).Prove("mori", moriPIN, "abcdef")
		}
		var locked *operator.Locked
		if !errors.As(err, &locked) {
			t.Errorf("after %d wrong codes: %v", operator.MaxInARow, err)
		}
	})
}

// Whoever knows the PIN does not get more guesses at the code by signing in
// between; a manager lets the operator in again.
func TestASignInForgivesNoWrongCodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, r := &disk{}, &roster{}
		secret, _ := enrolled(t, begun(t, d, r))
		var err error
		for n := range operator.MaxInARow + 1 {
			time.Sleep(operator.Pause)
			_, err = begun(t, d, r).Prove("mori", moriPIN, "abcdef")
			time.Sleep(operator.Pause)
			if _, in := begun(t, d, r).SignIn("mori", moriPIN); in != nil {
				t.Fatalf("after %d wrong codes the PIN alone: %v", n+1, in)
			}
		}
		var locked *operator.Locked
		if !errors.As(err, &locked) {
			t.Errorf("after %d wrong codes with sign-ins between: %v", operator.MaxInARow+1, err)
		}
		time.Sleep(operator.Pause)
		s := begun(t, d, r)
		if _, err := s.Prove("mori", moriPIN, now(t, secret)); !errors.As(err, &locked) {
			t.Errorf("the right code opens it: %v", err)
		}
		if known, err := s.Unlock("mori"); !known || err != nil {
			t.Fatal(known, err)
		}
		time.Sleep(operator.Pause)
		if _, err := s.Prove("mori", moriPIN, now(t, secret)); err != nil {
			t.Errorf("unlocked: %v", err)
		}
	})
}

func TestAnApprovalIsForOneAct(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := operator.NewApprovals(time.Now)
		act := operator.Act{Kind: operator.Refund, Key: "S1-1", Amount: 5000, Currency: "JPY"}
		give := func() operator.Approval {
			a, err := l.Give(act, "mori", "operator:sato", "")
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		a := give()
		if _, err := l.Spend(a.ID, act, "operator:suzuki"); !errors.Is(err, operator.ErrNoApproval) {
			t.Errorf("somebody else: %v", err)
		}
		more := act
		more.Amount++
		if _, err := l.Spend(a.ID, more, "operator:sato"); !errors.Is(err, operator.ErrOtherAct) {
			t.Errorf("another amount: %v", err)
		}
		if _, err := l.Spend(a.ID, act, "operator:sato"); err != nil {
			t.Error(err)
		}
		if _, err := l.Spend(a.ID, act, "operator:sato"); !errors.Is(err, operator.ErrSpent) {
			t.Errorf("twice: %v", err)
		}
		a = give()
		time.Sleep(operator.ApprovalTime)
		if _, err := l.Spend(a.ID, act, "operator:sato"); !errors.Is(err, operator.ErrTooOld) {
			t.Errorf("after a minute: %v", err)
		}
		a = give()
		if _, err := l.Give(act, "mori", "operator:sato", a.ID); !errors.Is(err, operator.ErrOwnRequest) {
			t.Errorf("the same person as the second: %v", err)
		}
		// the refusal has not used it up: somebody else can still join it
		if two, err := l.Give(act, "ito", "operator:sato", a.ID); err != nil || len(two.By) != 2 {
			t.Errorf("%+v, %v", two, err)
		}
	})
}

func TestASetUpCodeIsGoodOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nothing := func() error { return nil }
		s := operator.NewSetup(time.Now)
		code := s.Code()
		if err := s.Use(code, func() error { return operator.ErrThere }); !errors.Is(err, operator.ErrThere) {
			t.Error(err)
		}
		if err := s.Use(code, nothing); err != nil {
			t.Error(err)
		}
		if err := s.Use(code, nothing); !errors.Is(err, operator.ErrSetupOver) {
			t.Errorf("twice: %v", err)
		}
		s = operator.NewSetup(time.Now)
		for range operator.SetupTries {
			if err := s.Use("AAAA-AAAA-AAAA", nothing); !errors.Is(err, operator.ErrSetupWrong) {
				t.Error(err)
			}
		}
		if err := s.Use(code, nothing); !errors.Is(err, operator.ErrSetupOver) {
			t.Errorf("guessed at: %v", err)
		}
		s = operator.NewSetup(time.Now)
		code = s.Code()
		time.Sleep(operator.SetupTime)
		if err := s.Use(code, nothing); !errors.Is(err, operator.ErrSetupOver) {
			t.Errorf("too late: %v", err)
		}
	})
}
