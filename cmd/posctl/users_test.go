package main

import (
	"testing"

	"github.com/posagent/posagent/agent/control"
)

func TestUsers(t *testing.T) {
	t.Parallel()
	list := control.Operators{Operators: []control.Operator{{ID: "hanako", Name: "花子", Role: "cashier", WrongPINs: 10, Locked: true}, {ID: "taro", Name: "太郎", Role: "manager"}}}
	a := newAgent(t, map[string][]any{"GET /v1/operators": {list}, "POST /v1/operators/hanako/unlock": {list}, "POST /v1/operators/x/unlock": {problem{Status: 404, Detail: "there is no such operator"}}})
	posctl(t, "users", "--agent", a.url).want(t, exitDone, "ID      ROLE     WRONG PINS  STATE        NAME\nhanako  cashier  10          LOCKED       花子\ntaro    manager  0           may sign in  太郎\n")
	posctl(t, "users", "unlock", "hanako", "--agent", a.url).want(t, exitDone, "hanako may sign in again\n")
	posctl(t, "users", "unlock", "x", "--agent", a.url).want(t, exitFailed, "no such operator")
	posctl(t, "users", "unlock", "--agent", a.url).want(t, exitUsage, "")
	b := newAgent(t, map[string][]any{"GET /v1/operators": {control.Operators{}}})
	posctl(t, "users", "--agent", b.url).want(t, exitDone, "add [[operator]]")
}
