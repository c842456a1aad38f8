package device

import (
	"slices"
	"sync"
	"time"
)

// Vitals are the health of one device, for its driver to keep and for others
// to watch. Watchers hear each change once, in order, and one after the other.
type Vitals struct {
	telling sync.Mutex // held while watchers are told

	mu       sync.Mutex
	now      Health
	watchers []func(Health)
}

// NewVitals are those of a device that nobody has met yet.
func NewVitals(first Health) *Vitals {
	if first.Since.IsZero() {
		first.Since = time.Now()
	}
	return &Vitals{now: first}
}

// Health is how the device is now.
func (v *Vitals) Health() Health {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

// Watch has tell called with the present health now, and with each new state
// or reason from then on. tell must be quick, and must not call Watch or
// Become.
func (v *Vitals) Watch(tell func(Health)) {
	v.telling.Lock()
	defer v.telling.Unlock()
	v.mu.Lock()
	v.watchers = append(slices.Clone(v.watchers), tell)
	now := v.now
	v.mu.Unlock()
	tell(now)
}

// Become notes how the device is, and tells the watchers when its state or the
// reason is another one; that is what it returns.
func (v *Vitals) Become(state State, reason Reason, detail string) (changed bool) {
	v.telling.Lock()
	defer v.telling.Unlock()
	now, watchers, changed := v.become(state, reason, detail)
	for _, tell := range watchers {
		tell(now)
	}
	return changed
}

func (v *Vitals) become(state State, reason Reason, detail string) (now Health, tell []func(Health), changed bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	h := &v.now
	h.Detail = detail
	if h.State == state && h.Reason == reason {
		return *h, nil, false
	}
	if h.State != state {
		h.Since = time.Now()
	}
	h.State, h.Reason = state, reason
	return *h, v.watchers, true
}

// Worked notes that the device has just done what it is for.
func (v *Vitals) Worked() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now.LastOK = time.Now()
}

// Called notes the name that the device gives itself.
func (v *Vitals) Called(model string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now.Model = model
}
