package attack_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/pquerna/otp/totp"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	made(t, "A1", listFromOneAddress)
	made(t, "A2", listFromEverywhere)
	made(t, "A3", listSlowly)
	made(t, "A4", secondPhone)
	made(t, "A5", resetElsewhere)
	made(t, "A6", resetByKnowledge)
	made(t, "A7", topUpsInARow)
	made(t, "A8", byOthers)
}

// listFromOneAddress has the right passwords, and no second step.
func listFromOneAddress(t *testing.T) string {
	p := newPeople(t)
	her := p.joins("hanako@example.jp")
	n, judged, slowed := size(2_000, 10_000), 0, time.Duration(0)
	begin := p.clock()
	for i := range n {
		contact := fmt.Sprintf("victim%d@example.jp", i)
		if i%500 == 0 {
			contact = her.contact
		}
		_, err := p.SignIn(contact, leaked, "000000", abroad(1))
		switch {
		case errors.Is(err, identity.ErrSlow):
			if slowed == 0 {
				slowed = p.clock().Sub(begin)
			}
		case errors.Is(err, identity.ErrWrong):
			judged++
		default:
			t.Fatalf("pair %d: %v", i, err)
		}
		p.passes(10 * time.Millisecond)
	}
	if slowed == 0 || slowed > time.Minute || judged > 60 {
		t.Errorf("%d of %d pairs were judged, and the address was slowed after %s", judged, n, slowed)
	}
	if len(p.alarms) == 0 || p.alarms[0].Sub(begin) > 5*time.Minute {
		t.Fatalf("the alarms are %v, from %s on", p.alarms, begin)
	}
	tries := 0
	for range 600 { // one account, a try a second, each from another address
		if _, err := p.SignIn("taro@example.jp", "wrong", "000000", abroad(1000+tries)); errors.Is(err, identity.ErrWrong) {
			tries++
		}
		p.passes(time.Second)
	}
	if tries > 10 {
		t.Errorf("%d tries at one account within ten minutes", tries)
	}
	if in, err := p.SignIn(her.contact, leaked, her.code(), home); err != nil || in.Token == "" {
		t.Errorf("the owner is locked out: %v", err)
	}
	return fmt.Sprintf("%d pairs: %d judged, slowed after %s, %d tries at one account in 10 min, no session; the alarm after %s", n, judged, slowed, tries, p.alarms[0].Sub(begin))
}

func listFromEverywhere(t *testing.T) string {
	p := newPeople(t)
	her := p.joins("hanako@example.jp")
	n := size(30, 5_000)
	begin := p.clock()
	var sessions atomic.Int64
	atOnce(4, func(lane int) {
		for i := lane; i < n; i += 4 {
			contact := fmt.Sprintf("victim%d@example.jp", i)
			if i == n/2 {
				contact = her.contact
			}
			if _, err := p.SignIn(contact, leaked, "000000", abroad(i)); err == nil {
				sessions.Add(1)
			}
			p.passes(60 * time.Millisecond / 4) // 5,000 in 75 s
		}
	})
	if sessions.Load() > 0 {
		t.Errorf("%d sessions without a second step", sessions.Load())
	}
	if _, _, err := p.Acts(her.session, "code", "", signedBy(p, her.phone.ID, her.key, "code", "")); err != nil {
		t.Errorf("her phone is held up: %v", err)
	}
	if wholeForm() {
		if len(p.alarms) == 0 || p.alarms[0].Sub(begin) > 5*time.Minute {
			t.Errorf("the alarms are %v", p.alarms)
		}
		return fmt.Sprintf("%d addresses: no session, the alarm after %s; her phone goes on", n, p.alarms[0].Sub(begin).Round(time.Second))
	}
	return fmt.Sprintf("%d addresses: no session; her phone goes on", n)
}

func listSlowly(t *testing.T) string {
	p := newPeople(t)
	her := p.joins("hanako@example.jp")
	n := size(20, 1_000)
	for i := range n {
		contact := her.contact
		if i%20 > 0 {
			contact = fmt.Sprintf("victim%d@example.jp", i)
		}
		if _, err := p.SignIn(contact, leaked, "123456", abroad(i)); err == nil {
			t.Error("a session without a second step")
		}
		p.passes(time.Minute)
	}
	if len(p.alarms) > 0 {
		t.Errorf("%d alarms for a try a minute", len(p.alarms))
	}
	return fmt.Sprintf("%d tries, one a minute: no alarm, no session", n)
}

