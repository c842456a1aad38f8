package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/wallet/wire"
)

// BenchmarkCharge is what the agent itself costs a customer who waits: a whole
// charge over its API beside the parts that no agent can do without, each
// measured in turn in the same loop. The wallet is a handler that approves
// everything out of its head, because what a wallet costs is not the agent's.
//
// The floor is two bare syncs of a page (the key before a byte leaves, the
// outcome before anybody is told), the round trip to that same wallet over
// mutual TLS, and the hop from the till to a handler that does nothing.
func BenchmarkCharge(b *testing.B) {
	syscall.Sync() // what another benchmark left to be written would be paid here
	r := newRig(b, func(string) {})
	var page, trip, hop, serial, prepared []time.Duration
	for b.Loop() {
		page = append(page, r.sync())
		trip = append(trip, r.askWallet())
		hop = append(hop, r.hop())
		serial = append(serial, r.sellAtOnce())
		prepared = append(prepared, r.sellPrepared())
	}
	floor := 2*at(page, .5) + at(trip, .5) + at(hop, .5)
	b.ReportMetric(at(serial, .5)/floor, "serial/floor")
	b.ReportMetric(at(prepared, .5)/floor, "prepared/floor")
	b.ReportMetric(at(prepared, .5)/at(serial, .5), "prepared/serial")
	b.ReportMetric(0, "ns/op")
	var table strings.Builder
	line := func(name string, all []time.Duration, most string) {
		fmt.Fprintf(&table, "\n%-34s %7.0f %8.0f  %5.2f  %s", name, at(all, .5), at(all, .99), at(all, .5)/floor, most)
	}
	fmt.Fprintf(&table, "%d charges, us\n%-34s %7s %8s  %5s  %s", len(serial), "", "p50", "p99", "floor", "at most")
	line("4 KiB written and synced", page, "")
	line("round trip to the wallet, mutual TLS", trip, "")
	line("hop from the till, plain HTTP", hop, "")
	fmt.Fprintf(&table, "\n%-34s %7.0f %8s  %5.2f", "floor: 2 syncs, trip, hop", floor, "", 1.0)
	line("charge in one call", serial, "1.20")
	line("charge prepared beforehand", prepared, "0.85, and 0.80 of the one above")
	b.Log(table.String())
}

// at is a point of the distribution, in microseconds.
func at(all []time.Duration, part float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return float64(sorted[int(part*float64(len(sorted)-1))].Nanoseconds()) / 1000
}

// rig is an agent, a wallet that costs nothing, and the parts to compare with,
// all in this process.
type rig struct {
	*testing.B
	*place
	file   *os.File
	wallet *http.Client // with the register's own certificate
	till   *http.Client
	hopURL string
	n      atomic.Int64
	delay  atomic.Int64 // nanoseconds that the wallet is away
}

// newRig starts it over a data directory that was filled before.
func newRig(b *testing.B, fill func(dir string)) *rig {
	b.Helper()
	return newRigAt(b, newPlace(b, "\n[receipt]\nprint = false\n"), fill)
}

func newRigAt(b *testing.B, p *place, fill func(dir string)) *rig {
	b.Helper()
	r := &rig{B: b, place: p, till: &http.Client{}}
	onDisk(b, r.dir)
	var err error
	r.file, err = os.Create(r.at("page"))
	check(b, err)
	b.Cleanup(func() { _ = r.file.Close() })
	r.startFreeWallet()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(b, err)
	r.hopURL = "http://" + l.Addr().String() + "/"
	answer := bytes.Repeat([]byte("x"), 450) // about the size of a sale
	r.serve(l, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		_, _ = w.Write(answer)
	}))
	fill(r.at("data"))
	r.startAgent()
	return r
}

// onDisk refuses a file system in memory, where a sync costs nothing and every
// ratio would be a lie.
func onDisk(b *testing.B, dir string) {
	b.Helper()
	var s syscall.Statfs_t
	check(b, syscall.Statfs(dir, &s))
	if s.Type == 0x01021994 || s.Type == 0x858458f6 { // TMPFS_MAGIC, RAMFS_MAGIC of linux/magic.h
		b.Fatalf("%s is in memory and a sync there costs nothing: set TMPDIR to a directory on a disk", dir)
	}
}

func (r *rig) serve(l net.Listener, h http.Handler) {
	s := &http.Server{Handler: h}
	go func() { _ = s.Serve(l) }()
	r.Cleanup(func() { _ = s.Close() })
}

