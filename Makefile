# posagent: `make help` lists what this file can do.
SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# One set of flags everywhere: changing them compiles SQLite again.
GOBUILD := go build
DEMO    ?= $(CURDIR)/.demo
FUZZTIME ?= 30s

.PHONY: help build run test test-go test-sim test-pages attack bench bench-wallet risk bench-decode lint rig fuzz soak vendor-web clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: tools-go ## build posagent, posctl and walletd into bin/
	@mkdir -p bin
	$(GOBUILD) -o bin/ ./cmd/posagent ./cmd/posctl ./cmd/walletd

run: build ## everything on this machine: wallet, agent, virtual devices, pages (Ctrl-C stops)
	@exec bin/posctl demo --dir "$(DEMO)"

test: lint test-go test-sim test-pages ## all tests, race detector and browser included

# Pictures are drawn and searched by one goroutine, where the race detector finds
# nothing and takes ten times as long.
PICTURES := ./drivers/virtual/photo ./drivers/scanner/imager/...

# The whole log with its SKIP lines, which .ci/run compares with its list, is
# out/test.log; of a failure only what the failed tests said is shown.
# The race detector of Go 1.26 itself breaks now and then under tests on virtual
# time (go.dev/issue/78156). It says so, and then, when nothing else has failed,
# what is not finished runs once more.
GOTESTSUM := go run gotest.tools/gotestsum@v1.13.0
once       = $(GOTESTSUM) --format standard-verbose --jsonfile out/$(1).json -- $(2) > out/$(1).log 2>&1
broke      = grep -q 'ThreadSanitizer: CHECK failed' out/$(1).log && ! grep -qE '^ *--- FAIL|DATA RACE|^panic:' out/$(1).log && echo 'the race detector itself has broken (go.dev/issue/78156): once more'
tested     = $(once) || { $(broke) && $(once); } || \
	{ awk '/^=== Failed/ { found = 1 } found && n++ < 300; !found { last[NR % 30] = $$0 } END { if (!found) for (i = NR + 1; i <= NR + 30; i++) print last[i % 30] }' out/$(1).log; \
	  echo 'the whole log is in out/$(1).log'; exit 1; }
test-go: build tools-node tools-tpm tools-pg tools-judges ## the Go tests, with the race detector
	@mkdir -p out
	$(call tested,race,-race -timeout 20m $$(go list ./... | grep -vE 'drivers/(virtual/photo|scanner/imager)'))
	$(call tested,pictures,-timeout 15m $(PICTURES))
	$(call tested,imager,-race -run 'Many|Context' ./drivers/scanner/imager)
	@cat out/race.log out/pictures.log out/imager.log > out/test.log
	@grep -E '^(ok|FAIL|DONE)' out/test.log
	@grep -hE '^ *--- SKIP|: SKIP' out/test.log || true

# Without the race detector, which costs ten times the time: test-go runs a
# short form of both tiers with it.
CHARGES ?= 1000000
WHOLE   ?= 20000
test-sim: tools-go ## the simulators: CHARGES (1000000) charges on virtual time, WHOLE (20000) over real files and TLS, planted bugs
	@mkdir -p out
	POSAGENT_CHARGES=$(CHARGES) go test -run '^TestFaults$$' -count 1 -timeout 60m -v ./agent/sim > out/sim.log 2>&1 || { grep -v '^=== ' out/sim.log | head -200; echo 'the whole log is in out/sim.log'; exit 1; }
	@grep -E ' charges| of CPU' out/sim.log
	POSAGENT_PROOF=1 POSAGENT_WHOLE=$(WHOLE) go test -count 1 -timeout 60m -v ./agent/sim/whole > out/whole.log 2>&1 || { grep -v '^=== ' out/whole.log | head -200; echo 'the whole log is in out/whole.log'; exit 1; }
	@grep -E 'charges in|Charges:' out/whole.log | tail -2
	go test -tags planted -run '^TestPlanted' -count 1 -timeout 10m ./agent/sim/model

# Small forms of the attacks are tests like others; this is their full size.
attack: build ## walletd and posagent are attacked as they are built; the table of what came of it, also in out/attack.json
	@mkdir -p out
	@POSAGENT_BIN=$(CURDIR)/bin POSAGENT_ATTACK=whole POSAGENT_ATTACK_OUT=$(CURDIR)/out/attack.json \
	  go test -count 1 -timeout 30m -v ./wallet/attack > out/attack.log 2>&1 || { grep -v '^=== ' out/attack.log | head -200; echo 'the whole log is in out/attack.log'; exit 1; }
	@grep -A99 '^ *failing  *attack' out/attack.log | grep -vE '^(ok|PASS)'

test-pages: build ## the pages in a real browser against the real agent
	@bash agent/web/test/run.sh

