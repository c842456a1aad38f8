package bulletin_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/bulletin"
)

// key is a pair that is the same in every run.
func key(seed byte) (ed25519.PublicKey, ed25519.PrivateKey) {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	return private.Public().(ed25519.PublicKey), private
}

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// full is a bulletin with something in every field.
func full() bulletin.Bulletin {
	public, _ := key(9)
	return bulletin.Bulletin{
		Wallet: "own", Audience: "S0001", Version: 42, Issued: noon, Expires: noon.Add(24 * time.Hour),
		Issuers: []bulletin.Issuer{{Kid: "0a0b0c0d", Alg: 2, PublicKey: public, ValidFrom: noon, ValidUntil: noon.AddDate(1, 0, 0)}},
		Denied:  bulletin.Denied{Serials: []string{"00112233445566ff"}, Tokens: []string{"ffeeddccbbaa9988"}},
		Stops:   bulletin.Stops{Pay: true, Refund: true},
		Limits:  bulletin.Limits{Pay: 50_000, OfflineCharge: 3_000},
		Hints:   []bulletin.Hint{{Prefix: "97", Length: 20}},
	}
}

func sign(t testing.TB, b bulletin.Bulletin, private ed25519.PrivateKey) []byte {
	t.Helper()
	data, err := bulletin.Sign(b, private)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sealed is any payload in an envelope that is signed right.
func sealed(payload string, private ed25519.PrivateKey) []byte {
	signature := ed25519.Sign(private, []byte("posagent-bulletin-1\x00"+payload))
	return fmt.Appendf(nil, `{"payload":%q,"signature":%q}`, base64.StdEncoding.EncodeToString([]byte(payload)), base64.StdEncoding.EncodeToString(signature))
}

func payloadOf(t testing.TB, b bulletin.Bulletin) string {
	t.Helper()
	_, private := key(1)
	var e struct{ Payload []byte }
	if err := json.Unmarshal(sign(t, b, private), &e); err != nil {
		t.Fatal(err)
	}
	return string(e.Payload)
}

func why(err error) bulletin.Why {
	var r *bulletin.Refused
	if errors.As(err, &r) {
		return r.Why
	}
	return bulletin.Why(fmt.Sprint(err))
}

// What was signed comes out as it went in, under the current key and under the
// next one.
func TestSignAndOpen(t *testing.T) {
	current, now := key(1)
	next, then := key(2)
	for _, private := range []ed25519.PrivateKey{now, then} {
		got, err := bulletin.Open(sign(t, full(), private), []ed25519.PublicKey{current, next}, "own", "S0001")
		if err != nil {
			t.Fatal(err)
		}
		if got.Content == [32]byte{} {
			t.Error("it has no hash of its content")
		}
		got.Content = [32]byte{}
		if !reflect.DeepEqual(got, full()) {
			t.Errorf("got %+v", got)
		}
	}
	for expires, old := range map[time.Duration]bool{-time.Second: true, time.Second: false} {
		if got := full().Expired(full().Expires.Add(-expires)); got != old {
			t.Errorf("%v before its end it counts as expired: %v", expires, got)
		}
	}
}

// A bulletin for all stores is for this one, and an empty one says nothing.
func TestForEverybody(t *testing.T) {
	public, private := key(1)
	b := bulletin.Bulletin{Wallet: "own", Audience: bulletin.Everybody, Version: 1, Issued: noon, Expires: noon.Add(time.Hour)}
	if _, err := bulletin.Open(sign(t, b, private), []ed25519.PublicKey{public}, "own", "S0999"); err != nil {
		t.Error(err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	public, private := key(1)
	_, stranger := key(3)
	good := sign(t, full(), private)
	other := full()
	other.Stops = bulletin.Stops{}
	var a, b struct{ Payload, Signature string }
	if err := errors.Join(json.Unmarshal(good, &a), json.Unmarshal(sign(t, other, private), &b)); err != nil {
		t.Fatal(err)
	}
	bare := ed25519.Sign(private, []byte(payloadOf(t, full())))
	for name, c := range map[string]struct {
		data          []byte
		wallet, store string
		want          bulletin.Why
	}{
		"a stranger's":                  {sign(t, full(), stranger), "own", "S0001", bulletin.NotSigned},
		"the signature of another":      {fmt.Appendf(nil, `{"payload":%q,"signature":%q}`, a.Payload, b.Signature), "own", "S0001", bulletin.NotSigned},
		"signed without the domain":     {fmt.Appendf(nil, `{"payload":%q,"signature":%q}`, a.Payload, base64.StdEncoding.EncodeToString(bare)), "own", "S0001", bulletin.NotSigned},
		"another wallet's":              {good, "paypay", "S0001", bulletin.OtherWallet},
		"another store's":               {good, "own", "S0002", bulletin.OtherAudience},
		"half a body":                   {good[:len(good)/2], "own", "S0001", bulletin.Malformed},
		"nothing":                       {nil, "own", "S0001", bulletin.Malformed},
		"a web page":                    {[]byte("<!doctype html>"), "own", "S0001", bulletin.Malformed},
		"more than a megabyte":          {bytes.Repeat([]byte(" "), bulletin.MaxSize+1), "own", "S0001", bulletin.TooLarge},
		"something behind it":           {append(bytes.Clone(good), '{'), "own", "S0001", bulletin.Malformed},
		"a name twice":                  {bytes.Replace(good, []byte(`{`), []byte(`{"payload":"",`), 1), "own", "S0001", bulletin.Malformed},
		"a name in capitals":            {bytes.Replace(good, []byte(`payload`), []byte(`Payload`), 1), "own", "S0001", bulletin.Malformed},
		"a surplus name":                {bytes.Replace(good, []byte(`{`), []byte(`{"kid":1,`), 1), "own", "S0001", bulletin.Malformed},
		"base64 with a line break":      {bytes.Replace(good, []byte(`"payload":"`), []byte(`"payload":"\n`), 1), "own", "S0001", bulletin.Malformed},
		"a signature that is too short": {fmt.Appendf(nil, `{"payload":%q,"signature":"AAAA"}`, a.Payload), "own", "S0001", bulletin.Malformed},
	} {
		if _, err := bulletin.Open(c.data, []ed25519.PublicKey{public}, c.wallet, c.store); why(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// A payload that could be read in two ways is none, even when it is signed:
// a name that is missing, doubled or misspelt must not lift a stop.
func TestPayloadsThatMeanTwoThings(t *testing.T) {
	public, private := key(1)
	good := payloadOf(t, full())
	for _, c := range []struct{ old, new string }{
		{`"pay":true,`, ``},
		{`"pay":true,`, `"pay":true,"pay":false,`},
		{`"pay":true,`, `"pay":true,"PAY":false,`},
		{`"pay":true,`, `"Pay":true,`},
		{`"pay":true,`, `"pay":null,`},
		{`"pay":true,`, `"pay":"true",`},
		{`"stops":{`, `"stops":{"everything":true,`},
		{`"stops":{`, `"stops":null,"x":{`},
		{`"issuers":[`, `"issuers":[null,`},
		{`"version":42`, `"version":42.5`},
		{`"version":42`, `"version":4.2e1`},
		{`"version":42`, `"version":9007199254740993`},
		{`"version":42`, `"version":0`},
		{`"version":42`, `"version":-1`},
		{`"wallet":"own"`, `"wallet":"own\ud800"`},
		{`"wallet":"own"`, `"wallet":"OWN"`},
		{`"audience":"S0001"`, `"audience":""`},
		{`"audience":"S0001"`, `"audience":"S0001-01"`},
		{`"2026-11-26T12:00:00Z"`, `"2026-11-25T12:00:00Z"`},
		{`"2026-11-26T12:00:00Z"`, `"2027-11-26T12:00:00Z"`},
		{`"2026-11-26T12:00:00Z"`, `"tomorrow"`},
		{`"0a0b0c0d"`, `"0A0B0C0D"`},
		{`"0a0b0c0d"`, `"0a0b0c"`},
		{`"00112233445566ff"`, `"00112233445566"`},
		{`"pay":50000`, `"pay":-1`},
		{`"prefix":"97"`, `"prefix":""`},
		{`"prefix":"97"`, `"prefix":"\u0000"`},
	} {
		if !strings.Contains(good, c.old) {
			t.Fatalf("%s is not in %s", c.old, good)
		}
		bad := strings.Replace(good, c.old, c.new, 1)
		if _, err := bulletin.Open(sealed(bad, private), []ed25519.PublicKey{public}, "own", "S0001"); why(err) != bulletin.Malformed {
			t.Errorf("%s instead of %s: %v", c.new, c.old, err)
		}
	}
	if _, err := bulletin.Open(sealed(good, private), []ed25519.PublicKey{public}, "own", "S0001"); err != nil {
		t.Errorf("the payload itself: %v", err)
	}
}

// The longest bulletin fits, and one entry more does not.
func TestHowMuchOneHolds(t *testing.T) {
	public, private := key(1)
	b := full()
	b.Denied = bulletin.Denied{}
	for n := range bulletin.MaxDenied {
		b.Denied.Tokens = append(b.Denied.Tokens, fmt.Sprintf("%016x", n))
	}
	data := sign(t, b, private)
	if _, err := bulletin.Open(data, []ed25519.PublicKey{public}, "own", "S0001"); err != nil {
		t.Errorf("%d bytes: %v", len(data), err)
	}
	b.Denied.Serials = []string{"0000000000000000"}
	if _, err := bulletin.Sign(b, private); err == nil {
		t.Error("one entry more is signed")
	}
}

// A key that anybody can sign for pins nothing.
func TestKeys(t *testing.T) {
	public, _ := key(1)
	for _, text := range []string{hex.EncodeToString(public), strings.ToUpper(hex.EncodeToString(public)), base64.StdEncoding.EncodeToString(public)} {
		if got, err := bulletin.Key(text); err != nil || !got.Equal(public) {
			t.Errorf("%s: %x, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "own", strings.Repeat("0", 64), "01" + strings.Repeat("0", 62), strings.Repeat("0", 62) + "80",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", base64.StdEncoding.EncodeToString(public[:31]),
	} {
		if _, err := bulletin.Key(text); err == nil {
			t.Errorf("%q is taken for a key", text)
		}
	}
	// The signature that holds for the neutral point, whatever was signed.
	neutral := append([]byte{1}, make([]byte, 31)...)
	forged := append(bytes.Clone(neutral), make([]byte, 32)...)
	data := fmt.Appendf(nil, `{"payload":%q,"signature":%q}`, base64.StdEncoding.EncodeToString([]byte(payloadOf(t, full()))), base64.StdEncoding.EncodeToString(forged))
	if _, err := bulletin.Open(data, []ed25519.PublicKey{neutral}, "own", "S0001"); why(err) != bulletin.NotSigned {
		t.Errorf("a forgery for a weak key: %v", err)
	}
}

// Whatever comes, Open says what it is or refuses it with a reason, and what
// it takes can be signed again to the same content.
func FuzzOpen(f *testing.F) {
	public, private := key(1)
	f.Add(payloadOf(f, full()))
	f.Add(`{}`)
	f.Add(`{"wallet":"own","wallet":"own"}`)
	f.Fuzz(func(t *testing.T, payload string) {
		for _, data := range [][]byte{[]byte(payload), sealed(payload, private)} {
			b, err := bulletin.Open(data, []ed25519.PublicKey{public}, "own", "S0001")
			if err != nil {
				var r *bulletin.Refused
				if !errors.As(err, &r) || r.Why == "" || r.Detail == "" || b.Version != 0 {
					t.Fatalf("%v with %+v", err, b)
				}
				continue
			}
			again, err := bulletin.Open(sign(t, b, private), []ed25519.PublicKey{public}, "own", "S0001")
			if err != nil || again.Version != b.Version || again.Stops != b.Stops || len(again.Denied.Tokens) != len(b.Denied.Tokens) {
				t.Fatalf("%+v became %+v, %v", b, again, err)
			}
		}
	})
}
