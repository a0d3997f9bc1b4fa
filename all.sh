#!/usr/bin/env bash
# The gate: everything that must be green. CI calls it; so should you before a commit.
#
#   ./all.sh          all of it
#   ./all.sh quick    without the race build of the tests and without other releases
set -euo pipefail
cd "$(dirname "$0")"
quick=${1:-}

step() { printf '\n== %s\n' "$*"; }

step "formatting"
unformatted=$(gofmt -l $(git ls-files '*.go' | grep -v testdata/))
if [ -n "$unformatted" ]; then
	echo "not formatted: $unformatted" >&2
	exit 1
fi

step "go.mod is tidy"
go mod tidy -diff

step "go vet, staticcheck"
go vet ./...
go tool staticcheck ./...

# The test command of README.md.
step "tests"
go test ./...

step "the book as a reader runs it"
for entry in [0-9]*_*/; do
	(cd "$entry" && go run example.go >/dev/null && go run pitfalls.go >/dev/null)
done

step "the book, proved"
go build -o "${TMPDIR:-/tmp}/gomastery-gate-$$" .
trap 'rm -f "${TMPDIR:-/tmp}/gomastery-gate-$$"' EXIT
"${TMPDIR:-/tmp}/gomastery-gate-$$" prove --fresh --release local

if [ "$quick" = quick ]; then
	exit
fi

step "the ledger"
"${TMPDIR:-/tmp}/gomastery-gate-$$" releases install all --yes
"${TMPDIR:-/tmp}/gomastery-gate-$$" prove --ledger

step "tests of the engine under the race detector"
go test -race ./internal/...

git diff --exit-code
