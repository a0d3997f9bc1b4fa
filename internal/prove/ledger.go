package prove

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/book"
)

// LedgerFolder is where the ledger stands in a book.
const LedgerFolder = "proofs"

// A Record is one line of the ledger: what a claim came to on a release when the
// whole book was last proved.
type Record struct {
	Claim    string `json:"claim"`
	ID       string `json:"id"`
	Hash     string `json:"hash"` // of the source that was proved
	Release  string `json:"release"`
	Platform string `json:"platform"`
	Verdict  State  `json:"verdict"`
	Got      string `json:"got,omitempty"`
}

// LedgerFile returns the path of an entry's ledger in the book.
func LedgerFile(e *book.Entry) string {
	return path.Join(LedgerFolder, strings.ReplaceAll(e.ID, "/", "-")+".jsonl")
}

// ReadLedger reads an entry's ledger. An entry that was never recorded has none,
// which is no error.
func ReadLedger(fsys fs.FS, e *book.Entry) ([]Record, error) {
	data, err := fs.ReadFile(fsys, LedgerFile(e))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the ledger of %s: %w", e.ID, err)
	}
	var all []Record
	d := json.NewDecoder(bytes.NewReader(data))
	for d.More() {
		var r Record
		if err := d.Decode(&r); err != nil {
			return nil, fmt.Errorf("%s, record %d: %w", LedgerFile(e), len(all)+1, err)
		}
		all = append(all, r)
	}
	return all, nil
}

// WriteLedger writes the ledgers of entries into the book at root from the verdicts of
// a proving. It keeps the records of other platforms, and refuses to record what is
// not good.
func WriteLedger(root string, entries []*book.Entry, verdicts []Verdict) error {
	for _, e := range entries {
		old, err := ReadLedger(os.DirFS(root), e)
		if err != nil {
			return err
		}
		records := slices.DeleteFunc(old, func(r Record) bool { return r.Platform == thisPlatform })
		for _, v := range verdicts {
			if !belongs(e, v.ID) {
				continue
			}
			if v.Verdict != Holds && v.Verdict != Absent {
				return fmt.Errorf("%s is %s on %s: only a book of which everything holds is recorded", v.ID, v.Verdict, v.Release)
			}
			records = append(records, Record{v.Claim, v.ID, v.Hash, v.Release, v.Platform, v.Verdict, recorded(v)})
		}
		slices.SortStableFunc(records, func(a, b Record) int {
			return cmp.Or(cmp.Compare(a.ID, b.ID), compareReleases(a.Release, b.Release), cmp.Compare(a.Platform, b.Platform))
		})
		if err := writeLedger(filepath.Join(root, filepath.FromSlash(LedgerFile(e))), records); err != nil {
			return fmt.Errorf("writing the ledger of %s: %w", e.ID, err)
		}
	}
	return nil
}

// recorded is what the ledger says was seen: nothing where it is what was claimed,
// or would differ with each proving.
func recorded(v Verdict) string {
	if v.Got == v.Expected || strings.HasPrefix(v.Claim, "Faster") || strings.HasPrefix(v.Claim, "Outcomes") {
		return ""
	}
	return steady(v.Got, "\x00")
}

// belongs reports whether an id is one of the entry's.
func belongs(e *book.Entry, id string) bool { return strings.HasPrefix(id, e.ID+"/") }

// compareReleases orders go1.9 before go1.18.
func compareReleases(a, b string) int {
	minor := func(s string) (n int) {
		fmt.Sscanf(s, "go1.%d", &n) // 0 for another form, which sorts first
		return n
	}
	return cmp.Or(cmp.Compare(minor(a), minor(b)), cmp.Compare(a, b))
}

func writeLedger(file string, records []Record) error {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, r := range records {
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return writeFile(file, out.Bytes())
}

// Stale returns what is wrong with the ledger of an entry: records of sources that
// have changed since they were proved, or are gone, and cases without a record on
// one of the releases. The error says that we failed.
func (p *Prover) Stale(ctx context.Context, fsys fs.FS, e *book.Entry) ([]book.Fault, error) {
	records, err := ReadLedger(fsys, e)
	if err != nil {
		return nil, err
	}
	now, err := p.hashes(ctx, e)
	if err != nil {
		return nil, err
	}
	var wrong []book.Fault
	report := func(what string) {
		wrong = append(wrong, book.Fault{Position: book.Position{File: LedgerFile(e)}, What: what, Want: "gomastery prove --release all --record " + e.ID})
	}
	proved := map[string]bool{}
	changed := map[string]bool{}
	for _, r := range records {
		if r.Platform != thisPlatform {
			continue
		}
		subject := now.subject(r.ID)
		switch {
		case subject == "" && !changed[r.ID]:
			report(r.ID + " is recorded and does not exist")
			changed[r.ID] = true
		case subject != "" && now[subject] != r.Hash && !changed[subject]:
			report(subject + " has changed since it was proved")
			changed[subject] = true
		}
		proved[subject+" "+minorOf(r.Release)] = true
	}
	for _, c := range e.Cases() {
		for _, release := range p.Toolchains.Releases(ctx) {
			if !proved[c.ID+" "+release.Lang()] && !changed[c.ID] {
				report(c.ID + " was never proved on " + release.String())
				changed[c.ID] = true
			}
		}
	}
	return wrong, nil
}

// minorOf returns go1.26 for go1.26.8.
func minorOf(release string) string {
	parts := strings.SplitN(release, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// hashes are the hashes of all that claims are about, by the id of the case,
// fence, link or line.
type hashes map[string]string

// subject finds what a claim is about: the longest id that begins its own.
func (h hashes) subject(id string) string {
	for s := id; s != ""; {
		if _, ok := h[s]; ok {
			return s
		}
		i := strings.LastIndexAny(s, "#-")
		if i < 0 {
			return ""
		}
		s = s[:i]
	}
	return ""
}

// hashes returns the hashes as the entry is now.
func (p *Prover) hashes(ctx context.Context, e *book.Entry) (hashes, error) {
	now := hashes{}
	for _, s := range e.Sources() {
		f := &sourceFile{p: p, e: e, src: s}
		if err := f.prepare(ctx); err != nil {
			return nil, err
		}
		if len(f.wrong) > 0 {
			return nil, fmt.Errorf("%s does not compile: %w", s.Path, f.wrong[0])
		}
		for _, c := range f.cases {
			now[c.ID] = c.hash
			now[c.ID+"#"+string(book.VetClean)] = linesHash(s)
		}
		for _, w := range s.Wants {
			now[w.ID] = linesHash(s)
		}
		now[f.fileID()+"#"+string(book.Whole)] = wholeHash(s)
		now[f.fileID()+"#"+string(book.VetClean)] = linesHash(s)
	}
	for _, pg := range e.Pages() {
		for _, f := range pg.Fences {
			now[f.ID] = fenceHash(f)
			if f.From != "" {
				now[f.ID] = hash(f.Text)
			}
		}
		for _, l := range pg.Links {
			now[l.ID] = linkHash(l)
		}
	}
	return now, nil
}
