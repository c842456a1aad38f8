package agent

import "time"

// Scanner is the register's hand on its scanner, which delivers one code for
// each Arm and drops what it reads otherwise.
type Scanner interface {
	Arm()
	Disarm()
}

// aim arms the scanner while somebody waits for a code, and disarms it
// otherwise; r.mu is held. It is the one place that decides this. A code that
// slips through all the same meets the desk, which decides for every door.
func (r *Register) aim() {
	at := r.fit().Scanner
	if at == nil {
		return
	}
	wanted := r.wantsCode()
	switch {
	case wanted && !r.armed:
		at.Arm()
	case !wanted && r.armed:
		at.Disarm()
	}
	r.armed = wanted
}

// wantsCode tells whether a code would be taken now; r.mu is held.
func (r *Register) wantsCode() bool {
	return !r.leaving && (r.testing != nil || r.importing() || r.whyNot() == "")
}

// whyNot tells why the sale on the desk takes no code now, and "" when it
// does; r.mu is held.
func (r *Register) whyNot() string {
	switch {
	case r.desk.phase != resting:
		return "register.busy"
	case !r.desk.standing:
		return "register.no_sale"
	}
	return MayPay(r.desk.charge, r.desk.closed)
}

// fired notes that the scanner has delivered the code that it was armed for.
func (r *Register) fired() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.armed = false
}

// meant is the sale that a code of the scanner was read for: the one that
// stands there, unless the code was read before that did. The customer of such
// a code has seen another amount.
func (r *Register) meant(read time.Time) (saleID string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.desk.standing && read.Before(r.desk.since) && !read.IsZero() {
		return "", &Refused{Why: "register.busy"}
	}
	return r.desk.sale.ID, nil
}

// reload arms the scanner again when the walk of a code is over.
func (r *Register) reload() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.aim()
}

// Unwanted is told when the scanner has read a code that nobody waited for.
// The code itself is not told: nothing can become of it.
func (r *Register) Unwanted() {
	r.mu.Lock()
	why := r.whyNot()
	r.mu.Unlock()
	if why == "" {
		why = "register.busy" // the one before it is on its way
	}
	_ = r.refuse(&Refused{Why: why})
}
