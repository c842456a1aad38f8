package server_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
)

// notices take a bulletin whose signature is "good", and keep what came.
type notices struct {
	mu   sync.Mutex
	came [][]byte
	fail error
}

func (n *notices) Bulletins() []control.Bulletin {
	return []control.Bulletin{{Wallet: "paypay", Keys: 2, Version: 7, Stopped: []string{"pay"}, Issuers: []string{}}}
}

func (n *notices) Import(signed []byte) (control.Bulletin, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.came = append(n.came, signed)
	var in control.SignedBulletin
	switch err := json.Unmarshal(signed, &in); {
	case err != nil:
		return control.Bulletin{}, err
	case n.fail != nil:
		return control.Bulletin{}, n.fail
	case in.Signature != "good":
		return control.Bulletin{}, &server.NotTaken{Why: "signature", Detail: "nobody signed it"}
	}
	return n.Bulletins()[0], nil
}

func TestListBulletins(t *testing.T) {
	s := start(t)
	got := s.ask(t, "GET", control.PathBulletins, nil, bearer("reader"))
	want(t, got, 200)
	all := decode[control.Bulletins](t, got).Bulletins
	if len(all) != 1 || all[0].Version != 7 || all[0].WalletNameE != "PayPay" || all[0].Stopped[0] != "pay" {
		t.Errorf("%+v", all)
	}
}

// A bulletin comes as the wallet gave it; one that is refused says why in the
// words of the catalogue and changes nothing.
func TestImportABulletin(t *testing.T) {
	n := &notices{}
	s := start(t, func(o *server.Options) { o.Bulletins = n })
	token := bearer("owner")
	got := s.ask(t, "POST", control.PathBulletinImport, control.SignedBulletin{Payload: strings.Repeat("A", 900_000), Signature: "good"}, token)
	want(t, got, 200)
	if b := decode[control.Bulletin](t, got); b.Version != 7 || b.WalletName != "ペイペイ" {
		t.Errorf("%+v", b)
	}
	got = s.ask(t, "POST", control.PathBulletinImport, control.SignedBulletin{Payload: "AAAA", Signature: "bad"}, token)
	want(t, got, http.StatusConflict)
	if p := decode[control.Problem](t, got); p.Why != "bulletin.refused" || p.Text == "" || !strings.Contains(p.Detail, "signature") {
		t.Errorf("%+v", p)
	}
	n.fail = errors.New("the disk is full")
	want(t, s.ask(t, "POST", control.PathBulletinImport, control.SignedBulletin{Payload: "AAAA", Signature: "good"}, token), 500)
	if len(n.came) != 3 {
		t.Errorf("%d came", len(n.came))
	}
	for body, status := range map[string]int{
		`{"payload":"AAAA","payload":"BBBB","signature":"good"}`: 400,
		`{"payload":"AAAA","signature":"good","extra":1}`:        422,
		`{"payload":"AAAA"}`:             422,
		`{"payload":"AAAA","signature":`: 400,
		`{"payload":"` + strings.Repeat("A", 1<<20) + `","signature":"good"}`: 413,
	} {
		if got := s.ask(t, "POST", control.PathBulletinImport, []byte(body), token); got.status != status {
			t.Errorf("%.60s: %d, want %d", body, got.status, status)
		}
	}
	if len(n.came) != 3 {
		t.Errorf("%d came, want none of the wrong ones", len(n.came))
	}
}
