package operator

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ApprovalTime is how long an approval may be spent after it was given.
const ApprovalTime = 60 * time.Second

// maxApprovals is how many may wait to be spent; the oldest goes first.
const maxApprovals = 64

// Act is one thing to be done, and all that an approval is for.
type Act struct {
	Kind     Action // Refund, Resolve, Override, CloseDay, Configure, Users
	Key      string // of the charge, the sale, the day or the settings
	Amount   int64  // in minor units; 0 where none is at stake
	Currency string
	Detail   string // which decision, which limit
}

// Hash names an act: 32 hexadecimal digits of the SHA-256 of its parts, each
// with its length before it, so that no two acts are written the same.
func (a Act) Hash() string {
	var text strings.Builder
	for _, part := range []string{"posagent act 1", string(a.Kind), a.Key, strconv.FormatInt(a.Amount, 10), a.Currency, a.Detail} {
		text.WriteString(strconv.Itoa(len(part)) + ":" + part + "\n")
	}
	sum := sha256.Sum256([]byte(text.String()))
	return hex.EncodeToString(sum[:16])
}

// String is the act as the journal has it.
func (a Act) String() string {
	text := string(a.Kind) + " " + a.Key
	if a.Amount != 0 {
		text += " " + strconv.FormatInt(a.Amount, 10) + " " + a.Currency
	}
	if a.Detail != "" {
		text += " " + a.Detail
	}
	return text
}

// Rules say which acts need more than the right to do them.
type Rules struct {
	SecondAbove int64 // refunds above it need the second factor, and an approval when a program asks; 0: none do
	TwoAbove    int64 // refunds above it need two people; 0: none do
	Require     bool  // what is guarded needs a second factor also of those who have none yet
}

// Guarded tells whether an act needs the second factor of whoever has one.
func (r Rules) Guarded(a Act) bool {
	switch a.Kind {
	case Refund:
		return r.SecondAbove > 0 && a.Amount > r.SecondAbove || r.People(a) > 1
	case Configure, Override, Resolve, CloseDay, Users:
		return true
	}
	return false
}

// People is how many people an act needs.
func (r Rules) People(a Act) int {
	if a.Kind == Refund && r.TwoAbove > 0 && a.Amount > r.TwoAbove {
		return 2
	}
	return 1
}

// Approval is the leave for one act.
type Approval struct {
	ID      string
	Act     Act
	By      []string // who has given it
	For     string   // whose request it is for: nobody else can spend it
	Expires time.Time

	spent bool
}

// Errors of approvals.
var (
	ErrOwnRequest = errors.New("nobody approves their own request")
	ErrNoApproval = errors.New("there is no such approval for this caller")
	ErrSpent      = errors.New("this approval was used already")
	ErrTooOld     = errors.New("this approval is older than a minute")
	ErrOtherAct   = errors.New("this approval is for something else")
)

// Approvals are those of the last minute. They live in memory only: a restart
// ends them, which is safe.
type Approvals struct {
	mu  sync.Mutex
	now func() time.Time
	all []*Approval
}

// NewApprovals are none yet.
func NewApprovals(now func() time.Time) *Approvals { return &Approvals{now: now} }

// Give writes an approval down. joined is the id of one for the same act that
// somebody else has given, or empty; it is spent by being joined. Whoever has
// given it cannot join it, and does not use it up by trying.
func (l *Approvals) Give(act Act, by, requester, joined string) (Approval, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	given := []string{by}
	if joined != "" {
		first, err := l.find(joined, act, requester)
		switch {
		case err != nil:
			return Approval{}, err
		case slices.Contains(first.By, by):
			return Approval{}, ErrOwnRequest
		}
		first.spent = true
		given = append(slices.Clone(first.By), by)
	}
	if len(l.all) >= maxApprovals {
		l.all = l.all[1:]
	}
	a := &Approval{ID: rand.Text(), Act: act, By: given, For: requester, Expires: l.now().Add(ApprovalTime)}
	l.all = append(l.all, a)
	return *a, nil
}

// Spend uses an approval up, for this act and this requester alone.
func (l *Approvals) Spend(id string, act Act, requester string) (Approval, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, err := l.find(id, act, requester)
	switch {
	case a == nil:
		return Approval{}, err
	case err == nil:
		a.spent = true
	}
	return *a, err
}

// find is an approval that can be spent, or why it cannot; nil when there is
// none. l.mu is held.
func (l *Approvals) find(id string, act Act, requester string) (*Approval, error) {
	i := slices.IndexFunc(l.all, func(a *Approval) bool { return a.ID == id && a.For == requester })
	if i < 0 {
		return nil, ErrNoApproval
	}
	a := l.all[i]
	switch {
	case a.spent:
		return a, ErrSpent
	case !l.now().Before(a.Expires):
		return a, ErrTooOld
	case a.Act.Hash() != act.Hash():
		return a, ErrOtherAct
	}
	return a, nil
}
