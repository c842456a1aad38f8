package control

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ErrUnreachable means that no agent answered at all.
var ErrUnreachable = errors.New("the agent does not answer: is posagent running?")

// ErrBrokeOff means that the agent was there and went away before it had
// answered: what was asked for may have happened.
var ErrBrokeOff = errors.New("the agent went away before it answered: look at the charges for what became of it")

// maxBody is the largest answer that a client reads, in bytes.
const maxBody = 16 << 20

// Client calls the API of one agent.
type Client struct {
	base  string
	token string
	more  [2]string // a header, and its value
	http  *http.Client
}

// Dial is a client of the agent at address, which is http://host:port or
// unix:/path/of/api.sock. token is empty on the socket, which lets in its own
// user and root. It connects to nothing yet. The token goes to this address
// only: a proxy and a redirect are not followed.
func Dial(address, token string) *Client {
	c := &Client{base: strings.TrimSuffix(address, "/"), token: token}
	transport := &http.Transport{IdleConnTimeout: time.Minute}
	if path, isSocket := strings.CutPrefix(address, "unix:"); isSocket {
		c.base, c.token = "http://localhost", ""
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		}
	}
	c.http = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return c
}

// Error is an answer that is not what was asked for.
type Error struct{ Problem }

func (e *Error) Error() string {
	text := cmp.Or(e.TextE, e.Detail, e.Title, fmt.Sprintf("the agent answered %d", e.Status))
	for _, d := range e.Errors {
		if d.Message != text {
			text += "; " + d.Location + ": " + d.Message
		}
	}
	return text
}

// OpenSale opens a sale under a wish that is new each time, and pays it when
// it carries a code.
func (c *Client) OpenSale(ctx context.Context, s NewSale) (Sale, error) {
	var out Sale
	return out, c.call(ctx, http.MethodPost, PathSales, s, &out)
}

// Sale is a sale, at once, or when its state changes but not after wait.
func (c *Client) Sale(ctx context.Context, id string, wait time.Duration) (Sale, error) {
	path := at(PathSale, "id", id)
	if wait > 0 {
		path += "?wait=" + url.QueryEscape(wait.String())
	}
	var out Sale
	return out, c.call(ctx, http.MethodGet, path, nil, &out)
}

// PaySale pays a sale with a code that is at hand as text.
func (c *Client) PaySale(ctx context.Context, id string, code Code) (Sale, error) {
	var out Sale
	return out, c.call(ctx, http.MethodPost, at(PathSaleCode, "id", id), code, &out)
}

// ShowSale has a code shown that pays a sale, by the preferred wallet or by
// the one that is named.
func (c *Client) ShowSale(ctx context.Context, id, wallet string) (Sale, error) {
	var out Sale
	return out, c.call(ctx, http.MethodPost, at(PathSaleShow, "id", id), Show{Wallet: wallet}, &out)
}

// PrintShown puts the code that is shown on paper and waits for it.
func (c *Client) PrintShown(ctx context.Context, id string) (Sale, error) {
	var out Sale
	return out, c.call(ctx, http.MethodPost, at(PathShowPrint, "id", id), nil, &out)
}

// CancelSale asks for a sale to be undone.
func (c *Client) CancelSale(ctx context.Context, id string) (Sale, error) {
	var out Sale
	return out, c.call(ctx, http.MethodPost, at(PathSaleCancel, "id", id), nil, &out)
}

// Charges is a page of charges, newest first. No states are all of them.
func (c *Client) Charges(ctx context.Context, states []string, before int64, limit int) (Charges, error) {
	q := url.Values{}
	if len(states) > 0 {
		q.Set("state", strings.Join(states, ","))
	}
	if before > 0 {
		q.Set("before", fmt.Sprint(before))
	}
	if limit > 0 {
		q.Set("limit", fmt.Sprint(limit))
	}
	var out Charges
	return out, c.call(ctx, http.MethodGet, PathCharges+"?"+q.Encode(), nil, &out)
}

// Charge is a charge and the steps that it took.
func (c *Client) Charge(ctx context.Context, key string) (Charge, error) {
	var out Charge
	return out, c.call(ctx, http.MethodGet, at(PathCharge, "key", key), nil, &out)
}

// Receipt is a charge's receipt as text, or as a PNG.
func (c *Client) Receipt(ctx context.Context, key, language string, picture bool) ([]byte, error) {
	accept := "text/plain"
	if picture {
		accept = "image/png"
	}
	return c.raw(ctx, http.MethodGet, at(PathReceipt, "key", key)+"?lang="+url.QueryEscape(language), nil, accept)
}

// Reprint prints a receipt once more and waits for what became of it.
func (c *Client) Reprint(ctx context.Context, key string) (Paper, error) {
	var out Paper
	return out, c.call(ctx, http.MethodPost, at(PathReprint, "key", key), nil, &out)
}

// ReprintStoreCopy prints the store's copy of a charge that waits to be
// collected, and waits for what became of it.
func (c *Client) ReprintStoreCopy(ctx context.Context, key string) (Paper, error) {
	var out Paper
	return out, c.call(ctx, http.MethodPost, at(PathReprint, "key", key)+"?copy=store", nil, &out)
}

// Health is what is wrong right now.
func (c *Client) Health(ctx context.Context) (Health, error) {
	var out Health
	return out, c.call(ctx, http.MethodGet, PathHealth, nil, &out)
}

// Register is the register right now.
func (c *Client) Register(ctx context.Context) (Register, error) {
	var out Register
	return out, c.call(ctx, http.MethodGet, PathOpenSale, nil, &out)
}

func at(pattern, name, value string) string {
	return strings.Replace(pattern, "{"+name+"}", url.PathEscape(value), 1)
}

func (c *Client) call(ctx context.Context, method, path string, body, into any) error {
	var payload []byte
	if body != nil {
		var err error
		if payload, err = json.Marshal(body); err != nil {
			return err
		}
	}
	answer, err := c.raw(ctx, method, path, payload, "application/json")
	if err != nil {
		return err
	}
	return read(method, path, answer, into)
}

func read(method, path string, answer []byte, into any) error {
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("the agent's answer to %s %s cannot be read: %w", method, path, err)
	}
	return nil
}

func (c *Client) raw(ctx context.Context, method, path string, body []byte, accept string) ([]byte, error) {
	return c.send(ctx, method, path, "application/json", body, accept)
}

func (c *Client) send(ctx context.Context, method, path, kind string, body []byte, accept string) ([]byte, error) {
	resp, err := c.open(ctx, method, path, kind, body, accept)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrBrokeOff, err)
	}
	return answer, nil
}

// open makes a call and returns its answer, whose body is still to be read. A
// problem is an error.
func (c *Client) open(ctx context.Context, method, path, kind string, body []byte, accept string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", accept)
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	if method == http.MethodPost {
		req.Header.Set(HeaderIdempotencyKey, rand.Text())
	}
	if c.more[0] != "" {
		req.Header.Set(c.more[0], c.more[1])
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var op *net.OpError
		if errors.As(err, &op) && op.Op == "dial" {
			return nil, fmt.Errorf("%w (%w)", ErrUnreachable, err)
		}
		return nil, fmt.Errorf("%w (%w)", ErrBrokeOff, err)
	}
	if resp.StatusCode < http.StatusMultipleChoices {
		return resp, nil
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrBrokeOff, err)
	}
	problem := &Error{Problem{Status: resp.StatusCode, Title: http.StatusText(resp.StatusCode)}}
	_ = json.Unmarshal(answer, &problem.Problem) // not a problem+json: the status says enough
	return nil, problem
}
