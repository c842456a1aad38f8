package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/posagent/posagent/agent/control/server"
)

// run brings everything up, serves until ctx ends or a part fails, and takes
// everything down: first the door, then the register, then the hardware, at
// last the books. It fails with errOtherMode when it is to begin anew in the
// other mode.
func (d *program) run(ctx context.Context) error {
	ctx, d.mode.over = context.WithCancelCause(ctx)
	defer d.mode.over(nil)
	tcp, err := net.Listen("tcp", d.config.API.Listen)
	if err != nil {
		return d.closing(fmt.Errorf("listen on %s: %w; is another agent running?", d.config.API.Listen, err))
	}
	socket, err := listenLocal(d.config.API.Socket)
	if err != nil {
		_ = tcp.Close()
		return d.closing(err)
	}
	open, err := d.register.Recover()
	if err != nil {
		_ = tcp.Close()
		if socket != nil {
			_ = socket.Close()
		}
		return d.closing(err)
	}
	d.log.Info("ready", "api", tcp.Addr().String(), "socket", d.config.API.Socket, "open_charges", open, "version", version)
	hardware, unplug := context.WithCancel(context.Background())
	defer unplug()
	work := &crew{failed: make(chan error, 1)}
	far := d.frontFar(work)
	front := d.front(work, tcp, nil)
	var local *http.Server
	if socket != nil {
		local = d.front(work, socket, server.OnSocket)
	}
	d.background(hardware, work)
	selling := make(chan struct{})
	go func() {
		defer close(selling)
		d.register.Run(ctx, d.scanned)
	}()
	_, _ = daemon.SdNotify(false, daemon.SdNotifyReady)
	failed := work.wait(ctx)
	_, _ = daemon.SdNotify(false, daemon.SdNotifyStopping)
	d.shut(front, local, far)
	if failed != nil {
		d.register.Leave()
	}
	<-selling
	if d.settings != nil {
		d.settings.Close()
	}
	unplug()
	work.group.Wait()
	if failed == nil && errors.Is(context.Cause(ctx), errOtherMode) {
		failed = errOtherMode
	}
	return d.closing(failed)
}

// crew are the goroutines of the program; the first that fails ends it.
type crew struct {
	group  sync.WaitGroup
	failed chan error
}

func (c *crew) do(work func() error) {
	c.group.Go(func() {
		if err := work(); err != nil {
			select {
			case c.failed <- err:
			default:
			}
		}
	})
}

func (c *crew) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-c.failed:
		return err
	}
}

// front serves the API on one listener.
func (d *program) front(work *crew, l net.Listener, mark func(context.Context) context.Context) *http.Server {
	s := &http.Server{Handler: d.api.Handler(), ErrorLog: slog.NewLogLogger(d.log.Handler(), slog.LevelWarn)}
	server.Limits(s)
	if mark != nil {
		s.ConnContext = func(ctx context.Context, _ net.Conn) context.Context { return mark(ctx) }
	}
	work.do(func() error {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve the API: %w", err)
		}
		return nil
	})
	return s
}

// shut closes the door: streams end, calls under way get a moment.
func (d *program) shut(servers ...*http.Server) {
	const moment = 5 * time.Second
	d.api.Close()
	d.linked.close()
	ctx, cancel := context.WithTimeout(context.Background(), moment)
	defer cancel()
	for _, s := range servers {
		if s != nil && s.Shutdown(ctx) != nil {
			_ = s.Close()
		}
	}
}
