package operator

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"strings"
	"sync"
	"time"
)

// A set-up code lives this long, and ends after so many wrong ones.
const (
	SetupTime  = 10 * time.Minute
	SetupTries = 5
)

// Errors of a set-up code.
var (
	ErrSetupWrong = errors.New("the set-up code is wrong")
	ErrSetupOver  = errors.New("there is no set-up code: it was used, is over, or was guessed at too often")
)

// Setup is the one-time code with which the first manager is made at a
// register that knows nobody. There is no default PIN.
type Setup struct {
	mu    sync.Mutex
	now   func() time.Time
	code  string // empty: used or given up
	until time.Time
	wrong int
}

// NewSetup makes a code of 60 bits.
func NewSetup(now func() time.Time) *Setup {
	return &Setup{now: now, code: rand.Text()[:12], until: now().Add(SetupTime)}
}

// Code is the code as it is shown, in three groups; empty when it is over.
func (s *Setup) Code() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.code == "" {
		return ""
	}
	return s.code[:4] + "-" + s.code[4:8] + "-" + s.code[8:]
}

// Use runs do once for whoever has the code. When do fails the code stays: a
// PIN that was too short is no use of it. It fails with ErrSetupWrong,
// ErrSetupOver, or as do does.
func (s *Setup) Use(code string, do func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.code == "" || !s.now().Before(s.until) {
		s.code = ""
		return ErrSetupOver
	}
	given := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code))
	if subtle.ConstantTimeCompare([]byte(given), []byte(s.code)) != 1 {
		if s.wrong++; s.wrong >= SetupTries {
			s.code = ""
		}
		return ErrSetupWrong
	}
	if err := do(); err != nil {
		return err
	}
	s.code = ""
	return nil
}
