package main

import (
	"bytes"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/posagent/posagent/agent/paycode/picture"
)

func codeFile(t *testing.T, name, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := picture.PNG(text, 6, &b); err != nil {
		t.Fatal(err)
	}
	return write(t, name, b.String())
}

// A payment code is money: its text is told only to who asks for it.
func TestDecode(t *testing.T) {
	t.Parallel()
	pay, poster := codeFile(t, "pay.png", "97012345678901234567"), codeFile(t, "poster.png", "https://shop.example/sale")
	got := posctl(t, "decode", pay, poster)
	got.want(t, 0, "pay.png: QR (]Q1), digits of own, 20 bytes: 970123…67", "poster.png: QR (]Q1), no payment code: web_address, 25 bytes: https://shop.example/sale", "searched in")
	posctl(t, "decode", "--show-values", pay).want(t, 0, "97012345678901234567")

	got = posctl(t, "decode", "--json", pay)
	var list []struct {
		File  string
		Width int
		Codes []struct {
			Symbology, Kind, Wallet, Text string
			Hidden                        bool
		}
	}
	if err := json.Unmarshal([]byte(got.out), &list); err != nil || len(list) != 1 || len(list[0].Codes) != 1 {
		t.Fatalf("%v in %s", err, got.out)
	}
	if c := list[0].Codes[0]; c.Symbology != "QR" || c.Kind != "digits" || c.Wallet != "own" || !c.Hidden || c.Text == "97012345678901234567" || list[0].Width == 0 {
		t.Errorf("%+v", list[0])
	}
}

func TestDecodeNothing(t *testing.T) {
	t.Parallel()
	text := write(t, "a.txt", "no picture")
	posctl(t, "decode", text, filepath.Join(t.TempDir(), "none.png")).want(t, 1, "a.txt: not a picture", "none.png: ", "no such file")
	posctl(t, "decode", "--json", text).want(t, 1, `"problem": "not a picture`, `"codes": []`)
	posctl(t, "decode").want(t, 2, "posctl decode --help")
	posctl(t, "decode", "--explain", "x.png", text, text).want(t, 2, "--explain draws one picture")
}

func TestDecodeExplains(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "seen.png")
	posctl(t, "decode", "--explain", out, codeFile(t, "pay.png", "97012345678901234567")).want(t, 0, "what was seen is in "+out)
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	green := 0
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if r, g, b, _ := img.At(x, y).RGBA(); g > r*3 && g > b*2 {
				green++
			}
		}
	}
	if green < 400 {
		t.Errorf("%d dots are green: the code that was read is not shown", green)
	}
	if info, err := f.Stat(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the picture may show a code, and anyone may read it: %v, %v", info.Mode(), err)
	}
}
