package operator_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/operator"
)

// In each bubble the clock begins at the same moment: what was kept in an
// earlier one may be of a clock that was ahead.

// proved lets a code in that the app shows after some time, and returns it.
func proved(t *testing.T, s *operator.Staff, secret string, after time.Duration) string {
	t.Helper()
	time.Sleep(after)
	code := now(t, secret)
	if _, err := s.Prove("mori", moriPIN, code); err != nil {
		t.Fatalf("the code of %s: %v", time.Now(), err)
	}
	return code
}

func used(t *testing.T, s *operator.Staff, code string) {
	t.Helper()
	if _, err := s.Prove("mori", moriPIN, code); !errors.Is(err, operator.ErrCodeUsed) {
		t.Errorf("a code that was used: %v", err)
	}
}

// A clock that was ahead by a day and is right again locks nobody out until
// that day, and lets no code in twice, whenever it was used.
func TestAClockThatGoesBackLocksNobodyOut(t *testing.T) {
	d, r := &disk{}, &roster{}
	var secret, early, ahead string
	synctest.Test(t, func(t *testing.T) {
		s := begun(t, d, r)
		secret, _ = enrolled(t, s)
		early = proved(t, s, secret, time.Minute)
		ahead = proved(t, s, secret, 24*time.Hour)
	})
	var again string
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Minute) // when the early one was used
		s := begun(t, d, r)
		used(t, s, early)
		again = proved(t, s, secret, 30*time.Second)
		used(t, s, again)
	})
	synctest.Test(t, func(t *testing.T) { // and once more
		time.Sleep(90 * time.Second)
		s := begun(t, d, r)
		used(t, s, again)
		time.Sleep(24*time.Hour - 30*time.Second) // when the one of the clock that was ahead was used
		used(t, s, ahead)
		proved(t, s, secret, 30*time.Second)
	})
}

// Codes of long ago are not remembered one by one: a clock that goes back
// beyond those that are lets none in.
func TestAClockThatGoesBackFurtherThanIsRemembered(t *testing.T) {
	d, r := &disk{}, &roster{}
	var secret, first string
	var recovery []string
	synctest.Test(t, func(t *testing.T) {
		s := begun(t, d, r)
		secret, recovery = enrolled(t, s)
		first = proved(t, s, secret, time.Minute)
		for range 100 {
			proved(t, s, secret, time.Minute)
		}
	})
	if kept := len(r.kept.Seconds["mori"].Used); kept > 64 {
		t.Errorf("%d used codes are kept", kept)
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Minute)
		s := begun(t, d, r)
		used(t, s, first)
		time.Sleep(time.Minute)
		used(t, s, now(t, secret))
		if _, err := s.Prove("mori", moriPIN, recovery[0]); err != nil {
			t.Errorf("a recovery code: %v", err)
		}
	})
}

// A roll of an earlier version knows the last step alone: none up to it is
// taken, as before.
func TestARollOfOneStepAlone(t *testing.T) {
	d, r := &disk{}, &roster{}
	synctest.Test(t, func(t *testing.T) {
		s := begun(t, d, r)
		secret, _ := enrolled(t, s)
		second := r.kept.Seconds["mori"]
		second.Step, second.Used = time.Now().Unix()/30+4, nil
		r.kept.Seconds["mori"] = second
		s = begun(t, d, r)
		time.Sleep(time.Minute)
		used(t, s, now(t, secret))
		proved(t, s, secret, 90*time.Second)
	})
}
