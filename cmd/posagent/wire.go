package main

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/web"
	"github.com/posagent/posagent/agent/webhook"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/configs/managed"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
)

// program is everything that runs, wired.
type program struct {
	config    configs.Config
	log       *slog.Logger
	store     *offline.Store
	books     *book.Book
	day       func(time.Time) string // the business date of a moment
	register  *agent.Register
	api       *server.Server
	wallets   []wallet
	bulletins *bulletins
	taker     *taker
	hands     *hands
	gear      atomic.Pointer[gear] // the hardware
	power     power                // what it runs under
	scanned   chan scanner.Scan    // of whichever scanner there is
	settings  *managed.Manager
	start     start
	plugs     *hotplug.Watcher
	replugged chan struct{} // something was plugged in or pulled out
	staff     staffed
	pictures  pictures // of uploads and of the pages' cameras
	courier   *webhook.Courier
	live      configs.Config // of the shop, also in training
	home      string         // of what both modes share: who may sign in
	mode      *mode
	linked    linked // registers by other ways than the API
	far       farDoor
	tracing   tracing
	bell      *bell // tells people of troubles
}

// wireUp ties all parts together, in the order in which they need each other:
// the other side of the wire, hardware, memory, the register, the door. It is
// the only place that knows all of them. Nothing runs yet; what was opened is
// closed again when a later part fails.
func wireUp(c configs.Config, begun start, demo bool, log *slog.Logger) (*program, error) {
	d := &program{live: c, home: c.Data.Dir, log: log, start: begun, power: newPower(), scanned: make(chan scanner.Scan), replugged: make(chan struct{}, 1), pictures: newPictures(), linked: newLinked()}
	training, err := inTraining(c)
	if err == nil && training {
		c, err = forTraining(c)
	}
	if err != nil {
		return nil, err
	}
	d.config, d.mode = c, newMode(d, d.home, training)
	if err = d.wireTracing(c); err != nil {
		return nil, err
	}
	if d.wallets = practiceWallet(); !training {
		d.wallets, err = wallets(c, demo, d.tracing.tracer, log)
	}
	if err != nil {
		return nil, err
	}
	codes, err := paycode.New(c.Codes.Rules, ids(d.wallets))
	if err != nil {
		return nil, fmt.Errorf("code rules: %w", err)
	}
	d.plugs = hotplug.NewWatcher(hotplug.Machine(), log)
	hardware, err := d.newGear(c, nil)
	if err != nil {
		return nil, err
	}
	d.gear.Store(hardware)
	if d.store, err = offline.Open(c.Data.Dir, offline.Options{Log: log}); err != nil {
		return nil, err
	}
	d.books, err = book.Open(d.store, book.Options{
		Store: c.Store.ID, Terminal: c.Store.Terminal, Wallets: ids(d.wallets), Now: time.Now, Mark: offline.NewHighWater(c.Data.Dir),
	})
	if err != nil {
		return nil, d.closing(err)
	}
	if err := d.trained(); err != nil {
		return nil, d.closing(err)
	}
	secrets, err := openSecrets(c, d.store, log)
	if err != nil {
		return nil, d.closing(err)
	}
	if err := d.wireRegister(c, codes, secrets); err != nil {
		return nil, d.closing(err)
	}
	if err := d.wireWebhooks(c); err != nil {
		return nil, d.closing(err)
	}
	if err := d.wireAlerts(c); err != nil {
		return nil, d.closing(err)
	}
	if err := d.wireDoor(c, secrets, demo); err != nil {
		return nil, d.closing(err)
	}
	return d, nil
}

