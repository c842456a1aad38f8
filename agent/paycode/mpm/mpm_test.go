package mpm_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode/mpm"
)

// vector is a text from testdata/mpm.json: of the standard, of a shop in
// Japan, and one that was made up.
type vector struct {
	ID   string `json:"id"`
	OK   bool   `json:"ok"`
	Text string `json:"text"`
}

func vectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/mpm.json")
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Cases []vector }
	if err := json.Unmarshal(data, &all); err != nil || len(all.Cases) == 0 {
		t.Fatalf("%d vectors, %v", len(all.Cases), err)
	}
	return all.Cases
}

func vectorText(t testing.TB, id string) string {
	t.Helper()
	for _, v := range vectors(t) {
		if v.ID == id {
			return v.Text
		}
	}
	t.Fatalf("no vector %s", id)
	return ""
}

func TestVectorsAreReadAndWrittenAgain(t *testing.T) {
	for _, v := range vectors(t) {
		c, err := mpm.Parse(v.Text)
		if (err == nil) != v.OK {
			t.Errorf("%s: %v", v.ID, err)
			continue
		}
		if again, err := c.Text(); again != v.Text || err != nil {
			t.Errorf("%s is written again as %q, %v", v.ID, again, err)
		}
	}
}

func TestWhatAVectorSays(t *testing.T) {
	c, err := mpm.Parse(vectorText(t, "jpqr-static"))
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"01": "11", "59": "xxx", "64-00": "JA", "64-01": "メルペイ カフェ", "61": "1066143", "62-01": "", "29-00": "D15600000000", "29-05": "A93FO3230Q", "54": ""} {
		if got := c.Value(id); got != want {
			t.Errorf("field %s is %q, want %q", id, got, want)
		}
	}
	if j, ok := c.JPQR(); !ok || j != (mpm.JPQR{Company: "0000000000001", Brand: "0001", Store: "000001", Terminal: "000001"}) {
		t.Errorf("JPQR is %v, %v", j, ok)
	}
	if _, ok := c.Amount(); ok {
		t.Error("a code without an amount has one")
	}
	spec, err := mpm.Parse(vectorText(t, "spec-1"))
	if err != nil {
		t.Fatal(err)
	}
	if a, ok := spec.Amount(); !ok || a != (money.Amount{Minor: 2372, Currency: "CNY"}) {
		t.Errorf("the amount of the standard's example is %v, %v", a, ok)
	}
	if _, ok := spec.JPQR(); ok {
		t.Error("the standard's example is one of JPQR")
	}
}

var shop = mpm.Merchant{
	JPQR:     mpm.JPQR{Company: "0000000000001", Brand: "0001", Store: "000001", Terminal: "000001"},
	Category: "5411", Currency: money.JPY, Country: "JP", Name: "SEVEN TEST", City: "TOKYO", Postal: "1028455",
	Language: "JA", NameIn: "テスト店", Terminal: "POS01",
}

var order = mpm.Order{Amount: money.Yen(498), Bill: "R000123", Reference: "T0001-000123"}

