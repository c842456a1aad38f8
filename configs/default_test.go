package configs_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/port"
)

// The annotated files and the reference are made by the code that reads the
// configuration; this is what keeps them from lying.
func TestAnnotatedFilesAndReferenceAreCurrent(t *testing.T) {
	reference, err := configs.Reference()
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{
		"posagent.toml":               configs.Default(),
		"walletd.toml":                configs.DefaultWallet(),
		"../docs/reference/config.md": reference,
	} {
		if *update {
			write(t, path, text)
			continue
		}
		have, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(have) != text {
			t.Errorf("%s is not what the code says; run: go test ./configs -update", path)
		}
	}
}

// As it stands, the default lacks exactly what only the store can know.
func TestDefaultAsksForTheRequired(t *testing.T) {
	path := filepath.Join(t.TempDir(), "posagent.toml")
	write(t, path, configs.Default())
	_, err := configs.Load(path)
	problems, ok := err.(configs.Problems)
	if !ok {
		t.Fatalf("the default was taken although it names no store: %v", err)
	}
	var keys []string
	for _, p := range problems {
		keys = append(keys, p.Key)
	}
	if got := strings.Join(keys, " "); got != "store.id store.terminal store.name" {
		t.Errorf("the default asks for %s", got)
	}
}

func filled(text string) string {
	for key, value := range map[string]string{"id": `"S001"`, "terminal": `"01"`, "name": `"渋谷店"`,
		"data": `"/d"`, "cert": `"/c/s.crt"`, "key": `"/c/s.key"`, "client_ca": `"/c/ca.crt"`} {
		text = regexp.MustCompile(`(?m)^`+key+` = ""$`).ReplaceAllLiteralString(text, key+" = "+value)
	}
	return text
}

func TestDefaultLoadsOnceFilled(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "posagent.toml"), filled(configs.Default()))
	c, err := configs.Load(filepath.Join(dir, "posagent.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range c.Values() {
		set := v.Key == "store.id" || v.Key == "store.terminal" || v.Key == "store.name"
		if (v.Origin == "default") == set {
			t.Errorf("%s comes from %s", v.Key, v.Origin)
		}
	}
	write(t, filepath.Join(dir, "walletd.toml"), filled(configs.DefaultWallet()))
	if _, err := configs.LoadWallet(filepath.Join(dir, "walletd.toml")); err != nil {
		t.Error(err)
	}
}

// Every "#key = value" of the annotated default must be true: with all of them
// put to use the file still loads, and nothing differs from the defaults.
func TestEveryCommentedSettingWorks(t *testing.T) {
	used := regexp.MustCompile(`(?m)^#(\S)`).ReplaceAllString(filled(configs.Default()), "$1")
	dir := t.TempDir()
	write(t, filepath.Join(dir, "all.toml"), used)
	write(t, filepath.Join(dir, "few.toml"), filled(configs.Default()))
	all, err := configs.Load(filepath.Join(dir, "all.toml"))
	if err != nil {
		t.Fatal(err)
	}
	few, err := configs.Load(filepath.Join(dir, "few.toml"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, v := range few.Values() {
		want[v.Key] = v.Text
	}
	for _, v := range all.Values() {
		if v.Origin == "default" {
			t.Errorf("%s is missing in the annotated default", v.Key)
		}
		if w, ok := want[v.Key]; ok && w != v.Text {
			t.Errorf("%s is %s in the annotated default, but %s without it", v.Key, v.Text, w)
		}
	}
	if got := all.Wallets[0].Terms(); !reflect.DeepEqual(got, charge.Standard()) {
		t.Errorf("the terms of a wallet by default are %+v, want %+v", got, charge.Standard())
	}
	// One row of each list is in it, so that the keys and the fields can be counted.
	if fields := leaves(reflect.TypeFor[configs.Config]()); fields != len(all.Values()) {
		t.Errorf("Config has %d fields, but %d settings fill them", fields, len(all.Values()))
	}
	used = regexp.MustCompile(`(?m)^#(\S)`).ReplaceAllString(filled(configs.DefaultWallet()), "$1")
	write(t, filepath.Join(dir, "walletd.toml"), used)
	if _, err := configs.LoadWallet(filepath.Join(dir, "walletd.toml")); err != nil {
		t.Error(err)
	}
}

// leaves counts the exported fields that hold one setting each.
func leaves(t reflect.Type) int {
	switch {
	case t == reflect.TypeFor[paycode.Rules](): // found by a setting, not one itself
		return 0
	case t == reflect.TypeFor[port.Address]():
		return 1
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return leaves(t.Elem())
	case t.Kind() != reflect.Struct:
		return 1
	}
	n := 0
	for i := range t.NumField() {
		if t.Field(i).IsExported() {
			n += leaves(t.Field(i).Type)
		}
	}
	return n
}

// What the settings allow must fit the longest key that wallets take: an epoch
// has up to 10 digits and a register seldom lives through 9,999,999 charges.
func TestLongestKeyFits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "posagent.toml")
	write(t, path, "[store]\nid = \"ABCDEFGH\"\nterminal = \"WXYZ\"\nname = \"n\"\n")
	c, err := configs.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	key, err := charge.NewKey(c.Store.ID, c.Store.Terminal, 9_999_999_999, 9_999_999)
	if err != nil {
		t.Fatal(err)
	}
	if len(key) != charge.MaxKey {
		t.Errorf("the longest key is %q with %d characters; the limits of store and terminal could be wider", key, len(key))
	}
}

func TestStoreOfReceipts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "posagent.toml")
	write(t, path, "[store]\nid = \"S1\"\nterminal = \"1\"\nname = \"店\"\nname_en = \"Shop\"\naddress = \"渋谷\"\nphone = \"03\"\n"+
		"invoice = \"T7000012050002\"\nrounding = \"ceil\"\nbusiness_day_start = \"23:59\"\ntimezone = \"Asia/Kolkata\"\n")
	c, err := configs.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	s := c.Store.Seller()
	if v := reflect.ValueOf(s); v.NumField() != 8 {
		t.Errorf("sale.Store has %d fields; does Seller fill all of them?", v.NumField())
	}
	for i := range 8 {
		if reflect.ValueOf(s).Field(i).IsZero() {
			t.Errorf("Seller leaves %s empty", reflect.TypeOf(s).Field(i).Name)
		}
	}
	if c.Store.BusinessDayStart != 23*time.Hour+59*time.Minute {
		t.Errorf("the business day starts at %s", c.Store.BusinessDayStart)
	}
	if loc, err := c.Store.Location(); err != nil || loc.String() != "Asia/Kolkata" {
		t.Errorf("location is %v, %v", loc, err)
	}
}