// wireRegister makes the register of all that is beneath it.
func (d *program) wireRegister(c configs.Config, codes *paycode.Classifier, keys secrets) error {
	zone, err := c.Store.Location()
	if err != nil {
		return err
	}
	d.day = businessDay(zone, c.Store.BusinessDayStart)
	parts := agent.Parts{
		Store: c.Store.Seller(), Journal: d.books, Memory: d.books, Accounts: d.books, Closings: d.books, Bills: d.books, Formals: d.books, NotFound: book.ErrNotFound, Codes: codes,
		Imager: d.pictures, Draw: drawQR, Slip: slipText,
		HashCode: keys.hashCode, Room: d.room, Day: d.day, Zone: zone, NameOf: d.called(nameOf(c.Operators)), Now: time.Now, Spread: rand.Float64,
		MostTopUp: int64(c.TopUp.Most), Training: d.mode.on, Tracer: d.tracing.tracer,
	}
	for _, w := range d.wallets {
		parts.Wallets = append(parts.Wallets, w.Wallet)
	}
	fit := d.fittings(d.gear.Load())
	parts.Scanner, parts.Printer, parts.Drawer, parts.Devices, parts.Paper = fit.Scanner, fit.Printer, fit.Drawer, fit.Devices, fit.Paper
	d.bulletins = newBulletins(c.Store.ID, d.store, d.wallets, d.log)
	if d.taker, err = newTaker(c.Offline, keys.sealed, d.books, d.bulletins.said, d.log); err != nil {
		return err
	}
	parts.Offline, parts.Rules = d.taker, rulesOf(c.Offline)
	d.register = agent.New(parts, d.log)
	if d.books.ClockBehind() {
		d.register.ClockBack("the clock is behind the last start of this register")
	}
	d.register.TimeWasSaid(d.books.LastHeard())
	if why, yes := d.books.Restored(); yes {
		d.register.BooksRestored(why)
	}
	for _, w := range d.wallets {
		if w.notices != nil {
			w.notices.Clock = d.register.ClockHeard
		}
	}
	d.bulletins.register = d.register
	if err := d.wireHands(c, codes, keys); err != nil {
		return err
	}
	return d.bulletins.load() // before anything is sold
}

// wireHands lets what was taken without a network change hands.
func (d *program) wireHands(c configs.Config, codes *paycode.Classifier, keys secrets) error {
	secret, err := queueKey(c.Data.Dir)
	d.hands = &hands{
		taker: d.taker, register: d.register, wallets: d.wallets, codes: codes, secrets: keys, secret: secret,
		store: c.Store.ID, terminal: c.Store.Terminal, day: d.day, now: time.Now, room: d.room, log: d.log,
	}
	return err
}

// wireDoor makes the API: who may come in, and what they find.
func (d *program) wireDoor(c configs.Config, keys secrets, demo bool) error {
	o := server.Options{
		Register: d.register, Books: shelf{d.books}, Journal: chronicle{d.books}, Searcher: finder{d.store}, Wishes: wishes{d.store}, Diary: d.books, Papers: papers{d.register, d.look()}, Bulletins: d.bulletins, Queue: queued{d.taker, ids(d.wallets)}, Webhooks: d.callers(), Alerts: d.bell, Training: d.mode, Tokens: tokens(c.API.Tokens),
		Store: c.Store.Seller(), Secret: keys.sales, SealedBy: keys.sealedBy(), Day: d.day, Now: time.Now,
		Hosts: c.API.Hosts, Origins: c.API.Origins, Pages: web.Handler(), Draw: drawForDisplay, Demo: demo || d.mode.on, Ready: d.ready,
		Version: version, NotFound: book.ErrNotFound, Tracer: d.tracing.tracer, Gauges: slices.Concat(d.gauges(), d.pictures.gauges(), d.linked.gauges(), d.tracing.gauges(), d.taker.queueGauges(time.Now)), Log: d.log,
	}
	if !d.mode.on { // what changes hands is real, and settings are those of the shop
		var err error
		if d.settings, err = d.wireSettings(c); err != nil {
			return err
		}
		o.Settings, o.Handover, o.Slips = changes{d.settings}, d.hands, d.hands
	}
	if err := d.doorForPeople(&o); err != nil {
		return err
	}
	var err error
	if d.far, err = wireFarDoor(d.live, &o); err != nil { // who is paired is so in both modes
		return err
	}
	d.api = server.New(o)
	return nil
}

// closing closes what was opened, because of err.
func (d *program) closing(err error) error {
	if closeErr := d.store.Close(); closeErr != nil {
		d.log.Error("the books did not close cleanly", "error", closeErr)
	}
	return err
}
