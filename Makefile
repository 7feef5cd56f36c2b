# make alone lists the targets. Two matter first: make demo and make test.

export CGO_ENABLED = 1
# A program with the race detector sleeps for a second before it exits. The
# stories of the command line exit a hundred times.
export GORACE ?= atexit_sleep_ms=10

.PHONY: help demo cluster chaos test explore check fmt generate pictures lint bench release build gcc postgres prometheus chromium gpg node curl

help:
	@echo "Targets of achledger:"
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: gcc ## tell the story of one day at a made-up bank, on a real server
	go build -o bin/achledger ./cmd/achledger
	bin/achledger demo

# vet compiles what it reads: with -race it is what the tests need, and vet=off
# then leaves out what was vetted already. More packages run at once than there
# are processors, since tests also wait for processes and for time to pass. Those
# whose tests take longest start first, so that no processor is idle at the end.
# Garbage is collected as seldom as in the program; see cmd/achledger/memory.go.
LONGEST = ./cmd/internal/node ./workers ./cmd/achledger ./workers/inbound ./http ./eventstore/postgres ./projections ./eventstore/sqlite ./workers/webhooks ./cmd/bench ./cmd/broker ./eventstore/relay ./workers/restore ./domain
test: gcc postgres prometheus chromium gpg node curl ## everything that runs for every change
	@unformatted=$$(gofmt -l cmd domain eventstore http projections workers); \
	if [ -n "$$unformatted" ]; then echo "make fmt would change:"; echo "$$unformatted"; exit 1; fi
	go vet -race ./...
	GOGC=200 bash .ci/memory go test -race -vet=off -p 4 -timeout 25m $(LONGEST) ./...

explore: gcc postgres gpg ## every random test with new seeds, for MINUTES=60, keeping what it finds
	@bash .ci/explore

check: fmt generate test lint ## what to run before a commit

cluster: gcc postgres ## three nodes on PostgreSQL and NATS, made from nothing, to try and to kill
	go build -o bin/achledger ./cmd/achledger
	go build -o bin/nats-server github.com/nats-io/nats-server/v2
	go build -o bin/cluster ./cmd/cluster
	bin/cluster

FAULTS ?= 200
SEED ?= 0
chaos: gcc postgres ## kill, stop and cut off parts of such a cluster, FAULTS=200 times, by chance or as SEED=0 draws, and check what was acknowledged
	go build -o bin/achledger ./cmd/achledger
	go build -o bin/nats-server github.com/nats-io/nats-server/v2
	go build -o bin/cluster ./cmd/cluster
	bin/cluster --faults $(FAULTS) --seed $(SEED) --listen 127.0.0.1:0

fmt: ## gofmt over all code
	gofmt -w cmd domain eventstore http projections workers

pictures: gcc chromium ## the pictures of docs/console.md, taken of the console in a browser
	rm -f docs/pictures/*.png
	ACHLEDGER_PICTURES=$(CURDIR)/docs/pictures go test -count=1 -run TestEveryPageShowsWithoutAComplaint ./cmd/internal/node

generate: ## docs/events.md, docs/schemas, the Go client and the Postman collection
	go generate ./cmd/internal/docgen

lint: ## the linters of .golangci.yml; the first run builds them, which takes minutes
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run

bench: gcc postgres ## the table of docs/performance.md; SIZE=1000000 measures a ledger of so many payments instead
	go build -o bin/achledger ./cmd/achledger
	go build -o bin/bench ./cmd/bench
	bin/bench $(if $(SIZE),--size $(SIZE))

release: gcc ## static binaries, packages, checksums and lists of contents, in dist
	@bash deploy/release

build: gcc ## bin/achledger
	go build -trimpath -o bin/achledger ./cmd/achledger

gcc:
	@bash .ci/gcc

postgres:
	@bash .ci/postgres

chromium:
	@bash .ci/chromium

gpg:
	@bash .ci/gpg

node:
	@bash .ci/node

prometheus:
	@bash .ci/prometheus

curl:
	@bash .ci/curl
