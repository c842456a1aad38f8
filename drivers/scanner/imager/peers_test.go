package imager_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/drivers/scanner/imager"
	"github.com/posagent/posagent/drivers/virtual/photo"
)

// sight is one picture of the table, and what may be read in it.
type sight struct {
	name  string
	img   *image.Gray
	truth []string
}

// reader reads what it can in a picture, and tells how long the processor took
// and how often memory was asked for (-1: not known).
type reader func(testing.TB, *image.Gray) (texts []string, took time.Duration, allocs int)

// TestPeers prints how many pictures are read by us and by others, and at what
// cost, all in one run: make bench-decode.
func TestPeers(t *testing.T) {
	if os.Getenv("POSAGENT_PEERS") == "" {
		t.Skip("SKIP: a comparison of minutes: make bench-decode")
	}
	peers := []struct {
		name string
		read reader
	}{
		{"posagent", ours(imager.New(imager.Limits{}))},
		{"gozxing, README way", readme},
		{"zbar (apt)", spawned(t, "/usr/bin/python3", "zbar.py")},
		{"zxing-cpp (zxing-wasm)", spawned(t, "node", "zxing.mjs")},
	}
	sets := [][]sight{}
	names := []string{}
	for _, kind := range []string{"QR", "C128", "EAN13", "NEG"} {
		sets, names = append(sets, photographs(t, kind)), append(names, map[string]string{"QR": "photographs, QR", "C128": "photographs, Code 128, four turns", "EAN13": "photographs, EAN-13", "NEG": "photographs without a code"}[kind])
	}
	all := slices.Concat(sets[0], sets[2], sets[3])
	for i := 0; i < len(sets[1]); i += 4 { // not turned
		all = append(all, sets[1][i])
	}
	sets, names = append(sets, all), append(names, "all photographs")
	for name, scene := range map[string]func(photo.Shown, uint64) photo.Scene{"generated, normal": photo.Normal, "generated, hard": photo.Hard} {
		sets, names = append(sets, generated(t, scene, 100)), append(names, name)
	}
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "set\tpictures\tengine\tread\twrong\tmedian ms\tp95 ms\tallocs")
	for i, set := range sets {
		for _, p := range peers {
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", names[i], len(set), p.name, row(t, set, p.read))
		}
	}
	w.Flush()
	t.Logf("CPU time of the search alone, the gray picture in memory\n%s", out.String())
}

// row reads a set.
func row(t *testing.T, set []sight, read reader) string {
	var right, wrong int
	var took []time.Duration
	var allocs []int
	read(t, set[0].img) // what is made once is no cost of a picture
	for _, s := range set {
		texts, d, n := read(t, s.img)
		took, allocs = append(took, d), append(allocs, n)
		hit := slices.ContainsFunc(texts, func(text string) bool {
			return slices.ContainsFunc(s.truth, func(truth string) bool { return strings.TrimSpace(truth) == strings.TrimSpace(text) })
		})
		switch {
		case hit:
			right++
		case len(texts) > 0:
			wrong++
		}
	}
	slices.Sort(took)
	slices.Sort(allocs)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	memory := "-"
	if n := allocs[len(allocs)/2]; n >= 0 {
		memory = fmt.Sprint(n)
	}
	return fmt.Sprintf("%d\t%d\t%.1f\t%.1f\t%s", right, wrong, ms(took[len(took)/2]), ms(took[len(took)*95/100]), memory)
}

// photographs are those of one kind; Code 128 in four turns.
func photographs(t *testing.T, kind string) (set []sight) {
	dir, list := photos(t)
	for _, p := range list {
		if p.Format != kind {
			continue
		}
		if text, ok := others[p.File]; ok {
			p.Truth = append(p.Truth, text)
		}
		img := grayFile(t, filepath.Join(dir, p.File))
		turns := 1
		if kind == "C128" {
			turns = 4
		}
		for n := range turns {
			set = append(set, sight{fmt.Sprint(p.File, " turned by ", 90*n), img, p.Truth})
			img = quarter(img)
		}
	}
	return set
}

// generated are scenes of a phone before a camera.
func generated(t *testing.T, scene func(photo.Shown, uint64) photo.Scene, n int) (set []sight) {
	for seed := range uint64(n) {
		text := []string{ownCode, emvCode}[seed%2]
		m, err := picture.QR(text, picture.Medium)
		if err != nil {
			t.Fatal(err)
		}
		s := scene(photo.Shown{QR: photo.Matrix{Size: m.Size, Bits: m.Bits}, Bars: ownCode}, 1000+seed)
		shot, err := photo.Shoot(s)
		if err != nil {
			t.Fatal(err)
		}
		set = append(set, sight{s.Name, shot.Gray(), []string{text, ownCode}})
	}
	return set
}

// spent is the processor's time of this process.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measured runs a reader that lives in this process.
func measured(read func() []string) ([]string, time.Duration, int) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := spent()
	texts := read()
	took := spent() - start
	runtime.ReadMemStats(&after)
	return texts, took, int(after.Mallocs - before.Mallocs)
}

func ours(m *imager.Imager) reader {
	return func(_ testing.TB, img *image.Gray) ([]string, time.Duration, int) {
		g := frame(img)
		return measured(func() []string {
			scan, err := m.Search(context.Background(), g, "")
			if err != nil {
				return nil
			}
			texts := []string{string(scan.Data)}
			for _, c := range scan.Beside {
				texts = append(texts, string(c.Data))
			}
			return texts
		})
	}
}

// readme is how gozxing's README reads, with its three readers one after the
// other.
func readme(_ testing.TB, img *image.Gray) ([]string, time.Duration, int) {
	return measured(func() []string {
		for _, r := range []gozxing.Reader{qrcode.NewQRCodeReader(), oned.NewCode128Reader(), oned.NewEAN13Reader()} {
			bmp, err := gozxing.NewBinaryBitmapFromImage(img)
			if err != nil {
				return nil
			}
			if got, err := r.Decode(bmp, nil); err == nil {
				return []string{got.GetText()}
			}
		}
		return nil
	})
}

// spawned is a reader in another program, which is told the name of a file.
func spawned(t *testing.T, program, script string) reader {
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is not here: make tools-peers installs it", program)
	}
	cmd := exec.Command(path, script)
	cmd.Dir = filepath.Join("testdata", "peers")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	outPipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Wait() })
	lines := bufio.NewScanner(outPipe)
	lines.Buffer(nil, 1<<20)
	file := filepath.Join(t.TempDir(), "picture.pgm")
	return func(t testing.TB, img *image.Gray) ([]string, time.Duration, int) {
		data := append(fmt.Appendf(nil, "P5\n%d %d\n255\n", img.Rect.Dx(), img.Rect.Dy()), img.Pix...)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(in, file)
		if !lines.Scan() {
			t.Fatalf("%s ended: %v; make tools-peers installs what it needs", script, lines.Err())
		}
		var got struct {
			Texts []string
			MS    float64
		}
		if err := json.Unmarshal(lines.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		return got.Texts, time.Duration(got.MS * float64(time.Millisecond)), -1
	}
}
