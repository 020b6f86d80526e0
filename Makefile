# What every clone can do. `make` alone explains.

GO       ?= go
TOOLS    := $(CURDIR)/.tools/bin
SUDO     := $(if $(filter 0,$(shell id -u)),,sudo)
RELEASE  ?=
LDFLAGS  := -s -w $(if $(RELEASE),-X main.release=$(RELEASE))

STATICCHECK  := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT      := mvdan.cc/gofumpt@v0.12.0
VERSITYGW    := github.com/versity/versitygw/cmd/versitygw@v1.8.0
GOTESTSUM    := gotest.tools/gotestsum@v1.13.0
AXE          := $(TOOLS)/../axe/node_modules/axe-core/axe.min.js
AXEVERSION   := 4.14.1
NFPM         := github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2
GOLANGCILINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: help demo build install deps tools test-tools screenshots test test-long lint dist dist-tools reproducible fuzz fuzz-short
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ## the whole job on this machine, without any account (needs Go only)
	@$(GO) run ./cmd/igwatchd demo

build: ## bin/igwatchd, static
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/igwatchd ./cmd/igwatchd

install: build ## into /usr/local/bin
	$(SUDO) install -m 0755 bin/igwatchd /usr/local/bin/igwatchd

deps: ## what the tests, the linters and the packages need, from Debian
	@scripts/deps

# go_install NAME, MODULE@VERSION, REASON installs a tool at its pinned version, unless it is there.
define go_install
	@$(GO) version -m $(TOOLS)/$(1) 2>/dev/null | grep -qE "^\s+mod\s.*\s$(lastword $(subst @, ,$(2)))(\s|$$)" || \
		{ echo "installing $(1): $(3)"; GOBIN=$(TOOLS) $(GO) install $(2); }
endef

test-tools: deps dist-tools # what the tests need from elsewhere; too heavy for go.mod
	$(call go_install,gotestsum,$(GOTESTSUM),runs the tests and lists the slowest)
	$(call go_install,versitygw,$(VERSITYGW),an S3 server for copies in buckets)
	@test -f $(AXE) || { echo "installing axe-core: checks that everyone can use the page"; \
		npm install --prefix $(TOOLS)/../axe --no-audit --no-fund --ignore-scripts --silent axe-core@$(AXEVERSION); }

screenshots: deps ## docs/screenshots, from made-up archives
	$(GO) run -C internal/web/browsertest . -dir $(CURDIR)/docs/screenshots

test: test-tools ## all tests; it says what it installs, and lists the ten slowest
	@GOTESTSUM=$(TOOLS)/gotestsum AXE=$(AXE) scripts/test

test-long: test-tools ## the same with every campaign at full size: kills, faults, power cuts, fuzzing; takes hours
	@IGWATCHD_LONG=1 GOTESTSUM=$(TOOLS)/gotestsum AXE=$(AXE) scripts/test

tools: # the linters
	$(call go_install,staticcheck,$(STATICCHECK),finds mistakes)
	$(call go_install,gofumpt,$(GOFUMPT),one format)
	$(call go_install,golangci-lint,$(GOLANGCILINT),the borders between packages, and more mistakes)

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

dist-tools: deps # what packages are made with
	$(call go_install,nfpm,$(NFPM),makes the packages)

dist: dist-tools ## binaries, packages and checksums in dist/; RELEASE=1.2.3
	TOOLS=$(TOOLS) GO=$(GO) RELEASE=$(RELEASE) scripts/dist

reproducible: dist-tools ## builds the release twice, in different surroundings, and compares; ONLY= for all systems
	TOOLS=$(TOOLS) GO=$(GO) scripts/reproducible

fuzz: ## every fuzz target for ten minutes
	@scripts/fuzz 10m

fuzz-short: ## every fuzz target for 20 seconds
	@scripts/fuzz 20s
