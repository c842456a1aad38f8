package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// An agent that is killed in the middle tells everything that it sold, each
// once or more and in order, and no customer's code.
func TestWebhooksSurviveAKill(t *testing.T) {
	const secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	var mu sync.Mutex
	var keys []string
	refuse := true
	receiver := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		raw, _ := base64.StdEncoding.DecodeString(secret)
		mac := hmac.New(sha256.New, raw)
		mac.Write([]byte(r.Header.Get("webhook-id") + "." + r.Header.Get("webhook-timestamp") + "." + string(body)))
		var m struct {
			Type string `json:"type"`
			Data struct {
				Key     string            `json:"charge_key"`
				Number  int64             `json:"number"`
				Takings []control.Takings `json:"takings"`
			} `json:"data"`
		}
		mu.Lock()
		defer mu.Unlock()
		if r.Header.Get("webhook-signature") != "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)) || json.Unmarshal(body, &m) != nil || refuse {
			w.WriteHeader(500)
			return
		}
		if m.Type == "closing.z" && len(m.Data.Takings) == 1 {
			m.Data.Key = fmt.Sprintf("Z %d: %d", m.Data.Number, m.Data.Takings[0].Net)
		}
		keys = append(keys, m.Data.Key)
	}))
	t.Cleanup(receiver.Close)
	p := newPlace(t, "\n[[webhook]]\nname = \"books\"\nurl = \""+receiver.URL+"/?token=hidden\"\nsecret_file = \"DIR/hook.secret\"\nca = \"DIR/hook.crt\"\nevents = [\"charge.approved\", \"closing.z\"]\nallow_private = [\"127.0.0.1\"]\n")
	check(t, os.WriteFile(p.at("hook.secret"), []byte("whsec_"+secret+"\n"), 0o600))
	check(t, os.WriteFile(p.at("hook.crt"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: receiver.Certificate().Raw}), 0o600))
	p.startWallet(t)
	agent := p.start(t)
	var want []string
	for range 2 {
		s, err := p.client.OpenSale(t.Context(), control.NewSale{Amount: 100, Currency: "JPY", Code: &control.Code{Text: p.mint(t)}})
		check(t, err)
		want = append(want, s.ChargeKey)
	}
	local := control.Dial("unix:"+p.at("api.sock"), "")
	_, err := local.Closing(t.Context(), control.NewClosing{Kind: "z"})
	check(t, err)
	want = append(want, "Z 1: 200")
	eventually(t, "the webhook fails", func() bool {
		list, err := local.Webhooks(t.Context())
		return err == nil && list.Webhooks[0].State == "failing" && !strings.Contains(list.Webhooks[0].URL, "hidden")
	})
	check(t, agent.cmd.Process.Kill())
	agent.ended(t)
	mu.Lock()
	refuse = false
	mu.Unlock()
	p.start(t)
	eventually(t, "both sales and the closing are told", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return strings.Join(keys, " ") == strings.Join(want, " ")
	})
}
