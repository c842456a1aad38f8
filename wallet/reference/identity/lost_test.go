package identity_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/identity"
	"pgregory.net/rapid"
)

// A reset goes to the verified contact; it takes all sessions and phones, stops
// top-ups for a day, and a new phone waits for a person of the wallet.
func TestReset(t *testing.T) {
	w := newWallet(t)
	p := w.joins("hanako@example.jp")
	first := newHandset(t, oda.P256)
	w.adds(p, first, "first")
	w.add(time.Hour)
	check(t, w.Forgot(p.contact, other))
	letter := w.last(p.contact)
	_, err := w.Verify("thief@example.com", letter.Tell["code"], identity.ProofReset, other)
	wants(t, "the code at another address", err, identity.ErrWrong)
	ticket, err := w.Verify(p.contact, letter.Tell["code"], identity.ProofReset, home)
	check(t, err)
	_, err = w.Verify(p.contact, letter.Tell["code"], identity.ProofReset, home)
	wants(t, "the code again", err, identity.ErrWrong)
	if _, _, err := w.Who(p.in.Token, p.in.Secret); err != nil {
		t.Errorf("a ticket alone has ended the session: %v", err)
	}
	again := w.enrol(ticket, person{contact: p.contact, password: "four green umbrellas"})
	if again.member.Customer != p.member.Customer || w.last(p.contact).Kind != "reset" {
		t.Errorf("%+v, last letter %+v", again.member, w.last(p.contact))
	}
	_, _, err = w.Who(p.in.Token, p.in.Secret)
	wants(t, "the old session", err, identity.ErrSession)
	_, _, err = w.Acts(again.session, "code", "", w.signed(first, "code", ""))
	wants(t, "the old phone", err, identity.ErrNoPhone)
	if until := w.Guard(p.member.Customer).NoTopUp; !until.Equal(w.now.Add(identity.TopUpStop)) {
		t.Errorf("nothing is topped up before %s", until)
	}
	w.add(identity.TopUpStop)
	again.session.Strong = w.now
	second := newHandset(t, oda.P256)
	waiting := w.adds(again, second, "second")
	if waiting.State != identity.PhoneWaiting {
		t.Errorf("a phone after a reset is %s", waiting.State)
	}
	check(t, w.Proved(again.member.ID, waiting.ID, "staff taro"))
	if _, _, err := w.Acts(again.session, "code", "", w.signed(second, "code", "")); err != nil {
		t.Error(err)
	}
	if g := w.Guard(again.member.Customer); g.DayMost != identity.CoolMost {
		t.Errorf("%+v", g)
	}
}

// Codes that were sent are tried five times.
func TestCodesAreNotGuessed(t *testing.T) {
	w := newWallet(t)
	check(t, w.SignUp("hanako@example.jp", home))
	code := w.last("hanako@example.jp").Tell["code"]
	for n := range 5 {
		from := identity.From{Addr: netip.AddrFrom4([4]byte{100, 64, byte(n), 1})}
		_, err := w.Verify("hanako@example.jp", "12345678", identity.ProofSignUp, from)
		wants(t, "a guess", err, identity.ErrWrong)
	}
	_, err := w.Verify("hanako@example.jp", code, identity.ProofSignUp, home)
	wants(t, "the right one after five guesses", err, identity.ErrWrong)
	w.add(time.Hour)
	check(t, w.SignUp("hanako@example.jp", home))
	code = w.last("hanako@example.jp").Tell["code"]
	w.add(11 * time.Minute)
	_, err = w.Verify("hanako@example.jp", code, identity.ProofSignUp, home)
	wants(t, "a code after its time", err, identity.ErrWrong)
}

// Who signs in from a thief's machine and freezes nothing can still be frozen
// out by the owner, who has only a session.
func TestFreeze(t *testing.T) {
	w := newWallet(t)
	p := w.joins("hanako@example.jp")
	h := newHandset(t, oda.Ed25519)
	w.adds(p, h, "phone")
	w.add(time.Hour)
	check(t, w.Freeze(p.member.ID, "member"))
	if !w.Guard(p.member.Customer).Frozen || w.last(p.contact).Kind != "frozen" {
		t.Errorf("%+v", w.Guard(p.member.Customer))
	}
	_, _, err := w.Acts(p.session, "code", "", w.signed(h, "code", ""))
	wants(t, "a code", err, identity.ErrFrozen)
	wants(t, "an end without a second factor", w.Unfreeze(p.session), identity.ErrProve)
	wants(t, "a proof with a wrong password", w.Prove(p.session, "not the password", w.code(p), home), identity.ErrWrong)
	check(t, w.Prove(p.session, p.password, w.code(p), home))
	p.session, p.member, err = w.Who(p.in.Token, p.in.Secret)
	check(t, err)
	check(t, w.Unfreeze(p.session))
	if w.Guard(p.member.Customer).Frozen {
		t.Error("it is still frozen")
	}
}

