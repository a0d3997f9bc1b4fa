package cli

import (
	"bytes"
	"strings"
	"testing"
)

// TestJobs resolves what can stand after prove, from inside of one book and about
// another.
func TestJobs(t *testing.T) {
	dir := t.TempDir()
	writeSample(t, dir+"/book")
	writeFiles(t, dir, map[string]string{
		"book/core/c_memory/README.md": "# Memory\n", "book/traps/README.md": "# Traps\n",
		"other/1_sample/README.md": "# Another sample\n", "other/2_more/README.md": "# More\n",
		"empty/file": "", "sample/file": "",
	})
	for _, tt := range []struct {
		name, from, targets, want string
	}{
		{"nothing", "book", "", "book: 1_sample core/c_memory traps"},
		{"by number, name and folder", "book", "1 sample 1_sample", "book: 1_sample"},
		{"a chapter", "book", "c_memory core/c_memory memory", "book: core/c_memory"},
		{"from below", "book/1_sample", "traps", "book: traps"},
		{"a case", "book", "1/lastFirst", "book: 1_sample/lastFirst"},
		{"a case and its entry", "book", "1/lastFirst 1", "book: 1_sample/lastFirst, book: 1_sample"},
		{"a folder above", "book", "..", "error: no book and no entry in"},
		{"another book", "book", "../other", "other: 1_sample 2_more"},
		{"an entry of another book", "book", "../other/2_more", "other: 2_more"},
		{"a chapter as a folder", ".", "book/core/c_memory", "book: core/c_memory"},
		{"this book as a folder, and by name", "book", ". traps", "book: 1_sample core/c_memory traps"},
		{"two books", "book", "1 ../other/1_sample", "book: 1_sample, other: 1_sample"},
		{"a name before a folder", ".", "sample", "carried: 1_sample"},
		{"a folder on purpose", ".", "./sample", "error: no book and no entry in"},
		{"a folder that is no book", ".", "empty", "error: no book and no entry in"},
		{"not there", ".", "./nothing", "error: no folder"},
		{"unknown", "book", "nosuch", "error: no entry"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			a := inFolder(strings.TrimSuffix(dir+"/"+tt.from, "/."), &out, &out)
			jobs, err := a.jobs(strings.Fields(tt.targets))
			var got []string
			for _, j := range jobs {
				at := strings.TrimPrefix(strings.TrimPrefix(j.root, dir), "/")
				if at == "" {
					at = "carried"
				}
				line := at + ":"
				for _, e := range j.entries {
					line += " " + e.ID
				}
				if j.only != "" {
					line += "/" + j.only
				}
				got = append(got, line)
			}
			if err != nil {
				got = []string{"error: " + err.Error()}
			}
			if text := strings.Join(got, ", "); text != tt.want && !(err != nil && strings.HasPrefix(text, tt.want)) {
				t.Errorf("jobs(%s) from %s = %s, want %s", tt.targets, tt.from, text, tt.want)
			}
		})
	}
}
