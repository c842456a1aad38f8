package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	tryTime    = 15 * time.Second // of one try, all in all
	maxPayload = 64 << 10
	maxAnswer  = 16 << 10 // of an answer's body, which nobody reads

	longestProblem = 300 // characters
)

// Answer is what came of one try.
type Answer struct {
	Status  int           // 0: there was none
	Took    time.Duration // of the whole try
	Problem string        // empty: it was taken
	again   time.Duration // Retry-After
}

// OK tells that the receiver took the message: only a 2xx says so.
func (a Answer) OK() bool { return a.Problem == "" }

// message is an event as it goes out.
type message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

// try sends one event once.
func (e Endpoint) try(ctx context.Context, ev Event, now time.Time) Answer {
	began := time.Now()
	a := e.post(ctx, ev, now)
	a.Took = time.Since(began)
	return a
}

func (e Endpoint) post(ctx context.Context, ev Event, now time.Time) Answer {
	if e.Deliver != nil {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if err := e.Deliver(ctx, ev); err != nil {
			return Answer{Problem: err.Error()}
		}
		return Answer{}
	}
	payload, err := json.Marshal(message{ev.Type, ev.At.UTC(), ev.Data})
	switch {
	case err != nil:
		return Answer{Problem: "the message cannot be written: " + err.Error()}
	case len(payload) > maxPayload:
		return Answer{Problem: fmt.Sprintf("the message has %d bytes, more than %d", len(payload), maxPayload)}
	}
	secrets, err := e.Secrets()
	if err != nil {
		return Answer{Problem: "the secret cannot be used: " + err.Error()}
	}
	client, err := e.client()
	if err != nil {
		return Answer{Problem: err.Error()}
	}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(payload))
	if err != nil || req.URL.Scheme != "https" { // the error quotes the address, which may carry a token
		return Answer{Problem: "its address is no https address: set its url right"}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "posagent-webhook/1")
	req.Header.Set(HeaderID, ev.ID)
	req.Header.Set(HeaderTimestamp, unix(now))
	req.Header.Set(HeaderSignature, signature(secrets, ev.ID, now, payload))
	resp, err := client.Do(req)
	if err != nil {
		return Answer{Problem: plain(err)}
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer) // what it says does not matter, only its status
	return heard(resp)
}

// plain is an error without the address, which may carry a token.
func plain(err error) string {
	var no *refused
	if errors.As(err, &no) {
		return no.Error()
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
		if _, outer := err.(interface{ Timeout() bool }); outer {
			break
		}
	}
	return short(err.Error())
}

// short is a text as one short line: what a receiver answers is quoted in errors,
// and goes to logs and pages.
func short(text string) string {
	line := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text))
	return string(line[:min(len(line), longestProblem)])
}

// heard is what an answer means. A redirect is not followed: it could lead
// anywhere.
func heard(resp *http.Response) Answer {
	a := Answer{Status: resp.StatusCode}
	if a.Status >= 200 && a.Status < 300 {
		return a
	}
	a.Problem = "it answered " + strconv.Itoa(a.Status) + " " + http.StatusText(a.Status)
	if a.Status >= 300 && a.Status < 400 {
		a.Problem += ", and redirects are not followed: set its final address"
	}
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
		a.again = min(time.Duration(min(s, 1<<20))*time.Second, longestPause)
	}
	return a
}

// client speaks to this endpoint alone, on one connection, past no proxy.
func (e Endpoint) client() (*http.Client, error) {
	t := &http.Transport{
		DialContext: dialer(e.Allowed), TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		MaxConnsPerHost: 1, DisableKeepAlives: true, DisableCompression: true,
		TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 10 * time.Second, MaxResponseHeaderBytes: maxAnswer,
	}
	if e.Roots != nil {
		pem, err := e.Roots()
		if err != nil {
			return nil, fmt.Errorf("the authority of its certificate: %w", err)
		}
		t.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("the authority of its certificate is in no PEM form")
		}
	}
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}
