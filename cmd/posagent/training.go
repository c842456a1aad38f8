package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/practice"
	"github.com/posagent/posagent/configs"
)

// trainingDir is the folder of the training's own books beneath the data, and
// trainingMark the file that says that the register is in training: it stays so
// over a restart.
const (
	trainingDir   = "training"
	trainingMark  = "training.on"
	trainingEnded = "training.ended" // who ended it, for the shop's journal
)

// errOtherMode ends a run of the program that begins anew in the other mode.
var errOtherMode = errors.New("the register goes into its other mode")

// inTraining tells which mode the register is in.
func inTraining(c configs.Config) (bool, error) {
	_, err := os.Stat(filepath.Join(c.Data.Dir, trainingMark))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// forTraining is the configuration of the training: books, keys and names of its
// own, its own wallet and nobody else's. No certificate of a real wallet is ever
// read for it, so that it cannot reach one.
func forTraining(c configs.Config) (configs.Config, error) {
	c.Data.Dir = filepath.Join(c.Data.Dir, trainingDir)
	c.Wallets, c.Webhooks, c.Mail = nil, nil, configs.Mail{}
	c.Offline.Take = false
	name := c.Store.Name
	c.Store.ID, c.Store.Name = "TRAIN", "【練習】"+name
	c.Store.NameEN = "TRAINING " + cmp.Or(c.Store.NameEN, name)
	c.Store.Invoice = "" // no paper of it is an invoice
	c.Receipt.Footer = "練習です。領収書ではありません。\nTRAINING. This is no receipt."
	c.Codes.Rules.Digits = slices.Concat([]paycode.DigitsRule{{ID: "training", Match: practice.CodeMatch, Wallet: practice.ID, Example: practice.CodeExample}}, c.Codes.Rules.Digits)
	return c, os.MkdirAll(c.Data.Dir, 0o700)
}

// practiceWallet is the only wallet of the training.
func practiceWallet() []wallet {
	w := practice.Wallet{Terms: charge.Standard(), Now: time.Now}
	return []wallet{{Wallet: agent.Wallet{ID: practice.ID, Name: "練習ペイ", NameEN: "Training Pay", Terms: w.Terms, Ask: w, Refunds: w, TopUps: w}}}
}

// mode is the training as the API asks for it; see server.Training.
type mode struct {
	d    *program
	on   bool
	mark string // the file
	over context.CancelCauseFunc
}

func newMode(d *program, home string, on bool) *mode {
	return &mode{d: d, on: on, mark: filepath.Join(home, trainingMark)}
}

// On tells whether the register is in training.
func (m *mode) On() bool { return m.on }

// Switch goes into the other mode: the run ends, and another begins. In the
// shop's own mode nothing may wait for the register meanwhile.
func (m *mode) Switch(on bool, by charge.By, who string) error {
	if on == m.on {
		return nil
	}
	if m.d.register.InSale() {
		return &agent.Refused{Why: "training.sale"}
	}
	if on {
		open, err := m.d.books.Open()
		if err != nil {
			return err
		}
		if len(open) > 0 {
			return &agent.Refused{Why: "training.open"}
		}
	}
	if on {
		if err := m.d.books.Note(by, who, "began the training"); err != nil {
			return err
		}
	}
	if err := m.write(on, by, who); err != nil {
		return err
	}
	m.d.log.Warn("training", "on", on, "who", who)
	time.AfterFunc(answerFirst, func() { m.over(errOtherMode) })
	return nil
}

// answerFirst is how long whoever asked has to read the answer.
const answerFirst = 100 * time.Millisecond

// write sets the mark, or takes it away and leaves word of who ended it.
func (m *mode) write(on bool, by charge.By, who string) error {
	if on {
		return whole(m.mark, "")
	}
	if err := whole(filepath.Join(filepath.Dir(m.mark), trainingEnded), string(by)+" "+who); err != nil {
		return err
	}
	return os.Remove(m.mark)
}

// whole is a file with a text on disk.
func whole(path, text string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// trained notes in the shop's journal that a training has ended, and who ended
// it.
func (d *program) trained() error {
	path := filepath.Join(d.home, trainingEnded)
	text, err := os.ReadFile(path)
	if d.mode.on || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	by, who, _ := strings.Cut(string(text), " ")
	if err := d.books.Note(charge.By(by), who, "ended the training"); err != nil {
		return err
	}
	return os.Remove(path)
}
