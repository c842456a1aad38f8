package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/wallet/wire"
)

// child is one of the real programs, started from beside this one. One that
// dies without being told to is started again, as systemd would.
type child struct {
	life              context.Context // of the demo
	name, config, log string
	out               io.Writer

	mu     sync.Mutex
	wanted bool
	cmd    *exec.Cmd
	pipe   *os.File      // the child ends when this closes, however we end
	gone   chan struct{} // closed when the process has ended
}

func newChild(life context.Context, name, config, log string, out io.Writer) *child {
	return &child{life: life, name: name, config: config, log: log, out: out}
}

// restartAfter is the pause before a child that died is started again.
const restartAfter = 300 * time.Millisecond

// start starts the child, and again whenever it dies, until stop or the demo's
// end.
func (c *child) start() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wanted = true
	if c.cmd != nil {
		return nil
	}
	return c.launch()
}

// launch starts one process; c.mu is held.
func (c *child) launch() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	path := filepath.Join(filepath.Dir(self), c.name)
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	theirs, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	defer theirs.Close()
	cmd := exec.Command(path, "--config", c.config, "--demo-fd", "3")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C is ours alone
	if err := cmd.Start(); err != nil {
		_ = ours.Close()
		return fmt.Errorf("start %s: %w; build it beside posctl with `make build`", path, err)
	}
	c.cmd, c.pipe, c.gone = cmd, ours, make(chan struct{})
	go c.watch(cmd, c.gone)
	return nil
}

// watch waits for the process to end and starts it again if nobody wanted
// that.
func (c *child) watch(cmd *exec.Cmd, gone chan struct{}) {
	err := cmd.Wait()
	close(gone)
	c.mu.Lock()
	_ = c.pipe.Close()
	c.cmd = nil
	again := c.wanted && c.life.Err() == nil
	c.mu.Unlock()
	if !again {
		return
	}
	fmt.Fprintf(c.out, "%s ended by itself (%v); starting it again. Its log: %s\n", c.name, err, c.log)
	select {
	case <-c.life.Done():
		return
	case <-time.After(restartAfter):
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wanted && c.cmd == nil && c.life.Err() == nil {
		if err := c.launch(); err != nil {
			fmt.Fprintln(c.out, err)
		}
	}
}

// stop ends the child cleanly, and by force when it takes too long.
func (c *child) stop() {
	const patience = 15 * time.Second
	c.mu.Lock()
	c.wanted = false
	cmd, gone := c.cmd, c.gone
	c.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-gone:
	case <-time.After(patience):
		_ = cmd.Process.Kill()
		<-gone
	}
}

// running tells whether the process lives.
func (c *child) running() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cmd != nil
}

// awaitReady waits until the agent takes sales.
func awaitReady(ctx context.Context, url string, agent *child) error {
	return agent.await(ctx, func(ctx context.Context) bool {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+control.PathReadyz, nil)
		if err != nil {
			return false
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// awaitWallet waits until the wallet gives codes and takes charges.
func awaitWallet(ctx context.Context, p place, wallet *child) error {
	return wallet.await(ctx, func(ctx context.Context) bool {
		return call(ctx, p.trySocket(), http.MethodGet, wire.PathTryFault, nil, nil) == nil
	})
}

// await waits until the child is up, or has died, or takes too long.
func (c *child) await(ctx context.Context, up func(context.Context) bool) error {
	limit, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for !up(limit) {
		if !c.running() {
			c.stop()
			return fmt.Errorf("%s did not start; the end of %s says why:\n%s", c.name, c.log, tail(c.log))
		}
		select {
		case <-limit.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("%s is not ready after %s; see %s", c.name, readyWithin, c.log)
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// tail is the end of a log, at most 2 kB.
func tail(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(data[max(0, len(data)-2048):])
}
