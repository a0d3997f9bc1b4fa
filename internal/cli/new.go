package cli

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/fault"
)

type newCmd struct {
	Book     newBookCmd     `cmd:"" help:"Begin a book: a folder with one entry that proves."`
	Concept  newConceptCmd  `cmd:"" help:"Begin an entry."`
	Case     newCaseCmd     `cmd:"" help:"Add a case, or a bug and its cure."`
	Question newQuestionCmd `cmd:"" help:"Add a question to an interview.md."`
}

// Help is printed by --help.
func (newCmd) Help() string {
	return `
What is begun proves as it is, so that you can change it step by step. Nothing
that is there is overwritten.

$ gomastery new book team
…
$ gomastery prove ./team
… hold, 0 refuted, 0 absent, 0 unproved`
}

// skeleton holds the four files of an entry that has just begun, with TITLE for
// its title.
//
//go:embed skeleton
var skeleton embed.FS

type newBookCmd struct {
	Dir string `arg:"" placeholder:"DIR" help:"The folder to make."`
}

// Help is printed by --help.
func (newBookCmd) Help() string {
	return `
A book is a folder with a groups.txt and an entry in each numbered folder. A
team can keep its own: give its folder with --content DIR or work inside of it.

$ gomastery new book team
team/groups.txt
team/1_sample/README.md
team/1_sample/example.go
team/1_sample/interview.md
team/1_sample/pitfalls.go
Next: cd team && gomastery prove
$ gomastery list --content team
Samples
  1_sample  Sample  3 cases  1 pair  1 question`
}

// Run makes the folder.
func (c *newBookCmd) Run(a *app) error {
	root := a.abs(c.Dir)
	if list, err := os.ReadDir(root); err == nil && len(list) > 0 {
		return fault.New(fault.Misuse, "%s is there, and not empty", c.Dir).Try("Choose another folder.")
	}
	if err := a.create(filepath.Join(root, "groups.txt"), "Samples: 1_sample\n"); err != nil {
		return err
	}
	if err := a.createEntry(root, "1_sample", "Sample"); err != nil {
		return err
	}
	a.say("Next: cd %s && gomastery prove", c.Dir)
	return nil
}

type newConceptCmd struct {
	Name string `arg:"" help:"The folder: a number, an underscore, a name."`
}

// Help is printed by --help.
func (newConceptCmd) Help() string {
	return `
The entry is a skeleton of the four files, about deferred calls, that proves as
it is. Each TODO in it says what belongs there.

$ gomastery new concept 29_deferred_calls
29_deferred_calls/README.md
29_deferred_calls/example.go
29_deferred_calls/interview.md
29_deferred_calls/pitfalls.go
Next: name 29_deferred_calls in a line of groups.txt, then gomastery prove --watch 29`
}

// Run makes the entry.
func (c *newConceptCmd) Run(a *app) error {
	ed, err := a.onDisk()
	if err != nil {
		return err
	}
	if !numberedFolder.MatchString(c.Name) {
		return fault.New(fault.Misuse, "%q is no name for a concept", c.Name).
			Try("Write a number, an underscore and a name in lower case: %d_deferred_calls.", nextNumber(ed))
	}
	number, name, _ := strings.Cut(c.Name, "_")
	for _, e := range ed.Entries {
		if fmt.Sprint(e.Number) == number || e.Name == name {
			return fault.New(fault.Misuse, "the number or the name is taken by %s", e.ID).
				Try("The next free number is %d.", nextNumber(ed))
		}
	}
	title := strings.ReplaceAll(name, "_", " ")
	if err := a.createEntry(ed.root, c.Name, strings.ToUpper(title[:1])+title[1:]); err != nil {
		return err
	}
	a.say("Next: name %s in a line of groups.txt, then gomastery prove --watch %s", c.Name, number)
	return nil
}

func nextNumber(ed *edition) int {
	last := 0
	for _, e := range ed.Entries {
		last = max(last, e.Number)
	}
	return last + 1
}

// createEntry makes the four files of an entry.
func (a *app) createEntry(root, id, title string) error {
	return fs.WalkDir(skeleton, "skeleton", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := skeleton.ReadFile(file)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(path.Base(file), ".txt")
		return a.create(filepath.Join(root, id, name), strings.ReplaceAll(string(data), "TITLE", title))
	})
}

// create makes a file that is not there yet, and says so.
func (a *app) create(file, text string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Misuse, "%s is there already", shorter(a.dir, file)).Try("Choose another name, or remove it.")
	}
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		return errors.Join(err, f.Close())
	}
	fmt.Fprintln(a.stdout, shorter(a.dir, file))
	return f.Close()
}

// replace writes a file of the book anew, so that nobody sees half of it.
func (a *app) replace(ed *edition, file string, text []byte) error {
	full := filepath.Join(ed.root, filepath.FromSlash(file))
	temp, err := os.CreateTemp(filepath.Dir(full), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	if _, err := temp.Write(text); err != nil {
		return errors.Join(err, temp.Close())
	}
	if err := errors.Join(temp.Chmod(0o644), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), full)
}

// whole refuses to add to an entry that has faults: where to put things can't be
// known.
func whole(ed *edition, e *book.Entry) error {
	if faults := ed.faultsOf([]*book.Entry{e}); len(faults) > 0 {
		return fault.New(fault.Misuse, "%s has faults: %v", e.ID, faults[0]).Try("Mend them first; `gomastery prove %s` lists them.", e.ID)
	}
	return nil
}