bench: build ## the numbers of docs/internals/benchmarks.md, each beside its floor
	go test -run '^$$' -bench . -benchtime 2s ./offline ./offline/oda ./cmd/posagent
	go test -run '^$$' -bench 'Scan|Frame' -benchtime 2s ./drivers/scanner/line ./drivers/scanner/imager
	go test -run '^$$' -bench 'Encode|FirstByte' -benchtime 2s ./drivers/printer/escpos
	@command -v strace >/dev/null || { echo 'missing: strace (apt-get install strace); without it no run with the syncs of a shop'\''s disk'; exit 0; }; \
	mkdir -p out && go test -c -o out/bench.test ./cmd/posagent && cd cmd/posagent && \
	echo 'the charge once more, with each sync 1 ms longer: its limits hold here' && \
	strace --seccomp-bpf -f -qq -o /dev/null -e trace=fsync,fdatasync -e inject=fsync,fdatasync:delay_exit=1000 \
	  ../../out/bench.test -test.run '^$$' -test.bench '(Charge|Accept)$$' -test.benchtime 2s

# What other readers of codes read, and at what cost, in the same run. The
# photographs are third parties' and are not kept here: POSAGENT_PHOTOS.
bench-wallet: build tools-pg ## a payment in the reference wallet's ledger, on SQLite and on PostgreSQL, each beside bare statements
	go test -run '^$$' -bench Authorise -benchtime 20000x -timeout 30m ./wallet/reference/ledgerdb ./wallet/reference/ledgerpg

risk: tools-go ## the theft at 7pay played against the wallet's controls, one by one: a table of what each is worth
	@mkdir -p out
	@POSAGENT_RISK=1 go test -count 1 -run '^TestReplay$$' -v ./wallet/reference/risk/replay > out/risk.log 2>&1 || { cat out/risk.log; exit 1; }
	@grep -vE '^(=== |--- |PASS|ok)' out/risk.log

bench-decode: tools-go tools-peers ## our reader of codes beside others, on photographs (POSAGENT_PHOTOS) and generated pictures
	@mkdir -p out
	POSAGENT_PEERS=1 go test -run '^TestPeers$$' -count 1 -timeout 30m -v ./drivers/scanner/imager > out/decode.log 2>&1 || { grep -v '^=== ' out/decode.log; exit 1; }
	@grep -A99 'set  *pictures' out/decode.log | grep -vE '^(---|PASS|ok)'
	go test -run '^$$' -bench Frame -benchtime 2s ./drivers/scanner/imager

lint: tools-go ## gofmt, go vet, staticcheck, go mod tidy
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'gofmt would change these'; exit 1; }
	go vet ./...
	go mod tidy -diff
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

rig: tools-go ## scanners, printers, drawers and displays on true USB: a Debian kernel in QEMU, its own gadget side at the far end (ten minutes)
	go vet -tags rig ./drivers/rig
	@bash drivers/rig/rig.sh

