package prove

import (
	"regexp"
	"strings"
	"time"

	"github.com/gomastery/gomastery/internal/book"
)

// maxTranscript bounds one command of a transcript.
const maxTranscript = 2 * time.Minute

// volatile lists the texts that differ from run to run and say nothing, and what
// stands for them. It is the one list for all comparisons of transcripts.
var volatile = []struct {
	text *regexp.Regexp
	name string
}{
	{regexp.MustCompile(`\b0x[0-9a-f]{4,}\b`), "0x…"},
	{regexp.MustCompile(`\bgoroutine [0-9]+\b`), "goroutine N"},
	{regexp.MustCompile(`\b[0-9]+(?:\.[0-9]+)?(?:ns|µs|us|ms|s)\b`), "TIME"},
	{regexp.MustCompile(`/tmp/go-build[0-9]+`), "/tmp/go-build"},
}

// steady replaces what is volatile, and the folder in which commands ran.
func steady(text, dir string) string {
	text = strings.ReplaceAll(text, dir, "$WORK")
	for _, v := range volatile {
		text = v.text.ReplaceAllString(text, v.name)
	}
	return book.TrimLines(text)
}
