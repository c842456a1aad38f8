package port_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/port"
)

// otherAgent is a second program on this machine that opens the same port, and
// holds it until it is killed.
func otherAgent(t *testing.T, address string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestTwoAgentsOnOnePort$", "-test.count=1")
	cmd.Env = append(os.Environ(), otherAgentVariable+"="+address)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "open\n" {
		t.Fatalf("the other agent said %q (%v)", line, err)
	}
	return cmd
}

const otherAgentVariable = "PORT_TEST_OTHER_AGENT"

// Two agents on one port would each get half of a code. The second is told
// that the port is in use; when the first dies, however hard, it is free.
func TestTwoAgentsOnOnePort(t *testing.T) {
	if text := os.Getenv(otherAgentVariable); text != "" {
		a, err := port.ParseAddress(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := port.Open(a); err != nil {
			t.Fatal(err)
		}
		fmt.Println("open")
		time.Sleep(time.Hour) // until it is killed
	}
	for _, text := range []string{"serial:" + newLine(t).Path(), "file:" + pipe(t)} {
		other := otherAgent(t, text)
		a, err := port.ParseAddress(text)
		if err != nil {
			t.Fatal(err)
		}
		place := port.NewPlace(a, nil)
		if _, err := place.Open(); !errors.Is(err, port.ErrBusy) {
			t.Errorf("%s beside another agent: %v, want ErrBusy", text, err)
		}
		if err := other.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = other.Wait() // killed
		p, err := place.Open()
		if err != nil {
			t.Errorf("%s after the other was killed: %v", text, err)
			continue
		}
		_ = p.Close()
	}
}
