package prove

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/sandbox"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// transcript tries the console fences that belong to a txtar fence: its files are
// laid out in a fresh folder, and each command has to print what follows it.
// Commands of one txtar fence see what earlier ones did.
func (p *Prover) transcript(ctx context.Context, g *toolchain.Go, f *book.Fence) ([]judgement, error) {
	dir, remove, err := p.Toolchains.TempFolder()
	if err != nil {
		return nil, err
	}
	defer remove()
	for _, file := range txtar.Parse([]byte(f.Text)).Files {
		if err := layOut(dir, file); err != nil {
			return nil, err
		}
	}
	var all []judgement
	for _, cl := range f.Claims {
		j, err := p.commands(ctx, g, dir, cl)
		if err != nil {
			return nil, err
		}
		all = append(all, j)
	}
	return all, nil
}

func layOut(dir string, file txtar.File) error {
	if !filepath.IsLocal(filepath.FromSlash(file.Name)) {
		return fmt.Errorf("a file of a txtar fence outside of its folder: %s", file.Name)
	}
	path := filepath.Join(dir, filepath.FromSlash(file.Name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, file.Data, 0o644)
}

// commands runs the commands of one console fence and compares the whole of it.
func (p *Prover) commands(ctx context.Context, g *toolchain.Go, dir string, cl book.Claim) (judgement, error) {
	var got strings.Builder
	for line := range strings.Lines(cl.Text) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		got.WriteString(line)
		out, err := p.command(ctx, g, dir, strings.Fields(command))
		if err != nil {
			return judgement{}, fmt.Errorf("%s: %w", strings.TrimSpace(command), err)
		}
		if got.WriteString(out); out != "" && !strings.HasSuffix(out, "\n") {
			got.WriteByte('\n')
		}
	}
	want, have := steady(cl.Text, dir), steady(got.String(), dir)
	return judged(cl, want == have, want, have), nil
}

// command runs one command of a transcript: go, cat, ls, gomastery, any of them
// after env K=V…, and nothing else.
func (p *Prover) command(ctx context.Context, g *toolchain.Go, dir string, words []string) (string, error) {
	var env []string
	if len(words) > 0 && words[0] == "env" {
		for words = words[1:]; len(words) > 0 && strings.Contains(words[0], "="); words = words[1:] {
			env = append(env, words[0])
		}
	}
	if len(words) == 0 {
		return "", errors.New("no command")
	}
	switch words[0] {
	case "go":
		p.quiet.RLock()
		defer p.quiet.RUnlock()
		r, err := g.Command(ctx, dir, env, words[1:]...)
		return string(r.Stdout) + string(r.Stderr), err
	case "cat":
		return cat(dir, words[1:])
	case "ls":
		return list(dir, words[1:])
	case "gomastery":
		return p.itself(ctx, dir, env, words[1:])
	}
	return fmt.Sprintf("%s: a transcript runs go, cat, ls, env and gomastery only\n", words[0]), nil
}

func cat(dir string, names []string) (string, error) {
	var out strings.Builder
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, filepath.Clean("/"+name)))
		if errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(&out, "cat: %s: No such file or directory\n", name)
			continue
		}
		if err != nil {
			return "", err
		}
		out.Write(data)
	}
	return out.String(), nil
}

func list(dir string, names []string) (string, error) {
	var out strings.Builder
	for _, name := range append(names, ".")[:max(1, len(names))] {
		entries, err := os.ReadDir(filepath.Join(dir, filepath.Clean("/"+name)))
		if errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(&out, "ls: %s: No such file or directory\n", name)
			continue
		}
		if err != nil {
			return "", err
		}
		for _, e := range entries {
			fmt.Fprintln(&out, e.Name())
		}
	}
	return out.String(), nil
}

// itself runs the project's own command.
func (p *Prover) itself(ctx context.Context, dir string, env, args []string) (string, error) {
	if p.Self == "" {
		return "gomastery: not available here\n", nil
	}
	var out strings.Builder
	_, err := (gate{p}).Run(ctx, sandbox.Command{Path: p.Self, Args: args, Dir: dir, Env: slices.Concat(os.Environ(), env), Stdout: &out, Stderr: &out, Limits: sandbox.Limits{Wall: maxTranscript}})
	return out.String(), err
}
