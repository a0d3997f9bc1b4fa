package toolchain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// withFacts is need for vet, which also wants to know what the functions of
// imported packages do: which of them never return, which format like Printf.
func (s *set) withFacts(ctx context.Context, paths []string) (map[string]archive, error) {
	found, err := s.need(ctx, paths)
	if err != nil || s.factsOf(found, paths) {
		return found, err
	}
	unlock, err := s.g.t.lock(ctx, s.name, false)
	if err != nil {
		return nil, err
	}
	if found, ok := s.find(paths); !ok || !s.factsOf(found, paths) {
		err = s.makeFacts(ctx, paths)
	}
	unlock()
	if err != nil {
		return nil, fmt.Errorf("making facts of %s for vet: %w", s.name, err)
	}
	return s.need(ctx, paths)
}

func (s *set) factsOf(found map[string]archive, paths []string) bool {
	for _, p := range paths {
		if a, ok := found[p]; ok && (a.Facts == "" || !exists(filepath.Join(s.dir, a.Facts))) {
			return false
		}
	}
	return true
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// makeFacts has the go command vet a program with these imports, and takes the
// facts it collects for that.
func (s *set) makeFacts(ctx context.Context, paths []string) error {
	dir, remove, err := s.g.t.TempFolder()
	if err != nil {
		return err
	}
	defer remove()
	var program bytes.Buffer
	program.WriteString("package main\n\n")
	for _, p := range paths {
		fmt.Fprintf(&program, "import _ %q\n", p)
	}
	program.WriteString("func main() {}\n")
	if err := os.WriteFile(filepath.Join(dir, "main.go"), program.Bytes(), 0o644); err != nil {
		return s.g.t.diskFault("writing a program", err)
	}
	flags, _ := s.flags()
	args := slices.Concat([]string{"vet", "-work"}, flags, []string{"main.go"})
	result, err := s.g.command(ctx, makeLimits, dir, []string{"GOTMPDIR=" + dir}, args...)
	if err != nil {
		return err
	}
	said, ok, err := judge(result.Exit, "go vet", string(result.Stderr), writes{dir, 64 << 20})
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("go vet: %s", said)
	}
	configs, err := filepath.Glob(filepath.Join(dir, "go-build*", "b*", "vet.cfg"))
	if err != nil {
		return err
	}
	for _, file := range configs {
		var c vetConfig
		if data, err := os.ReadFile(file); err == nil && json.Unmarshal(data, &c) == nil && c.ImportPath == "command-line-arguments" {
			return s.takeFacts(c.PackageVetx)
		}
	}
	return errors.New("the go command left no vet.cfg")
}

func (s *set) takeFacts(facts map[string]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(); err != nil {
		return err
	}
	index := map[string]archive{}
	for path, a := range s.index {
		if file, ok := facts[path]; ok {
			a.Facts = a.Sum[:24] + ".facts"
			if _, err := copyFile(filepath.Join(s.dir, a.Facts), file, 0o644); err != nil {
				return s.g.t.diskFault("copying facts", err)
			}
		}
		index[path] = a
	}
	return s.publish(index)
}
