package check

import (
	"os"
	"testing"
)

// BenchmarkLook measures what an editor waits for after a key was pressed: Load and
// Run with an importer that has read the imports, and with a new one.
func BenchmarkLook(b *testing.B) {
	for _, name := range []string{"words.go", "server.go"} {
		data, err := os.ReadFile("testdata/bench/" + name)
		if err != nil {
			b.Fatal(err)
		}
		file := File{Name: name, Data: data}
		for _, suite := range []string{"", Vet, Staticcheck} {
			b.Run(name+"/warm/load "+suite, func(b *testing.B) {
				b.ReportAllocs()
				look(b, shared, file, suite)
				for b.Loop() {
					look(b, shared, file, suite)
				}
			})
		}
		b.Run(name+"/new importer/load", func(b *testing.B) {
			for b.Loop() {
				look(b, NewImporter(lookup), file, "")
			}
		})
	}
}

func look(b *testing.B, im *Importer, f File, suite string) {
	b.Helper()
	p, err := im.Load("go1.26", f)
	if err != nil || len(p.Errors) > 0 {
		b.Fatal(err, p)
	}
	if suite == "" {
		return
	}
	if _, err := p.Run(suite); err != nil {
		b.Fatal(err)
	}
}