// secondPhone is a thief with password and a code of the second step.
func secondPhone(t *testing.T) string {
	p := newPeople(t)
	her := p.joins("hanako@example.jp")
	p.passes(time.Minute)
	in, err := p.SignIn(her.contact, leaked, her.code(), abroad(5))
	check(t, err)
	thief, _, err := p.Who(in.Token, in.Secret)
	check(t, err)
	before := len(p.letters)
	phone, key := her.adds(thief, "thief's phone")
	if phone.State != identity.PhoneWaiting || len(p.letters) == before {
		t.Errorf("the second phone is %s, and she is told %v", phone.State, p.letters[before:])
	}
	for _, act := range []string{"code", "certificate"} {
		if _, _, err := p.Acts(thief, act, "", signedBy(p, phone.ID, key, act, "")); !errors.Is(err, identity.ErrNoPhone) {
			t.Errorf("the second phone acts: %s %v", act, err)
		}
	}
	if err := p.Agree(thief, phone.ID, true, signedBy(p, phone.ID, key, "agree", phone.ID)); err == nil {
		t.Error("the second phone agrees to itself")
	}
	p.passes(20 * time.Hour) // nobody answers
	if _, _, err := p.Acts(thief, "code", "", signedBy(p, phone.ID, key, "code", "")); err == nil {
		t.Error("waiting makes the second phone pay")
	}
	check(t, p.Agree(her.session, phone.ID, true, signedBy(p, her.phone.ID, her.key, "agree", phone.ID))) // tricked into a yes
	if _, _, err := p.Acts(thief, "code", "", signedBy(p, phone.ID, key, "code", "")); err != nil {
		t.Errorf("after her yes: %v", err)
	}
	if _, _, err := p.Acts(her.session, "code", "", signedBy(p, her.phone.ID, her.key, "code", "")); !errors.Is(err, identity.ErrNoPhone) {
		t.Errorf("two phones make codes: %v", err)
	}
	g := p.Guard(her.member.Customer)
	if g.DayMost != identity.CoolMost || g.Until.Sub(p.clock()) != identity.CoolFor {
		t.Errorf("a new phone may spend %d in a day until %s", g.DayMost, g.Until)
	}
	return fmt.Sprintf("waits, and she is told; it agrees to nothing; after her yes one phone makes codes, for %d yen a day and %s", g.DayMost, identity.CoolFor)
}

func resetElsewhere(t *testing.T) string {
	p := newPeople(t)
	her := p.joins("hanako@example.jp")
	for _, contact := range []string{"hanako@example.jp,thief@example.com", "hanako@example.jp\nthief@example.com", "thief@example.com", "hanako@example.jp ", "HANAKO@example.jp"} {
		p.Forgot(contact, abroad(1)) // whatever it says, where it goes is what counts
		p.passes(time.Hour)
	}
	for _, l := range p.letters {
		if l.To != her.contact && l.Kind == "code" {
			t.Errorf("a code went to %q", l.To)
		}
	}
	one, two := p.Forgot(her.contact, abroad(2)), p.Forgot("nobody@example.jp", abroad(3))
	if fmt.Sprint(one) != fmt.Sprint(two) {
		t.Errorf("a member is told %v, and nobody %v", one, two)
	}
	wrong := 0
	for range 50 {
		if _, err := p.Verify(her.contact, "000000", identity.ProofReset, abroad(4)); err == nil {
			t.Error("a guessed code is right")
		}
		wrong++
	}
	return fmt.Sprintf("codes go to the verified contact only; the same answer for nobody; %d guesses are wrong", wrong)
}

// resetByKnowledge is a thief who reads her letters, too.
func resetByKnowledge(t *testing.T) string {
	p := newPeople(t)
	her := p.joins("hanako@example.jp")
	p.passes(time.Hour)
	check(t, p.Forgot(her.contact, abroad(1)))
	all := p.sent(her.contact, "code")
	ticket, err := p.Verify(her.contact, all[len(all)-1].Tell["code"], identity.ProofReset, abroad(1))
	check(t, err)
	e, err := p.Password(ticket, "another green tricycle")
	check(t, err)
	code, err := totp.GenerateCode(e.Secret, p.clock())
	check(t, err)
	in, err := p.Confirm(ticket, code, abroad(1))
	check(t, err)
	thief, m, err := p.Who(in.Token, in.Secret)
	check(t, err)
	if len(p.sent(her.contact, "reset")) == 0 {
		t.Error("she is not told of the reset")
	}
	if _, _, err := p.Acts(her.session, "code", "", signedBy(p, her.phone.ID, her.key, "code", "")); err == nil {
		t.Error("her phone still pays after the reset")
	}
	phone, key := her.adds(thief, "thief's phone")
	if _, _, err := p.Acts(thief, "code", "", signedBy(p, phone.ID, key, "code", "")); !errors.Is(err, identity.ErrNoPhone) {
		t.Errorf("the thief's phone pays after a reset: %s %v", phone.State, err)
	}
	until := p.Guard(m.Customer).NoTopUp
	if !p.clock().Before(until) {
		t.Errorf("top-ups after a reset: nothing is topped up before %s", until)
	}
	p.passes(identity.TopUpStop + time.Minute)
	if p.clock().Before(until) {
		t.Errorf("top-ups a day later: still nothing before %s", until)
	}
	return "her phone is unbound, top-ups stop for a day, and the thief's phone waits for a person"
}
