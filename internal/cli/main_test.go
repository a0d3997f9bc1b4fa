package cli

import (
	"bytes"
	"context"
	"flag"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gomastery/gomastery/internal/sandbox"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) {
	sandbox.Reexec()
	if os.Getenv("GORACE") == "" {
		os.Setenv("GORACE", "atexit_sleep_ms=0") // under -race each of many processes would end a second late
	}
	testscript.Main(m, map[string]func(){
		"gomastery": func() { os.Exit(Main(sampleBook())) },
	})
}

// sampleBook is the book that the program carries in tests: what new book makes.
func sampleBook() fs.FS {
	b := fstest.MapFS{"groups.txt": {Data: []byte("Samples: 1_sample\n")}}
	for name, text := range sampleFiles() {
		b[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return b
}

func sampleFiles() map[string]string {
	files := map[string]string{}
	list, _ := skeleton.ReadDir("skeleton") // it is embedded
	for _, f := range list {
		data, _ := skeleton.ReadFile(path.Join("skeleton", f.Name()))
		name := "1_sample/" + strings.TrimSuffix(f.Name(), ".txt")
		files[name] = strings.ReplaceAll(string(data), "TITLE", "Sample")
	}
	return files
}

// writeSample lays out the sample book in a folder.
func writeSample(t *testing.T, dir string) {
	t.Helper()
	writeFiles(t, dir, sampleFiles())
	writeFiles(t, dir, map[string]string{"groups.txt": "Samples: 1_sample\n"})
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// testCache is the cache folder that all tests share, so that archives are made
// once.
func testCache() string {
	if dir := os.Getenv("GOMASTERY_TEST_CACHE"); dir != "" {
		return dir
	}
	user, err := os.UserCacheDir()
	if err != nil {
		user = os.TempDir()
	}
	return filepath.Join(user, "gomastery-test")
}

// inFolder is an app that stands in dir, with the cache of the tests.
func inFolder(dir string, stdout, stderr io.Writer) *app {
	a := &app{
		embedded: sampleBook(), guard: sandbox.Reexec(), dir: dir, environ: os.Environ(),
		stdin: strings.NewReader(""), stdout: stdout, stderr: stderr,
	}
	return a
}

// command runs one command line in dir and returns what it printed, both streams
// in one, and its exit status.
func command(t *testing.T, dir, cache string, args ...string) (printed string, status int) {
	t.Helper()
	var out bytes.Buffer
	a := inFolder(dir, &out, &out)
	status = a.run(context.Background(), append([]string{"--cache=" + cache}, args...))
	return out.String(), status
}

// needs skips a test on a machine without a program, and fails it in CI, where
// everything is there.
func needs(t *testing.T, program string) {
	t.Helper()
	switch {
	case search(program, os.Getenv("PATH")) != "":
	case os.Getenv("CI") == "true":
		t.Fatalf("needs %s", program)
	default:
		t.Skipf("needs %s", program)
	}
}
