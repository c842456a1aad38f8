package wirecheck

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// Kind is what a test code is good for.
type Kind string

const (
	Pays  Kind = "pays"  // its customer has money, and is not asked
	Waits Kind = "waits" // a charge with it is pending until the customer confirms on the phone
)

// Codes gives test codes: each is fresh and is given once.
type Codes interface {
	Code(ctx context.Context, kind Kind) (string, error)
}

// listed are codes that somebody has written down.
type listed struct {
	mu   sync.Mutex
	left map[Kind][]string
}

// ListedCodes reads codes, one a line; a line that begins with "waits " holds
// one whose charge waits for the customer. Empty lines and those that begin with
// # are skipped.
func ListedCodes(text string) Codes {
	l := &listed{left: map[Kind][]string{}}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		kind := Pays
		if code, waits := strings.CutPrefix(line, "waits "); waits {
			kind, line = Waits, strings.TrimSpace(code)
		}
		l.left[kind] = append(l.left[kind], line)
	}
	return l
}

func (l *listed) Code(_ context.Context, kind Kind) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.left[kind]) == 0 {
		if kind == Waits {
			return "", errors.New(`a code whose charge waits for the customer ("waits CODE" in the file of codes)`)
		}
		return "", errors.New("more codes: the file of codes is used up")
	}
	code := l.left[kind][0]
	l.left[kind] = l.left[kind][1:]
	return code, nil
}

// minted are codes of the reference wallet's try-out socket.
type minted struct {
	client   *http.Client
	customer string
}

// MintedCodes asks the try-out socket of the reference wallet, a unix socket,
// for the codes of a customer; an empty name is its first one.
func MintedCodes(socket, customer string) Codes {
	return &minted{customer: customer, client: &http.Client{Timeout: callTimeout, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}}
}

func (m *minted) Code(ctx context.Context, kind Kind) (string, error) {
	if kind == Waits { // the next charge that comes waits, whoever pays
		if err := m.send(ctx, http.MethodPut, wire.PathTryFault, wire.FaultOrder{Fault: wire.FaultConfirm, Count: 1}, &wire.FaultOrder{}); err != nil {
			return "", err
		}
	}
	var code wire.MintedCode
	err := m.send(ctx, http.MethodPost, wire.PathTryCodes, wire.CodeRequest{Customer: m.customer}, &code)
	return code.Code, err
}

func (m *minted) send(ctx context.Context, method, path string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, 5*time.Second)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, method, "http://wallet"+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := m.client.Do(req)
	if err != nil {
		return fmt.Errorf("codes of the try-out socket: %w", err)
	}
	defer resp.Body.Close()
	if data, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer)); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("codes of the try-out socket: %s %s", resp.Status, data)
	}
	return json.Unmarshal(data, into)
}