fuzz: tools-go ## every fuzz target for FUZZTIME (30s)
	@go list -f '{{.Dir}}' ./... | while read -r dir; do \
	  for f in $$(grep -hoE '^func (Fuzz[A-Za-z0-9_]+)' "$$dir"/*_test.go 2>/dev/null | awk '{print $$2}'); do \
	    echo "$$dir $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x -parallel 2 "$$dir"; \
	  done; done

# Each part prints its seed, and how to see a failure again. Logs are in out/.
ROUNDS ?= 1
SEED   ?= $(shell date +%s)
soak: build ## the proof at length, ROUNDS times (1; 0: until Ctrl-C) from SEED on: SOAK_CHARGES (10000000) charges, SOAK_WHOLE (100000) whole, SOAK_IMAGES (100000) power cuts, SOAK_KILLS (500), the deep model, fuzzing
	@mkdir -p out; for ((n = 0; $(ROUNDS) == 0 || n < $(ROUNDS); n++)); do \
	  echo "round $$((n + 1)), seed $$(($(SEED) + n * 1000000))"; \
	  $(MAKE) --no-print-directory soak-round SEED=$$(($(SEED) + n * 1000000)); done

SOAK_CHARGES ?= 10000000
SOAK_WHOLE   ?= 100000
SOAK_IMAGES  ?= 100000
SOAK_KILLS   ?= 500
.PHONY: soak-round
soak-round:
	$(call at_length,sim,0 violations|of CPU,POSAGENT_FIRST=$(SEED) POSAGENT_CHARGES=$(SOAK_CHARGES),^TestFaults$$,./agent/sim)
	$(call at_length,whole,charges in|Charges:,POSAGENT_SEED=$(SEED) POSAGENT_WHOLE=$(SOAK_WHOLE),^TestWhole$$,./agent/sim/whole)
	$(call at_length,planted,caught by|not here|of this tier|planted_test,POSAGENT_PROOF=1,^TestPlantedBugs,./agent/sim ./agent/sim/whole)
	$(call at_length,powercut,images in|fail,POSAGENT_SEED=$(SEED) POSAGENT_IMAGES=$(SOAK_IMAGES),.,./offline/powercut)
	$(call at_length,kills,kills|POSAGENT,POSAGENT_SEED=$(SEED) POSAGENT_KILLS=$(SOAK_KILLS),^TestKill,./cmd/posagent)
	$(call at_length,model,states,POSAGENT_MODEL=deep,^TestNothingGoesWrong$$,./agent/sim/model)
	$(MAKE) --no-print-directory fuzz FUZZTIME=2m

# at_length runs tests NAME, shows the lines like SHOW of their log, and all of it when they fail.
define at_length
@echo '$(3) go test -run $(4) $(5)'
@$(3) go test -run '$(4)' -count 1 -timeout 0 -v $(5) > out/soak-$(1).log 2>&1 || { grep -v '^=== ' out/soak-$(1).log | head -200; echo 'the whole log is in out/soak-$(1).log'; exit 1; }
@grep -E '$(2)' out/soak-$(1).log | grep -v '^=== ' | tail -30
endef

vendor-web: ## bundle Lit anew for the pages of the register and of the phone (needs npm)
	bash agent/web/vendor.sh
	bash agent/web/vendor.sh wallet/reference/phone/page entry.js uqr@0.1.2

clean: ## remove what was built (not .demo)
	rm -rf bin out

.PHONY: tools-go
tools-go:
	@command -v go >/dev/null || { echo 'missing: Go 1.26 (https://go.dev/dl)'; exit 1; }
	@command -v gcc >/dev/null || { echo 'missing: gcc (apt-get install gcc libc6-dev); SQLite is compiled with it'; exit 1; }

# ensure has a Debian package installed when COMMAND is missing: COMMAND, package, what comes of it.
define ensure
@command -v $(1) >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
  { apt-get install -y -q --no-install-recommends $(2) >/dev/null 2>&1 || { apt-get update -q >/dev/null 2>&1 && apt-get install -y -q --no-install-recommends $(2) >/dev/null 2>&1; }; } \
  || echo 'missing: $(1) (apt-get install $(2)); $(3)'; }
endef

# A second verifier of signed codes, the sample clients and the auditor's program are in other languages.
.PHONY: tools-node
tools-node:
	$(call ensure,node,nodejs,a test of signed codes will skip)
	$(call ensure,curl,curl,the sample client for curl is not tested)
	$(call ensure,openssl,openssl,the commands of the documents are not run)
	$(call ensure,python3,python3,the sample client and the audit of an export will skip)

# The TPM of the tests is one in software.
.PHONY: tools-tpm
tools-tpm:
	$(call ensure,swtpm,swtpm,tests of keys in a TPM will skip)

# The wallet's ledger on a true PostgreSQL, which the tests start themselves:
# the package's own server is not wanted.
.PHONY: tools-pg
tools-pg:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  { mkdir -p /etc/postgresql-common && [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf; } && \
	  { DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends postgresql >/dev/null 2>&1 || { apt-get update -q >/dev/null 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends postgresql >/dev/null 2>&1; }; }; } \
	  || echo 'missing: PostgreSQL (apt-get install postgresql); tests of the ledger on it will skip'

# Other readers of codes, to compare ours with.
PEERS := drivers/scanner/imager/testdata/peers
.PHONY: tools-peers
tools-peers: tools-node
	@/usr/bin/python3 -c 'import pyzbar.pyzbar' 2>/dev/null || apt-get install -y -q --no-install-recommends python3-pyzbar >/dev/null 2>&1 || { echo 'missing: zbar (apt-get install python3-pyzbar)'; exit 1; }
	@[ $(PEERS)/node_modules/.package-lock.json -nt $(PEERS)/package-lock.json ] || { cd $(PEERS) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; } || { echo 'missing: zxing-wasm (npm ci in $(PEERS))'; exit 1; }

# Programs of others judge what the printer drivers print.
JUDGE := drivers/printer/judge
.PHONY: tools-judges
tools-judges: tools-node
	$(call ensure,zbarimg,zbar-tools,a test of printed codes will skip)
	@[ -e /usr/share/fonts/truetype/bizud-gothic/BIZUDGothic-Regular.ttf ] || apt-get install -y -q --no-install-recommends fonts-morisawa-bizud-gothic >/dev/null 2>&1 || \
	  echo 'missing: a Japanese font (apt-get install fonts-morisawa-bizud-gothic); a test of drawn letters may skip'
	$(call ensure,npm,npm,tests of printers by receiptio and receiptline will skip)
	@cmp -s $(JUDGE)/package-lock.json $(JUDGE)/node_modules/.installed || ! command -v npm >/dev/null || \
	  { cd $(JUDGE) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/.installed; } || \
	  echo 'missing: receiptio and receiptline (npm ci in $(JUDGE)); tests of printers by them will skip'