// The writer makes the very text of the vector, character for character.
func TestDynamicCodeOfAShop(t *testing.T) {
	c, err := shop.Dynamic(order)
	if err != nil {
		t.Fatal(err)
	}
	want := vectorText(t, "jpqr-dynamic")
	if got, err := c.Text(); got != want || err != nil {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}

func TestStaticCodeOfAShop(t *testing.T) {
	m := shop
	m.Store = "SHIBUYA"
	c, err := m.Static()
	if err != nil {
		t.Fatal(err)
	}
	const want = "00020101021126680019jp.or.paymentsjapan01130000000000001020400010306000001040600000152045411530339258" +
		"02JP5910SEVEN TEST6005TOKYO6107102845562200307SHIBUYA0705POS0164140002JA0104テスト店6304"
	if got, err := c.Text(); !strings.HasPrefix(got, want) || err != nil {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}

// An error says which field is wrong, in the standard's own number and name.
func TestErrorsNameTheField(t *testing.T) {
	text := vectorText(t, "jpqr-dynamic")
	for name, c := range map[string]struct{ text, field string }{
		"nothing":                 {"", "00"},
		"a customer's code":       {"hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=", "00"},
		"another version":         {"000202", "00"},
		"no UTF-8":                {"000201\xff", "00"},
		"too long":                {"000201" + strings.Repeat("9", mpm.MaxText), "00"},
		"an end in a length":      {"00020101021", "01"},
		"a letter for a digit":    {"0002010x0211", "0x"},
		"no value":                {"0002010100", "01"},
		"a value that ends early": {"000201010912", "01"},
		"twice the same":          {"000201010211010211", "01"},
		"no check sum":            {"000201010211", "63"},
		"a changed amount":        {strings.Replace(text, "5403498", "5403499", 1), "63"},
		"a changed check sum":     {text[:len(text)-1] + "6", "63"},
		"small letters":           {text[:len(text)-4] + strings.ToLower(text[len(text)-4:]), "63"},
		"cut off":                 {text[:len(text)-1], "63"},
		"something behind":        {text + "0", "0"},
	} {
		_, err := mpm.Parse(c.text)
		var field *mpm.FieldError
		if !errors.As(err, &field) || field.ID != c.field {
			t.Errorf("%s: %v, want field %s", name, err, c.field)
		}
	}
}

// with is the shop's dynamic code with one field changed; Text must refuse it.
func with(t *testing.T, id, value string) mpm.Code {
	t.Helper()
	c, err := shop.Dynamic(order)
	if err != nil {
		t.Fatal(err)
	}
	top, inside, nested := strings.Cut(id, "-")
	for i, f := range c.Fields {
		if f.ID != top {
			continue
		}
		if !nested {
			c.Fields[i].Value = value
			return c
		}
		for n, in := range f.Inside {
			if in.ID == inside {
				f.Inside[n].Value = value
				return c
			}
		}
	}
	if nested {
		for i, f := range c.Fields {
			if f.ID == top {
				c.Fields[i].Inside = append(f.Inside, mpm.Field{ID: inside, Value: value})
			}
		}
		return c
	}
	c.Fields = append(c.Fields, mpm.Field{ID: id, Value: value})
	return c
}

func TestWhatTheStandardForbidsIsNotWritten(t *testing.T) {
	for _, c := range []struct{ id, value, want string }{
		{"00", "02", "00"}, {"01", "13", "01"}, {"52", "541", "52"}, {"53", "JPY", "53"}, {"53", "840", "53"},
		{"54", "0", "54"}, {"54", "0.00", "54"}, {"54", "4.98", "54"}, {"54", "-498", "54"}, {"54", "1,280", "54"}, {"54", "12345678901234", "54"},
		{"55", "04", "55"}, {"55", "02", "56"}, {"55", "03", "57"}, {"56", "10", "56"}, {"57", "5", "57"},
		{"58", "jp", "58"}, {"58", "US", "58"}, {"59", "", "59"}, {"59", "テスト店", "59"}, {"59", strings.Repeat("x", 26), "59"},
		{"60", strings.Repeat("x", 16), "60"}, {"61", "12345678901", "61"}, {"63", "A445", "63"},
		{"62-01", strings.Repeat("1", 26), "62-01"}, {"62-09", "X", "62-09"}, {"62-01", "a\nb", "62-01"},
		{"64-00", "JPN", "64-00"}, {"64-00", "ZH", "64-00"}, {"64-01", strings.Repeat("店", 26), "64-01"}, {"64-02", "東京", "64-02"},
		{"26-01", "123", "26-01"}, {"26-02", "000-", "26-02"}, {"26-00", strings.Repeat("x", 33), "26-00"},
		{"26", "value beside a template", "26"}, {"5", "x", "5"}, {"ab", "x", "ab"}, {"65", strings.Repeat("x", 100), "65"},
		{"80", "a template without fields", "80"},
	} {
		code := with(t, c.id, c.value)
		text, err := code.Text()
		var field *mpm.FieldError
		if !errors.As(err, &field) || field.ID != c.want || text != "" {
			t.Errorf("field %s %q: %q, %v; want a complaint about field %s", c.id, c.value, text, err, c.want)
		}
	}
}

func TestAFieldIsNotLeftOut(t *testing.T) {
	for _, id := range []string{"00", "26", "52", "53", "58", "59", "60", "61", "64"} {
		c, err := shop.Dynamic(order)
		if err != nil {
			t.Fatal(err)
		}
		kept := c.Fields[:0]
		for _, f := range c.Fields {
			if f.ID != id {
				kept = append(kept, f)
			}
		}
		_, err = mpm.Code{Fields: kept}.Text()
		var field *mpm.FieldError
		if !errors.As(err, &field) || !strings.HasPrefix(field.ID, id) {
			t.Errorf("without field %s: %v", id, err)
		}
	}
}

// The name of a shop counts its characters in the text, its bytes in the sum:
// mixing the two up is the mistake of many.
func TestLengthsCountCharacters(t *testing.T) {
	m := shop
	m.NameIn = "鮨・珈琲　喫茶「𠮷野」ｶﾌｪ"
	c, err := m.Static()
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.Text()
	if err != nil || !strings.Contains(text, "0114"+m.NameIn) {
		t.Fatalf("%s, %v", text, err)
	}
	back, err := mpm.Parse(text)
	if err != nil || back.Value("64-01") != m.NameIn {
		t.Errorf("read back as %q, %v", back.Value("64-01"), err)
	}
}

func TestAccounts(t *testing.T) {
	for _, text := range []string{"0416" + "4111111111111111", "29300012D156000000000510A93FO3230Q", "51130009jp.shop.x"} {
		f, err := mpm.Account(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		m := shop
		m.JPQR, m.Accounts = mpm.JPQR{}, []mpm.Field{f}
		c, err := m.Static()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Text(); err != nil || !strings.Contains(got, text) {
			t.Errorf("%s is not in %s, %v", text, got, err)
		}
	}
	for text, id := range map[string]string{"": "26", "5204" + "5411": "26", "2605hello": "26-he", "29080104abcd": "29-00", "0401x0401x": "04", "04\xff": "26"} {
		_, err := mpm.Account(text)
		var field *mpm.FieldError
		if !errors.As(err, &field) || field.ID != id {
			t.Errorf("%q: %v, want a complaint about field %s", text, err, id)
		}
	}
}

func TestAmountsThatAShopCannotAsk(t *testing.T) {
	for _, a := range []money.Amount{money.Yen(0), money.Yen(-1), {Minor: 100, Currency: "USD"}, {}} {
		if _, err := shop.Dynamic(mpm.Order{Amount: a}); err == nil {
			t.Errorf("%v was taken", a)
		}
	}
	usd := shop
	usd.JPQR, usd.Accounts = mpm.JPQR{}, []mpm.Field{{ID: "04", Value: "5555555555554444"}}
	usd.Currency, usd.Country = "USD", "US"
	c, err := usd.Dynamic(mpm.Order{Amount: money.Amount{Minor: 5, Currency: "USD"}})
	if err != nil || c.Value("54") != "0.05" {
		t.Errorf("five cents are %q, %v", c.Value("54"), err)
	}
	if a, ok := c.Amount(); !ok || a.Minor != 5 {
		t.Errorf("read as %v, %v", a, ok)
	}
}
