package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/configs"
)

func (t *tool) diag() *cobra.Command {
	var path, config, log string
	var lines int
	cmd := &cobra.Command{
		Use:   "diag --out FILE",
		Short: "Write what an engineer needs to see into one file, secrets out",
		Long: `diag gathers versions, what the doctor says, the configuration, devices, troubles,
numbers, the head of the journal and the last lines of the log into a tar.gz to
send to whoever helps. PINs, tokens, keys, set-up codes and customers' codes are not in
it, nor what was sold: MANIFEST in it lists what is, what was taken out, and what
could not be had. Look into it before it leaves the shop.

It also works when no agent answers: that is when it is needed.`,
		Example: "  posctl diag --out diag.tar.gz\n  posctl diag --log agent.log --out diag.tar.gz",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if path == "" || lines < 0 || lines > 100_000 {
				return usage("diag wants --out FILE, and 0 to 100000 --lines of the log")
			}
			out, err := newFile(path)
			if err != nil {
				return err
			}
			b := &bundle{files: map[string][]byte{}}
			t.gatherDiag(cmd, b, config)
			b.addLog(cmd.Context(), log, lines)
			if err := errors.Join(b.write(out.file), out.file.Sync()); err != nil {
				out.drop()
				return err
			}
			if err := out.file.Close(); err != nil {
				return err
			}
			said := struct {
				File    string   `json:"file"`
				Files   []string `json:"files"`
				Missing []string `json:"missing"`
			}{path, b.names, append([]string{}, b.missing...)}
			return t.print(said, func() {
				fmt.Fprintf(t.out, "%d files are in %s; what was left out is in its MANIFEST\n", len(b.names), path)
				for _, m := range b.missing {
					fmt.Fprintln(t.out, "  not there:", m)
				}
			})
		},
	}
	cmd.Flags().StringVar(&path, "out", "", "`FILE` to write; one that is there is not overwritten")
	cmd.Flags().StringVar(&config, "config", "", "configuration `FILE` (default "+defaultConfig+", or the demo's)")
	cmd.Flags().StringVar(&log, "log", "", "`FILE` with the agent's log (default: the journal of systemd)")
	cmd.Flags().IntVar(&lines, "lines", 500, "how many of the last lines of the log")
	return cmd
}

// bundle are the files of a diag, in the order they came.
type bundle struct {
	names   []string
	files   map[string][]byte
	missing []string
}

// add takes a file in, with everything out that may be a secret.
func (b *bundle) add(name string, data []byte) {
	b.names = append(b.names, name)
	b.files[name] = scrub(data)
}

// addJSON takes a value in, or says why it is not there.
func (b *bundle) addJSON(name string, value any, err error) {
	if err != nil {
		b.missing = append(b.missing, string(scrub([]byte(name+": "+err.Error()))))
		return
	}
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		b.missing = append(b.missing, name+": "+err.Error())
		return
	}
	b.add(name, append(data, '\n'))
}

func (t *tool) gatherDiag(cmd *cobra.Command, b *bundle, config string) {
	ctx := cmd.Context()
	b.addJSON("version.json", map[string]string{"posctl": version, "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH}, nil)
	findings := t.checkConfig(config, true)
	path := config
	switch {
	case path != "":
	case t.dir != "":
		path = t.dir + "/posagent.toml"
	default:
		path = defaultConfig
	}
	c, err := configs.Load(path)
	b.addJSON("config.json", slices.DeleteFunc(c.Values(), func(v configs.Value) bool { return strings.HasPrefix(v.Key, "operator.") }), err)
	client, err := t.client(cmd)
	if err != nil {
		b.missing = append(b.missing, "everything of the agent: "+err.Error())
		b.addJSON("doctor.json", findings, nil)
		return
	}
	b.addJSON("doctor.json", append(append(findings, checkAgent(ctx, client)...), checkShop(ctx, client, usualDoubts, time.Now())...), nil)
	health, err := client.Health(ctx)
	b.addJSON("health.json", health, err)
	devices, err := client.Devices(ctx)
	b.addJSON("devices.json", devices, err)
	bulletins, err := client.Bulletins(ctx)
	b.addJSON("bulletins.json", bulletins, err)
	head, err := client.VerifyJournal(ctx, false)
	b.addJSON("journal.json", journalHead(head), err)
	metrics, err := client.Metrics(ctx)
	if err != nil {
		b.missing = append(b.missing, "metrics.txt: "+err.Error())
		return
	}
	b.add("metrics.txt", metrics)
}

// journalHead is the end of the journal, its hash in groups that no rule of
// scrub takes for a token.
func journalHead(v control.Verification) map[string]any {
	groups := ""
	for i := 0; i+8 <= len(v.Hash); i += 8 {
		groups += " " + v.Hash[i:i+8]
	}
	return map[string]any{"whole": v.Whole, "entries": v.Entries, "hash": groups, "why": v.Why}
}

// addLog takes the last lines of the log in.
func (b *bundle) addLog(ctx context.Context, path string, lines int) {
	var data []byte
	var err error
	if path != "" {
		data, err = os.ReadFile(path)
	} else {
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		data, err = exec.CommandContext(ctx, "journalctl", "-u", "posagent", "-o", "cat", "--no-pager", "-n", strconv.Itoa(lines)).Output()
	}
	if err != nil {
		b.missing = append(b.missing, "log.txt: "+err.Error())
		return
	}
	all := bytes.SplitAfter(data, []byte("\n"))
	b.add("log.txt", scrubLog(bytes.Join(all[max(0, len(all)-lines-1):], nil)))
}

const leftOut = `Left out, or replaced by [out]:
- PINs and their hashes, second factors, tokens and their hashes, set-up codes, keys and certificates
- customers' codes, whole or masked; any run of 12 digits or more, and long words that look random
- what the log says of codes, PINs, tokens, operators and names
- charges, sales, receipts, the journal's entries, the queue, names of goods
- names of operators
`

// write writes the files and the MANIFEST that lists them.
func (b *bundle) write(file *os.File) error {
	manifest := fmt.Sprintf("posagent diag, made by posctl %s\n\nFiles (SHA-256, bytes):\n", version)
	for _, name := range b.names {
		manifest += fmt.Sprintf("%x %d %s\n", sha256.Sum256(b.files[name]), len(b.files[name]), name)
	}
	manifest += "\n" + leftOut
	for _, m := range b.missing {
		manifest += "\nNot there: " + m
	}
	zip := gzip.NewWriter(file)
	out := tar.NewWriter(zip)
	put := func(name string, data []byte) error {
		err := out.WriteHeader(&tar.Header{Name: "posagent-diag/" + name, Mode: 0o600, Size: int64(len(data))})
		if err == nil {
			_, err = out.Write(data)
		}
		return err
	}
	err := put("MANIFEST", []byte(manifest+"\n"))
	for _, name := range b.names {
		err = errors.Join(err, put(name, b.files[name]))
	}
	return errors.Join(err, out.Close(), zip.Close())
}
