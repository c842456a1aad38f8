// Package pgtest starts a PostgreSQL for tests: the real server in a folder of
// its own, reached by a unix socket and nothing else, with its defaults of what
// survives a crash. It is for tests only.
//
// Invariant: the server never runs as root, and nothing of it is left when the
// tests have ended.
package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrNone means that there is no PostgreSQL on this machine.
var ErrNone = errors.New("there is no PostgreSQL here: apt-get install postgresql")

// Server is a running PostgreSQL.
type Server struct {
	bin, dir string
	as       *syscall.Credential // nil: as who runs the tests
	process  *exec.Cmd
	said     *bytes.Buffer
	gone     chan error
	schemas  int
}

// Start makes a server with an empty database.
func Start() (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin}
	if s.dir, err = os.MkdirTemp("", "pg"); err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		if s.as, err = somebody(); err == nil {
			err = os.Chown(s.dir, int(s.as.Uid), int(s.as.Gid))
		}
		if err != nil {
			return nil, err
		}
	}
	init := s.command("initdb", "-D", s.data(), "-U", "walletd", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if said, err := init.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, said)
	}
	if err := s.Run(); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// programs is the folder of the newest PostgreSQL.
func programs() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", ErrNone
}

// somebody is a user who may nothing else here.
func somebody() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
			gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
		}
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody")
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(s.bin, name), args...)
	c.Dir = s.dir
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setpgid: true, Pdeathsig: syscall.SIGKILL}
	return c
}

// Run starts the server, again after Kill, and waits until it answers.
func (s *Server) Run() error {
	s.said, s.gone = &bytes.Buffer{}, make(chan error, 1)
	s.process = s.command("postgres", "-D", s.data(), "-c", "listen_addresses=", "-c", "unix_socket_directories="+s.dir, "-c", "max_connections=60", "-c", "shared_buffers=64MB")
	s.process.Stdout, s.process.Stderr = s.said, s.said
	if err := s.process.Start(); err != nil {
		return err
	}
	p, gone := s.process, s.gone
	go func() { gone <- p.Wait() }()
	for until := time.Now().Add(30 * time.Second); ; {
		conn, err := pgx.Connect(context.Background(), s.URL())
		if err == nil {
			return conn.Close(context.Background())
		}
		select {
		case <-s.gone:
			return fmt.Errorf("postgres has ended: %s", s.said)
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(until) {
			return fmt.Errorf("postgres does not answer: %w", err)
		}
	}
}

// URL is the address of the database.
func (s *Server) URL() string {
	return "host=" + s.dir + " user=walletd dbname=postgres"
}

// Kill is the end of all its processes at once, without a word.
func (s *Server) Kill() {
	syscall.Kill(-s.process.Process.Pid, syscall.SIGKILL)
	<-s.gone
}

// Stop ends the server and removes all of it.
func (s *Server) Stop() {
	if s.process != nil && s.process.ProcessState == nil {
		s.Kill()
	}
	os.RemoveAll(s.dir)
}

// Main runs the tests of a package with one server, which is given to use. On a
// machine without PostgreSQL use is given nil, and tests skip by Skip.
func Main(m *testing.M, use func(*Server)) int {
	s, err := Start()
	switch {
	case errors.Is(err, ErrNone):
		use(nil)
		return m.Run()
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer s.Stop()
	use(s)
	return m.Run()
}

// Need skips a test that has no server.
func Need(t testing.TB, s *Server) {
	if s == nil {
		t.Skipf("SKIP: %v", ErrNone)
	}
}

// Fresh is the address of books that nobody has written to: a schema of their
// own.
func (s *Server) Fresh() (url string, err error) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	s.schemas++
	name := fmt.Sprintf("books%d", s.schemas)
	_, err = conn.Exec(ctx, "CREATE SCHEMA "+name)
	return s.URL() + " search_path=" + name, err
}