// Another contact takes three days, in which the old one may stop it.
func TestMovingToAnotherContact(t *testing.T) {
	w := newWallet(t)
	p := w.joins("hanako@example.jp")
	move := func() {
		p.session.Strong = w.now
		check(t, w.Move(p.session, "090-1234-5678", home))
		check(t, w.Moved(p.session, "+81 90 1234 5678", w.last("+819012345678").Tell["code"], home))
	}
	move()
	check(t, w.StopMove(p.session))
	w.add(100 * time.Hour)
	check(t, w.Tidy())
	w.add(time.Hour)
	move()
	w.add(71 * time.Hour)
	check(t, w.Tidy())
	check(t, w.Forgot(p.contact, home)) // still the old one's
	if w.last(p.contact).Kind != "code" {
		t.Errorf("%+v", w.last(p.contact))
	}
	w.add(2 * time.Hour)
	check(t, w.Tidy())
	if _, err := w.SignIn("09012345678", p.password, w.code(p), home); err != nil {
		t.Errorf("by the new contact: %v", err)
	}
}

// Sessions are listed and ended; one needs both of its secrets, and ends by
// itself.
func TestSessions(t *testing.T) {
	w := newWallet(t)
	p := w.joins("hanako@example.jp")
	w.add(time.Minute)
	thief, err := w.SignIn(p.contact, p.password, w.code(p), other)
	check(t, err)
	if w.last(p.contact).Kind != "signin" {
		t.Errorf("a sign-in from elsewhere is told by %+v", w.last(p.contact))
	}
	all, err := w.Sessions(p.member.ID)
	if err != nil || len(all) != 2 || all[0].Agent != "thief" {
		t.Fatalf("%+v, %v", all, err)
	}
	check(t, w.SignOut(p.member.ID, all[0].ID))
	_, _, err = w.Who(thief.Token, thief.Secret)
	wants(t, "the session that was ended", err, identity.ErrSession)
	_, _, err = w.Who(p.in.Token, "another secret")
	wants(t, "a cookie without the second secret", err, identity.ErrSession)
	wants(t, "somebody else's", w.SignOut("nobody", all[1].ID), identity.ErrNotFound)
	w.add(8 * 24 * time.Hour)
	_, _, err = w.Who(p.in.Token, p.in.Secret)
	wants(t, "a session that was idle", err, identity.ErrSession)
}

// Whatever is done with phones, at most one pays, and a member who has had one
// never gets another by a session alone.
func TestOnePhonePays(t *testing.T) {
	w := newWallet(t)
	p := w.joins("hanako@example.jp")
	phones := []handset{newHandset(t, oda.Ed25519), newHandset(t, oda.Ed25519), newHandset(t, oda.Ed25519), newHandset(t, oda.Ed25519)}
	rapid.Check(t, func(rt *rapid.T) {
		p.session.Strong = w.now
		h := rapid.SampledFrom(phones).Draw(rt, "phone")
		by := rapid.SampledFrom(phones).Draw(rt, "by")
		id := identity.PhoneID(h.key)
		before := w.active(rt, p)
		act := rapid.SampledFrom([]string{"add", "agree", "end", "new"}).Draw(rt, "act")
		switch act {
		case "add":
			w.AddPhone(p.session, h.alg, h.key, "phone", w.signed(h, "add", "phone"))
		case "agree":
			w.Agree(p.session, id, true, w.signed(by, "agree", id))
		case "end":
			w.EndPhone(p.session, id)
		case "new":
			phones[rapid.IntRange(0, 3).Draw(rt, "place")] = newHandset(t, oda.Ed25519)
		}
		after := w.active(rt, p)
		if len(after) > 1 {
			rt.Fatalf("%d phones pay", len(after))
		}
		if len(after) == 1 && (len(before) == 0 || before[0] != after[0]) && act != "agree" && act != "add" {
			rt.Fatalf("%s has made a phone pay", act)
		}
		if act == "add" && len(before) == 0 && len(after) == 1 && w.had {
			rt.Fatal("a session alone has made another phone pay")
		}
		w.had = w.had || len(after) == 1
	})
}

func (w *wallet) active(t *rapid.T, p person) (ids []string) {
	all, err := w.Phones(p.member.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, ph := range all {
		if ph.State == identity.PhoneActive {
			ids = append(ids, ph.ID)
		}
	}
	return ids
}

func TestContacts(t *testing.T) {
	for text, want := range map[string]string{
		" Hanako@Example.JP ": "hanako@example.jp", "090-1234-5678": "+819012345678", "+81 90 1234 5678": "+819012345678", "０９０１２３４５６７８": "+819012345678",
		"": "", "hanako": "", "Hanako <h@example.jp>": "", "h@example.jp, thief@example.com": "", "12345": "", "h@example.jp\r\nBcc: thief@example.com": "", "+1234567890123456": "",
	} {
		got, err := identity.Contact(text)
		if got != want || (err != nil) != (want == "") || err != nil && !errors.Is(err, identity.ErrInvalid) {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
}
