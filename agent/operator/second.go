package operator

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// Second is a second factor: a secret that a phone shares with the register
// (TOTP, RFC 6238: SHA-1, 6 digits, steps of 30 s), and recovery codes for the
// day on which the phone is lost.
type Second struct {
	Secret   string   `json:"secret"`             // base32, as authenticator apps take it
	Step     int64    `json:"step"`               // none up to it is taken again: of those used, the last that is not in Used
	Used     []int64  `json:"used,omitempty"`     // the last that were used after Step, in their order
	Recovery []string `json:"recovery,omitempty"` // SHA-256 in hex of those that are left
}

// The numbers of TOTP. Skew is how many steps a phone's clock may be off.
const (
	period        = 30 // seconds
	skew          = 1
	mostUsed      = 64 // used steps that are kept one by one: more than one person proves in a day
	recoveryCodes = 8
	recoveryChars = 16 // of base32: 80 bits, which needs no slow hash
)

// Errors of a second factor. ErrCode and ErrCodeUsed count as wrong PINs.
var (
	ErrNeedCode  = errors.New("the code of the authenticator app is needed as well")
	ErrCode      = errors.New("the code of the authenticator app is wrong, or the clock of the phone or of the register is")
	ErrCodeUsed  = errors.New("this code was used already: wait for the next one")
	ErrEnrolled  = errors.New("this operator has a second factor already: have it removed first")
	ErrNoEnrol   = errors.New("there is nothing to confirm: begin with a new secret")
	ErrNoSecond  = errors.New("this operator has no second factor")
	errNoManager = errors.New("only whoever may approve something needs a second factor")
)

// Prove is SignIn with the second factor, where the operator has one: code is
// of the app, or one of the recovery codes. It fails with ErrNeedCode, ErrCode
// and ErrCodeUsed as well. A right code is used up before Prove returns.
func (s *Staff) Prove(id, pin, code string) (Operator, error) {
	return s.signIn(id, pin, code)
}

// prove takes a code of whoever has given the right PIN; s.mu is held. Wrong ones
// have an account of their own, which a sign-in with the PIN alone does not
// forgive: whoever knows the PIN could otherwise go on guessing codes.
func (s *Staff) prove(o Operator, code string) error {
	account := codesOf(o.ID)
	if s.guesses.InARow[account] >= MaxInARow {
		return &Locked{ID: o.ID}
	}
	err := s.useCode(o.ID, code)
	if errors.Is(err, ErrCode) || errors.Is(err, ErrCodeUsed) {
		g := s.guesses.copied()
		g.InARow[account]++
		return errors.Join(err, s.keep(g))
	}
	return err
}

// codesOf is where the wrong codes of an operator are counted. No id looks like
// it.
func codesOf(id string) string { return "#" + id }

// HasSecond tells whether an operator has a second factor.
func (s *Staff) HasSecond(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, there := s.roll.Seconds[id]
	return there
}

// useCode takes a code once; s.mu is held.
func (s *Staff) useCode(id, code string) error {
	second, there := s.roll.Seconds[id]
	code = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
	switch {
	case !there:
		return nil
	case code == "":
		return ErrNeedCode
	case len(code) == recoveryChars:
		i := slices.Index(second.Recovery, digest(code))
		if i < 0 {
			return ErrCode
		}
		second.Recovery = slices.Delete(slices.Clone(second.Recovery), i, i+1)
	default:
		now := time.Now()
		step, ok := stepOf(second.Secret, code, now)
		switch {
		case !ok:
			return ErrCode
		case step <= second.newest(now):
			return ErrCodeUsed
		}
		second = second.after(step)
	}
	roll := s.roll.copied()
	roll.Seconds[id] = second
	return s.write(roll)
}

// newest is the last step that was used, as far as a phone can be by now. A
// later one was used while the clock of the register was ahead: if none up to
// it were taken, a clock that is right again would lock its owner out until
// that time comes, and each try would count as a wrong code.
//
// No code is good twice for that. Every step that was used after Step is in
// Used, also those from before and while the clock was ahead, and none up to
// Step is taken: of the steps that a phone may show now, those above newest are
// the ones that nobody has used. A clock that goes back beyond all that is
// remembered lets none in; there are recovery codes for that.
func (s Second) newest(now time.Time) int64 {
	last := s.Step
	for _, used := range s.Used {
		if used <= now.Unix()/period+skew {
			last = max(last, used)
		}
	}
	return last
}

// after is the second factor when one more step was used.
func (s Second) after(step int64) Second {
	s.Used = append(slices.Clone(s.Used), step)
	slices.Sort(s.Used)
	if len(s.Used) > mostUsed {
		s.Step, s.Used = s.Used[0], s.Used[1:]
	}
	return s
}

// stepOf is the step whose code this is, within the skew, the newest first.
func stepOf(secret, code string, now time.Time) (int64, bool) {
	current := now.Unix() / period
	for _, step := range []int64{current + skew, current, current - skew} {
		want, err := totp.GenerateCode(secret, time.Unix(step*period, 0))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

func digest(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// Enrol makes a secret for an operator and returns the otpauth URI that an
// authenticator app reads. It holds once Confirm has seen a code of it.
func (s *Staff) Enrol(id, issuer string) (uri string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.operators, func(o Operator) bool { return o.ID == id })
	if i < 0 {
		return "", ErrNobody
	}
	if !Can(s.operators[i].Role, Refund) && !Can(s.operators[i].Role, Configure) {
		return "", &Faulty{errNoManager}
	}
	if _, there := s.roll.Seconds[id]; there {
		return "", ErrEnrolled
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: id, Period: period, Digits: otp.DigitsSix, SecretSize: 20})
	if err != nil {
		return "", err
	}
	s.enrolling[id] = key.Secret()
	return key.URL(), nil
}

// Confirm ends an enrolment with the code that the app shows, and returns the
// recovery codes, which are nowhere else. A wrong code ends it too: the next
// try has another secret, so that there is nothing to guess.
func (s *Staff) Confirm(id, code string) (recovery []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	secret, there := s.enrolling[id]
	delete(s.enrolling, id)
	if !there {
		return nil, ErrNoEnrol
	}
	step, ok := stepOf(secret, strings.ReplaceAll(code, " ", ""), time.Now())
	if !ok {
		return nil, ErrCode
	}
	second := Second{Secret: secret, Used: []int64{step}}
	for range recoveryCodes {
		text := rand.Text()[:recoveryChars]
		second.Recovery = append(second.Recovery, digest(text))
		recovery = append(recovery, text[:4]+"-"+text[4:8]+"-"+text[8:12]+"-"+text[12:])
	}
	roll := s.roll.copied()
	roll.Seconds[id] = second
	return recovery, s.write(roll)
}

// Unenrol takes the second factor of an operator away.
func (s *Staff) Unenrol(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.roll.Seconds[id]; !there {
		return ErrNoSecond
	}
	roll := s.roll.copied()
	delete(roll.Seconds, id)
	return s.write(roll)
}
