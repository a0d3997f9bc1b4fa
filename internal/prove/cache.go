package prove

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/lens"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// engineVersion is part of every key. It goes up with each change that can change
// a verdict and that the harness does not show.
const engineVersion = "4"

// hash names the contents of fields.
func hash(fields ...string) string {
	h := sha256.New()
	for _, f := range fields {
		fmt.Fprintf(h, "%d:%s", len(f), f)
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// sourceHash names what a case says: its own text and that of all it reaches,
// wherever it stands in the file. A case that can see its own line numbers is
// named with them.
func sourceHash(cut []byte, c *book.Case) string {
	text := string(cut)
	if !seesLines(text) {
		text = withoutBlankLines(text)
	}
	fields := []string{text, strings.Join(c.Env, " "), fmt.Sprint(c.Since.Minor)}
	for _, cl := range c.Claims {
		fields = append(fields, cl.ID, string(cl.Kind), cl.Text, cl.Only.String())
	}
	return hash(fields...)
}

func seesLines(text string) bool {
	for _, name := range []string{"runtime.Caller", "debug.Stack", "debug.PrintStack", "runtime.Stack", "log.Lshortfile", "log.Llongfile", "AddSource"} {
		if strings.Contains(text, name) {
			return true
		}
	}
	return false
}

func withoutBlankLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString(line)
		}
	}
	return b.String()
}

// key names everything that can change the verdicts of a source on a pair.
func key(source string, p toolchain.Pair, o Options) string {
	return hash(engineVersion, string(lens.Harness(nil, true).Data), string(lens.Yield().Data), source, p.Release.Version, p.Lang, thisPlatform, fmt.Sprint(o.RaceOnly))
}

// verdictCache keeps the verdicts of cases and fences, one file for each key. Nil
// keeps nothing.
type verdictCache struct{ dir string }

func openVerdicts(dir string) (*verdictCache, error) {
	if dir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return &verdictCache{dir}, nil
}

func (c *verdictCache) path(key string) string { return filepath.Join(c.dir, key[:2], key+".json") }

// kept is what one file holds. The key is repeated: a file that does not hold it
// was cut short or moved, and counts as absent.
type kept struct {
	Key        string
	Judgements []keptJudgement
	Took       float64
}

// A keptJudgement is a judgement without its place, which may have moved.
type keptJudgement struct {
	ID, Claim     string
	State         State
	Expected, Got string
}

// get returns what is kept under a key.
func (c *verdictCache) get(key string) (kept, bool) {
	if c == nil {
		return kept{}, false
	}
	data, err := os.ReadFile(c.path(key))
	if err != nil {
		return kept{}, false
	}
	var k kept
	if err := json.Unmarshal(data, &k); err != nil || k.Key != key || len(k.Judgements) == 0 {
		return kept{}, false
	}
	return k, true
}

// put keeps judgements when all are good. That they could not be kept is no reason
// to fail: they will be tried again.
func (c *verdictCache) put(key string, all []judgement, milliseconds float64) {
	if c == nil {
		return
	}
	k := kept{Key: key, Took: milliseconds}
	for _, j := range all {
		if j.state != Holds && j.state != Absent {
			return
		}
		k.Judgements = append(k.Judgements, keptJudgement{j.id, j.claim, j.state, j.expected, j.got})
	}
	data, err := json.Marshal(k)
	if err != nil || os.MkdirAll(filepath.Dir(c.path(key)), 0o755) != nil {
		return
	}
	writeFile(c.path(key), data)
}

// writeFile writes a file so that nobody ever sees half of it.
func writeFile(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	if _, err := temp.Write(data); err != nil {
		temp.Close()
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	if err := os.Chmod(temp.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
