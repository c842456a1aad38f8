package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// typedIn are the lines of a page that call posctl: those of fenced blocks, and
// those between backticks, a line break in them or not.
func typedIn(text string) (calls []string) {
	fence := regexp.MustCompile("(?ms)^```[^\n]*\n(.*?)^```")
	for _, block := range fence.FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(strings.ReplaceAll(block[1], "\\\n", " ")) {
			if at := regexp.MustCompile(`(^|[\s/(])posctl `).FindStringIndex(line); at != nil && !strings.HasPrefix(strings.TrimSpace(line), "#") {
				calls = append(calls, strings.TrimLeft(line[at[0]:], " \t/("))
			}
		}
	}
	for _, inline := range regexp.MustCompile("`(posctl [^`]+)`").FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		calls = append(calls, inline[1])
	}
	return calls
}

// shellWords are the arguments of a call as a shell would take them apart, without
// what it does with the output.
func shellWords(call string) []string {
	call = regexp.MustCompile(`\s(#|\||>|<|&&|;).*`).ReplaceAllString(strings.Join(strings.Fields(call), " "), "")
	var out []string
	for _, w := range regexp.MustCompile(`"[^"]*"|'[^']*'|\S+`).FindAllString(strings.TrimSuffix(call, ";"), -1) {
		out = append(out, strings.Trim(w, `"'`))
	}
	return out
}

// Every posctl command that the documentation tells a reader to type is one that
// there is, with flags and arguments that it takes.
func TestDocsCallWhatThereIs(t *testing.T) {
	t.Parallel()
	calls := 0
	err := filepath.WalkDir("../../docs", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".md") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, call := range typedIn(string(text)) {
			calls++
			if prose[strings.TrimSpace(call)] != "" {
				continue
			}
			if why := takes(shellWords(call)[1:]); why != "" {
				t.Errorf("%s tells to type %q: %s", path, call, why)
			}
		}
		return nil
	})
	must(t, err)
	if calls < 50 {
		t.Errorf("%d calls: this test looks in the wrong place", calls)
	}
}

// placeholder is a word that stands for what the reader puts there.
var placeholder = regexp.MustCompile(`^([A-Z][A-Z=]+|N|金額|取引番号)$`)

// prose are lines of fenced blocks that speak of a command.
var prose = map[string]string{
	"posctl code sign prints it; the current one and the next": "a comment in a block of TOML",
}

// A law that catches nothing is no law.
func TestDocsCatchAWrongCall(t *testing.T) {
	t.Parallel()
	text := "```sh\nposctl charges --nonsense   # no such flag\n```\nsay `posctl chargse` and\n`posctl pay --amount many`, `posctl refund a b --amount 1`"
	calls := typedIn(text)
	if len(calls) != 4 {
		t.Errorf("found %q", calls)
	}
	for _, call := range calls {
		if takes(shellWords(call)[1:]) == "" {
			t.Errorf("%q would be taken", call)
		}
	}
}

// takes tells why posctl would not take words, without running them; empty when
// it would.
func takes(words []string) string {
	root := (&tool{out: os.Stdout, errOut: os.Stderr}).root()
	cmd, rest, err := root.Find(words)
	if err != nil {
		return err.Error()
	}
	for i, word := range rest {
		if placeholder.MatchString(word) && i > 0 && strings.HasPrefix(rest[i-1], "--") {
			rest[i] = "1"
		}
	}
	if err := cmd.ParseFlags(rest); err != nil && strings.HasSuffix(err.Error(), "help requested") {
		return ""
	} else if err != nil {
		return err.Error()
	}
	args := cmd.Flags().Args()
	if cmd.Annotations["group"] == "yes" && len(args) == 0 {
		return "" // a family of commands by its name
	}
	if cmd.Args == nil || len(args) == 0 || slices.ContainsFunc(args, placeholder.MatchString) { // prose names a command without its arguments
		return ""
	}
	if err := cmd.Args(cmd, args); err != nil {
		return err.Error()
	}
	return ""
}
