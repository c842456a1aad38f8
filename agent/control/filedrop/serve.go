package filedrop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/posagent/posagent/agent/control/amountlink"
)

// serve answers one request file. The answer is whole before the request goes:
// what a power cut leaves is asked and answered once more.
func (w *watch) serve(ctx context.Context, name string) error {
	text, err := w.read(name)
	switch {
	case errors.Is(err, fs.ErrNotExist): // the register took it back
		return nil
	case errors.Is(err, errNotPlain), errors.Is(err, fs.ErrPermission):
		return w.bad(name, err.Error())
	case err != nil:
		return err
	}
	base := strings.TrimSuffix(name, request)
	if !plainName(base) {
		return w.bad(name, fmt.Sprintf("its name must be 1 to %d of 0-9, A-Z, a-z, _ and -, and then %s", nameSize, request))
	}
	if _, err := amountlink.ParseRequest(text); err != nil {
		if !w.settled(name, len(text)) {
			return nil // it may still be written: the next look tells
		}
		return w.bad(name, fmt.Sprintf("%d characters were read, but a request has 35: %v (docs/integrator/file-drop.md)", len(text), err))
	}
	a := w.Desk.Answer(ctx, text)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := w.write(base+answer, a.Text()+"\r\n"); err != nil {
		return err
	}
	w.Counts.Requests.Add(1)
	if a.Result == amountlink.Refused {
		w.Counts.Refused.Add(1)
	}
	return gone(w.root.Remove(name))
}

var errNotPlain = errors.New("it is no plain file")

// read is the text of a request, without the end of its line. A link, a pipe
// or a device is not read.
func (w *watch) read(name string) (string, error) {
	named, err := w.root.Lstat(name)
	if err != nil {
		return "", err
	}
	if !named.Mode().IsRegular() {
		return "", errNotPlain
	}
	f, err := w.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if opened, err := f.Stat(); err != nil || !os.SameFile(named, opened) {
		return "", errors.Join(err, errNotPlain)
	}
	data, err := io.ReadAll(io.LimitReader(f, longest))
	return strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r"), err
}

// settled tells that a file that is no request has been so, at this length,
// for long enough. Its own time says nothing: on a share it is another clock's.
func (w *watch) settled(name string, size int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	was, seen := w.short[name]
	if !seen || was.size != size {
		w.short[name] = short{size, time.Now()}
		return false
	}
	return time.Since(was.since) >= settle
}

func plainName(s string) bool {
	return s != "" && len(s) <= nameSize && strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-") == ""
}

// write makes a file that is there whole or not at all. An answer of before,
// to the same name, is replaced.
func (w *watch) write(name, text string) error {
	half := name + halfway
	if err := gone(w.root.Remove(half)); err != nil { // what a power cut left, or somebody else's link
		return err
	}
	f, err := w.root.OpenFile(half, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Chmod(forGroup)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return w.root.Rename(half, name)
}

// bad moves a file out of the way, with the reason beside it. When that folder
// is full the file goes for good.
func (w *watch) bad(name, why string) error {
	w.Counts.Bad.Add(1)
	w.Log.Warn("a dropped file is no request", "file", name, "why", why)
	there, err := w.names(badDir)
	if err != nil {
		return err
	}
	if len(there) >= maxKept {
		return gone(w.root.RemoveAll(name))
	}
	safeName := strings.Map(func(r rune) rune {
		if plainName(string(r)) {
			return r
		}
		return '_'
	}, strings.TrimSuffix(name, request))
	to := badDir + "/" + time.Now().UTC().Format("20060102T150405.000000000-") + safeName[:min(len(safeName), nameSize)] + request
	if err := w.root.Rename(name, to); err != nil {
		return gone(err)
	}
	return w.write(to+reason, why+"\r\n")
}

// clear removes answers that nobody fetched: the old ones, and of too many the
// first by name.
func (w *watch) clear(answers []string) {
	for i, name := range answers {
		info, err := w.root.Lstat(name)
		if err == nil && (len(answers)-i > maxKept || time.Since(info.ModTime()) > keptFor) {
			w.Log.Warn("nobody fetched an answer; it was removed", "file", name, "error", w.root.Remove(name))
		}
	}
}

// gone takes a file that is not there for one that was removed.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