// startFreeWallet is a wallet that approves everything and keeps nothing.
func (r *rig) startFreeWallet() {
	r.Helper()
	cert, err := tls.LoadX509KeyPair(r.at("wallet.crt"), r.at("wallet.key"))
	check(r, err)
	own, err := tls.LoadX509KeyPair(r.at("register.crt"), r.at("register.key"))
	check(r, err)
	ca, err := os.ReadFile(r.at("ca.crt"))
	check(r, err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	l, err := tls.Listen("tcp", r.walletAddr, &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool,
	})
	check(r, err)
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+wire.PathCharges, func(w http.ResponseWriter, req *http.Request) {
		var in wire.ChargeRequest
		if json.NewDecoder(req.Body).Decode(&in) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		time.Sleep(time.Duration(r.delay.Load()))
		_ = json.NewEncoder(w).Encode(wire.Answer{
			Key: in.Key, Kind: wire.KindCharge, Status: wire.Approved, Amount: in.Amount, Currency: in.Currency,
			Nonce: in.Nonce, Receipt: "W0000000001", At: time.Now(),
		})
	})
	mux.HandleFunc("GET "+wire.PathPing, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	r.serve(l, mux)
	r.wallet = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		MinVersion: tls.VersionTLS13, RootCAs: pool, Certificates: []tls.Certificate{own},
	}}}
}

// startAgent is the whole agent as main wires it; its log goes to a file, as a
// service's does.
func (r *rig) startAgent() {
	r.Helper()
	c, err := configs.Load(r.config)
	check(r, err)
	file, err := os.Create(r.at("agent.log"))
	check(r, err)
	d, err := wireUp(c, start{path: r.config}, true, slog.New(slog.NewJSONHandler(file, nil)))
	check(r, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.run(ctx) }()
	r.Cleanup(func() {
		stop()
		check(r, <-ended)
		_ = file.Close()
	})
	eventually(r, "the agent takes sales", func() bool {
		resp, err := r.till.Get(r.url + control.PathReadyz)
		if err == nil {
			_ = resp.Body.Close()
		}
		return err == nil && resp.StatusCode == http.StatusOK
	})
}

func (r *rig) sync() time.Duration {
	var page [4096]byte
	began := time.Now()
	_, err := r.file.WriteAt(page[:], 0)
	check(r, err)
	check(r, syscall.Fdatasync(int(r.file.Fd())))
	return time.Since(began)
}

// post makes a call and returns its answer and how long it took.
func (r *rig) post(client *http.Client, url string, body any) ([]byte, time.Duration) {
	data, err := json.Marshal(body)
	check(r, err)
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(data))
	check(r, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+visitorToken)
	req.Header.Set(control.HeaderIdempotencyKey, fmt.Sprint("wish ", r.n.Add(1)))
	began := time.Now()
	resp, err := client.Do(req)
	check(r, err)
	answer, err := io.ReadAll(resp.Body)
	took := time.Since(began)
	check(r, err)
	check(r, resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		r.Fatalf("%s answers %s: %s", url, resp.Status, answer)
	}
	return answer, took
}

// code is a code of the reference wallet that was not shown before.
func (r *rig) code() *control.Code {
	return &control.Code{Text: fmt.Sprintf("97%018d", r.n.Add(1))}
}

func (r *rig) askWallet() time.Duration {
	_, took := r.post(r.wallet, "https://"+r.walletAddr+wire.PathCharges, wire.ChargeRequest{
		Key: "S0001-T01-200000000-1000", Terminal: terminalID, Store: storeID, Amount: 1280, Currency: "JPY", Code: r.code().Text,
		Mode: wire.Online, ValidUntil: time.Now(), Nonce: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	})
	return took
}

func (r *rig) sale(code *control.Code) control.NewSale {
	return control.NewSale{Reference: fmt.Sprint("R-", r.n.Add(1)), Amount: 1280, Currency: "JPY", Code: code}
}

func (r *rig) hop() time.Duration {
	_, took := r.post(r.till, r.hopURL, r.sale(r.code()))
	return took
}

func (r *rig) sellAtOnce() time.Duration {
	answer, took := r.post(r.till, r.url+control.PathSales, r.sale(r.code()))
	r.approved(answer)
	return took
}

// sellPrepared times the customer's part: the total was posted while goods
// were still being packed.
func (r *rig) sellPrepared() time.Duration {
	answer, _ := r.post(r.till, r.url+control.PathSales, r.sale(nil))
	var s control.Sale
	check(r, json.Unmarshal(answer, &s))
	answer, took := r.post(r.till, r.url+salePath(control.PathSaleCode, s.ID), r.code())
	r.approved(answer)
	return took
}

func (r *rig) approved(answer []byte) {
	var s control.Sale
	check(r, json.Unmarshal(answer, &s))
	if s.State != string(charge.Approved) {
		r.Fatalf("the sale is %+v", s)
	}
}

// memory is a number of /proc/PID/status in megabytes.
func memory(b *testing.B, pid int, name string) float64 {
	b.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(pid), "status"))
	check(b, err)
	var kB float64
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			_, err := fmt.Sscan(rest, &kB)
			check(b, err)
		}
	}
	return kB / 1024
}
