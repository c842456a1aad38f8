package supervise

// Arm has the next code delivered, and only that one: what is read after it is
// dropped as NotWanted until the next Arm. So a phone that stays in front of
// the scanner pays once, and a code that was shown before the sale pays none.
func (s *Scanner) Arm() { s.arm(true) }

// Disarm ends Arm before a code came.
func (s *Scanner) Disarm() { s.arm(false) }

func (s *Scanner) arm(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setArmed(on)
}

// disarm takes the one scan that Arm allows, and tells whether there was one.
func (s *Scanner) disarm() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.armed
	s.setArmed(false)
	return was
}

// setArmed needs s.mu.
func (s *Scanner) setArmed(on bool) {
	if s.armed == on {
		return
	}
	s.armed = on
	close(s.rearmed)
	s.rearmed = make(chan struct{})
}

// Wanted implements Host.
func (s *Scanner) Wanted() (bool, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.armed, s.rearmed
}
