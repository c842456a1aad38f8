package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/paycode/mpm"
	"github.com/posagent/posagent/drivers/scanner/imager"
)

const shopConfig = `[store]
id = "S001"
terminal = "01"
name = "渋谷店"
`

const shopCode = `[mpm]
company = "0000000000001"
brand = "0001"
store = "000001"
terminal = "000001"
category = "5411"
name = "SEVEN TEST"
city = "TOKYO"
postal_code = "1028455"
name_in = "テスト店"
terminal_label = "POS01"
`

func shopFile(t *testing.T, parts ...string) string {
	t.Helper()
	return write(t, "posagent.toml", strings.Join(parts, ""))
}

// The code of one payment is the one that the shop's phone app shows, to the
// character.
func TestCodeShowText(t *testing.T) {
	t.Parallel()
	config := shopFile(t, shopConfig, shopCode)
	posctl(t, "code", "show", "--config", config, "--format", "text", "--amount", "498", "--bill", "R000123", "--reference", "T0001-000123").want(t, 0,
		"00020101021226680019jp.or.paymentsjapan01130000000000001020400010306000001040600000152045411530339254034985802JP5910SEVEN TEST6005TOKYO6107102845562360107R0001230512T0001-0001230705POS0164140002JA0104テスト店6304A445\n")
	static := posctl(t, "code", "show", "--config", config, "--format", "text")
	static.want(t, 0, "000201010211", "63")
	if c, err := mpm.Parse(strings.TrimSpace(static.out)); err != nil || c.Value("54") != "" || c.Value("01") != mpm.Static {
		t.Errorf("%s: %v", static.out, err)
	}
}

func TestCodeShowPictures(t *testing.T) {
	t.Parallel()
	config := shopFile(t, shopConfig, shopCode)
	file := filepath.Join(t.TempDir(), "code.png")
	posctl(t, "code", "show", "--config", config, "--format", "png", "--place", "paper58", "--out", file).want(t, 0, file+": 000201010211")
	dots, err := os.ReadFile(file)
	must(t, err)
	got := posctl(t, "code", "show", "--config", config, "--format", "png", "--place", "paper58", "--json")
	got.want(t, 0, `"dots_per_module": 6`, `"level": "M"`, `"static": true`)
	var answer struct{ Text, Picture string }
	must(t, json.Unmarshal([]byte(got.out), &answer))
	if inside, err := base64.StdEncoding.DecodeString(answer.Picture); err != nil || !bytes.Equal(inside, dots) {
		t.Errorf("the picture in the answer is another one (%v)", err)
	}
	scan, err := imager.New(imager.Limits{}).Read(context.Background(), bytes.NewReader(dots), "test")
	if string([]byte(scan.Data)) != answer.Text || err != nil {
		t.Errorf("reads as %q, %v", string([]byte(scan.Data)), err)
	}
	svg := posctl(t, "code", "show", "--config", config, "--format", "svg", "--place", "paper80")
	svg.want(t, 0, "<svg xmlns=", `width="`, "shape-rendering")
	blocks := posctl(t, "code", "show", "--config", config)
	blocks.want(t, 0, "▄", "█")
	if strings.Contains(blocks.out, "\x1b") {
		t.Error("colours for a terminal went into a file")
	}
}

func TestCodeShowRefuses(t *testing.T) {
	t.Parallel()
	good := shopFile(t, shopConfig, shopCode)
	for args, says := range map[string]string{
		"--amount 0":              "--amount must be",
		"--amount -1":             "--amount must be",
		"--bill R1":               "give --amount too",
		"--place moon":            "--place is",
		"--place 0px/10mm":        "--place is",
		"--place 480px/70mm/x":    "--place is",
		"--format gif":            "--format must be",
		"--amount 1 --bill 渋谷":    "field 62-01 (bill number)",
		"--place 60px/10mm":       "too small",
		"--amount 99999999999999": "field 54",
		"--amount 1 --reference " + strings.Repeat("9", 26): "field 62-05 (reference label)",
	} {
		got := posctl(t, append([]string{"code", "show", "--config", good}, strings.Fields(args)...)...)
		if got.code == 0 || !strings.Contains(got.err, says) || got.out != "" {
			t.Errorf("%s: exit code %d\n%s%s", args, got.code, got.out, got.err)
		}
	}
	posctl(t, "code", "show", "--config", shopFile(t, shopConfig)).want(t, exitUsage, "nothing in [mpm]")
	posctl(t, "code", "show", "--config", shopFile(t, shopConfig, "[mpm]\nname = \"X\"\n")).want(t, exitUsage, "mpm.company")
	posctl(t, "code", "show", "--config", filepath.Join(t.TempDir(), "none.toml")).want(t, exitUsage, "no such file")
}

func TestCodeRead(t *testing.T) {
	t.Parallel()
	text := strings.TrimSpace(posctl(t, "code", "show", "--config", shopFile(t, shopConfig, shopCode), "--format", "text", "--amount", "498").out)
	posctl(t, "code", "read", text).want(t, 0, "54     transaction amount               498\n", "64-01  merchant name in that language   テスト店\n", "26-01  merchant account information")
	posctl(t, "code", "read", text, "--json").want(t, 0, `"id": "62-07"`, `"name": "terminal label"`)
	posctl(t, "code", "read", text+"x").want(t, exitUsage, "field x (reserved)")
	posctl(t, "code", "read", "97012345678901234567").want(t, exitUsage, `must begin with "000201"`)
}
