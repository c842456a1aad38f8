package mpm_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode/mpm"
)

func ascii(from, to int) *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom([]rune("ABCXYZabcxyz0189 .-/&'*%")), from, to, -1)
}

func japanese(from, to int) *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom([]rune("渋谷店鮨𠮷ｶﾌｪカフェー・　aB9")), from, to, -1)
}

func merchants(t *rapid.T) mpm.Merchant {
	id := func(n int) string { return rapid.StringMatching(fmt.Sprintf(`[0-9A-Za-z]{%d}`, n)).Draw(t, "level") }
	m := mpm.Merchant{
		Category: rapid.StringMatching(`[0-9]{4}`).Draw(t, "category"), Currency: money.JPY, Country: "JP",
		Name: ascii(1, 25).Draw(t, "name"), City: ascii(1, 15).Draw(t, "city"), Postal: rapid.StringMatching(`[0-9]{7}`).Draw(t, "postal"),
		Language: "JA", NameIn: japanese(1, 25).Draw(t, "name in Japanese"),
		Store: ascii(0, 25).Draw(t, "store"), Terminal: ascii(0, 25).Draw(t, "terminal"),
	}
	if rapid.Bool().Draw(t, "of JPQR") {
		m.JPQR = mpm.JPQR{Company: id(13), Brand: id(4), Store: id(6), Terminal: id(6)}
		return m
	}
	m.CityIn = japanese(0, 15).Draw(t, "city in Japanese")
	m.Accounts = []mpm.Field{{ID: "30", Inside: []mpm.Field{{ID: "00", Value: ascii(1, 32).Draw(t, "guid")}, {ID: "07", Value: japanese(1, 50).Draw(t, "account")}}}}
	return m
}

// Whatever a shop may be, its codes are written, read, and say the same.
func TestACodeSaysWhatTheShopIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := merchants(t)
		o := mpm.Order{Amount: money.Yen(rapid.Int64Range(1, 9_999_999_999_999).Draw(t, "yen")), Bill: ascii(0, 25).Draw(t, "bill")}
		c, err := m.Dynamic(o)
		if err != nil {
			t.Fatal(err)
		}
		text, err := c.Text()
		if err != nil {
			t.Fatal(err)
		}
		back, err := mpm.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if a, ok := back.Amount(); !ok || a != o.Amount {
			t.Fatalf("asks for %v, not %v", a, o.Amount)
		}
		for id, want := range map[string]string{"01": mpm.Dynamic, "59": m.Name, "60": m.City, "64-01": m.NameIn, "64-02": m.CityIn, "62-01": o.Bill, "62-07": m.Terminal} {
			if got := back.Value(id); got != want {
				t.Fatalf("field %s is %q, not %q", id, got, want)
			}
		}
		if again, err := back.Text(); again != text || err != nil {
			t.Fatalf("written again as %q, %v", again, err)
		}
		if j, _ := back.JPQR(); j != m.JPQR {
			t.Fatalf("JPQR is %v, not %v", j, m.JPQR)
		}
	})
}

// One character that was misread is always found out: a CRC of 16 bits finds
// every burst of up to 16 bits, and a lost length does the rest.
func TestADamagedCodeIsNotTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, err := merchants(t).Static()
		if err != nil {
			t.Fatal(err)
		}
		text, err := c.Text()
		if err != nil {
			t.Fatal(err)
		}
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		with := rapid.Byte().Draw(t, "with")
		if text[at] == with {
			return
		}
		if _, err := mpm.Parse(text[:at] + string([]byte{with}) + text[at+1:]); err == nil {
			t.Fatalf("byte %d of %q changed to %q was taken", at, text, with)
		}
	})
}

// What Parse takes is one text of its code, and every complaint names a field.
func FuzzParse(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Text)
		f.Add(strings.Replace(v.Text, "54", "99", 1))
	}
	f.Add("00020101021226")
	f.Add("000201630400")
	f.Add("0002016304\xe5\xba\x97x")
	f.Fuzz(func(t *testing.T, text string) {
		parsed(t, text)
		parsed(t, signed(text)) // a check sum keeps most mutations from the fields
	})
}

// signed puts the right check sum in place of the last four characters: Parse
// itself says which.
func signed(text string) string {
	if len(text) < 8 {
		return text
	}
	body := text[:len(text)-4]
	_, err := mpm.Parse(body + "0000")
	var field *mpm.FieldError
	if errors.As(err, &field) && field.ID == "63" {
		if _, says, ok := strings.Cut(field.Problem, "which has "); ok {
			return body + says[:4]
		}
	}
	return text
}

func parsed(t *testing.T, text string) {
	t.Helper()
	c, err := mpm.Parse(text)
	if err != nil {
		var field *mpm.FieldError
		if !errors.As(err, &field) || field.ID == "" && text != "" && utf8.ValidString(text) {
			t.Fatalf("error %v names no field", err)
		}
		return
	}
	again, err := c.Text()
	if err != nil || again != text {
		t.Fatalf("%q is written again as %q, %v", text, again, err)
	}
	if a, ok := c.Amount(); ok && a.Minor <= 0 {
		t.Fatalf("an amount of %v", a)
	}
	if j, ok := c.JPQR(); ok && (len(j.Company) != 13 || c.Value("58") != "JP") {
		t.Fatalf("JPQR %v in %q", j, c.Value("58"))
	}
}
