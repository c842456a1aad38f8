package main

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/offline"
)

// A register that knows nobody leaves a code where only its own user reads it;
// the first manager uses it up, and is there after a restart.
func TestTheFirstManagerComesInWithACode(t *testing.T) {
	p := newPlace(t, "")
	agent := p.start(t)
	path := p.at("data/" + offline.SetupName)
	code, err := os.ReadFile(path)
	check(t, err)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	_, err = p.client.Setup(context.Background(), control.NewSetup{Code: strings.TrimSpace(string(code)), ID: "taro", Name: "太郎", PIN: "604713"})
	check(t, err)
	if _, err := os.Stat(path); err == nil {
		t.Error("the used code is still there")
	}
	agent.kill()
	p.start(t)
	list, err := p.local().Operators(context.Background())
	check(t, err)
	if len(list.Operators) != 1 || list.Operators[0].ID != "taro" || list.Operators[0].Origin != "register" {
		t.Errorf("%+v", list)
	}
}
