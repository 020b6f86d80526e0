# What every clone can do. `make` alone explains.

GO       ?= go
TOOLS    := $(CURDIR)/.tools/bin
SUDO     := $(if $(filter 0,$(shell id -u)),,sudo)
# What the tests need from Debian: a real mail server, systemd's own judgement of the unit and a machine of its
# own to run it on, a way to lose packets, file systems to cut the power of, recovery files, a browser, namespaces,
# and a C compiler, because the race detector needs cgo.
PACKAGES := dovecot-imapd systemd systemd-container debootstrap debian-archive-keyring nftables e2fsprogs xfsprogs par2 age \
	chromium util-linux coreutils gcc libc6-dev
# Modules of their own, so that what only tests need is no dependency of the program.
NESTED   := internal/oauth/interop
# What parses mail, which strangers write: fuzzed in each run of the tests too.
MAILFUZZ := $(addprefix github.com/igwatchd/igwatchd/internal/exportmail:,FuzzJudge FuzzLinks FuzzAuthenticationResults)
RELEASE  ?=
LDFLAGS  := -s -w $(if $(RELEASE),-X main.release=$(RELEASE))

STATICCHECK  := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT      := mvdan.cc/gofumpt@v0.12.0
# An S3 server for the tests; too heavy to stand in go.mod.
VERSITYGW    := github.com/versity/versitygw/cmd/versitygw@v1.8.0
NFPM         := github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2
GOLANGCILINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: help demo build install deps tools test-tools test-browser screenshots test lint dist dist-tools reproducible fuzz fuzz-short
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ## the whole job on this machine, without any account (needs Go only)
	@$(GO) run ./cmd/igwatchd demo

build: ## bin/igwatchd, static
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/igwatchd ./cmd/igwatchd

install: build ## into /usr/local/bin
	$(SUDO) install -m 0755 bin/igwatchd /usr/local/bin/igwatchd

deps: ## what the tests need, from Debian
	@missing=; for p in $(PACKAGES); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
		echo "installing$$missing"; \
		$(SUDO) apt-get -q update && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $$missing && \
		case "$$missing" in *dovecot*) $(SUDO) systemctl disable --now dovecot >/dev/null 2>&1 || true;; esac; \
	fi # the tests start a mail server of their own; the packaged one must not run because of them

test-tools: ## servers that tests run beside them
	@mkdir -p $(TOOLS); test -x $(TOOLS)/versitygw || { echo "installing versitygw"; GOBIN=$(TOOLS) $(GO) install $(VERSITYGW); }

AXE := $(CURDIR)/.tools/axe
test-browser: deps ## the page in a real browser, and whether everyone can use it
	@command -v npm >/dev/null || $(SUDO) apt-get -q install -y --no-install-recommends npm
	@test -f $(AXE)/node_modules/axe-core/axe.min.js || npm install --prefix $(AXE) --no-audit --no-fund --ignore-scripts axe-core@4.14.1
	AXE=$(AXE)/node_modules/axe-core/axe.min.js $(GO) test -C internal/web/browsertest -timeout 5m ./...

screenshots: deps ## docs/screenshots, from made-up archives
	$(GO) run -C internal/web/browsertest . -dir $(CURDIR)/docs/screenshots

test: deps dist-tools test-tools test-browser ## all tests, with the race detector; the parsers of mail fuzzed for a minute each
	$(GO) test -race -timeout 18m ./...
	@for m in $(NESTED); do (cd $$m && $(GO) test -race -timeout 5m ./...) || exit 1; done
	@CI_FUZZ=1 AT_ONCE=2 scripts/fuzz 60s $(MAILFUZZ)

tools: ## the linters, at their pinned versions
	@mkdir -p $(TOOLS)
	@for t in $(STATICCHECK) $(GOFUMPT) $(GOLANGCILINT); do \
		name=$$(basename $${t%@*}); version=$${t#*@}; \
		$(GO) version -m $(TOOLS)/$$name 2>/dev/null | grep -qE "^\s+mod\s.*\s$$version(\s|$$)" || \
			{ echo "installing $$name $$version"; GOBIN=$(TOOLS) $(GO) install $$t; } || exit 1; \
	done

lint: deps tools ## format, vet, linters, borders, other systems, the unit's score
	@unformatted=$$($(TOOLS)/gofumpt -l .) && { [ -z "$$unformatted" ] || { echo "gofumpt would change: $$unformatted"; exit 1; }; }
	$(GO) mod tidy -diff
	$(GO) vet ./...
	$(TOOLS)/staticcheck ./...
	$(TOOLS)/golangci-lint run
	cd bench && $(GO) vet ./...
	GOOS=darwin $(GO) vet ./cmd/... ./internal/... ./config/... ./systemd/...
	GOOS=windows $(GO) vet ./cmd/... ./internal/... ./config/... ./systemd/...
	$(GO) test -count=1 -run 'TestUnit' ./systemd

dist-tools: ## what packages are made with
	@mkdir -p $(TOOLS); test -x $(TOOLS)/nfpm || GOBIN=$(TOOLS) $(GO) install $(NFPM)
	@missing=; for p in scdoc lintian; do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then $(SUDO) apt-get -q update && $(SUDO) apt-get -q install -y --no-install-recommends $$missing; fi

dist: dist-tools ## binaries, packages and checksums in dist/; RELEASE=1.2.3
	TOOLS=$(TOOLS) GO=$(GO) RELEASE=$(RELEASE) scripts/dist

reproducible: dist-tools ## builds the release twice, in different surroundings, and compares; ONLY= for all systems
	TOOLS=$(TOOLS) GO=$(GO) scripts/reproducible

fuzz: ## every fuzz target for ten minutes
	@scripts/fuzz 10m

fuzz-short: ## every fuzz target for 20 seconds
	@scripts/fuzz 20s
