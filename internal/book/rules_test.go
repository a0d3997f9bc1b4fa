package book

import (
	"strings"
	"testing"
)

// cases makes functions into a file of cases whose main runs them in order, those
// that end the process alone.
func cases(functions string) string {
	var calls string
	for _, f := range strings.Split("\n"+functions, "\nfunc ")[1:] {
		name, body, _ := strings.Cut(f, "(")
		call := name
		if strings.Contains(body, "// Panics") || strings.Contains(body, "// Fatal") || strings.Contains(body, "// Exits") || strings.Contains(body, "// Hangs") {
			call = `alone("` + name + `", ` + name + `)`
		}
		calls += call + ", "
	}
	return "//go:build ignore\n\npackage main\n\n" + functions + "\n\nfunc main() {\n\tfor _, run := range []func(){" + calls + "} {\n\t\trun()\n\t}\n}\n\n" + Alone
}

func whys(refused []Refusal) string {
	var all []string
	for _, r := range refused {
		all = append(all, strings.TrimPrefix(r.ID, "1_x/")+": "+r.Why)
	}
	return strings.Join(all, "\n")
}

// TestRefusedCases has a row for what a case may not claim, and for what is near it.
func TestRefusedCases(t *testing.T) {
	const (
		literal   = "c#output: the output stands as one literal in the case"
		constants = "c: the case prints literals, and nothing in it could change them"
	)
	tests := []struct {
		name, body string // the body of func c
		want       string
	}{
		{"a literal is printed", `fmt.Println("a") // Output: a`, literal + "\n" + constants},
		{"a literal through a variable", "s := \"a\"\nfmt.Println(s)\n// Output: a", literal},
		{"a raw literal", "s := `\na\n b\n`\nfmt.Print(s)\n// Output:\n// a\n//  b", literal},
		{"a literal in a branch", "if len(os.Args) > 0 {\nfmt.Println(\"a\")\n}\n// Output: a", literal},
		{"a literal that is the second output", "f(\"b\")\n// Output (go1.22): a\n// Output (!go1.22): b", "c#output-2: the output stands as one literal in the case"},
		{"a literal in a claim about few releases", "f(\"a\")\n// Output (go1.22): a", literal},
		{"a literal and more", "f(\"a\")\n// Output: a b", ""},
		{"a literal as a part of each line", "f(\"a\", \"b\")\n// Output:\n// a\n// b", ""},
		{"a number is no string literal", "f(3)\n// Output: 3", ""},
		{"a literal of another case", "f()\n// Output: elsewhere", ""},
		{"a literal in the doc alone", "f()\n// Output: documented", ""},
		{"an empty output and an empty literal", "f(\"\")\n// Output:", ""},
		{"a literal that panics", "panic(\"a\")\n// Panics: a", ""},

		{"two literals", "fmt.Println(\"a\")\nfmt.Println(\"b\", 1, true, nil)\n// Output:\n// a\n// b 1 true <nil>", constants},
		{"with an empty line", "fmt.Println(1)\nfmt.Println()\n// Output: 1", constants},
		{"by the builtin", "println(1)\nprint(2)\n// Output:", constants},
		{"with variables that are not printed", "x := 1\nx++\n_ = x\nfmt.Print(1)\n// Output: 1", constants},
		{"in a block", "{\nfmt.Print(1)\n}\n// Output: 1", constants},
		{"in any order", "fmt.Print(1)\n// Unordered output: 1", constants},
		{"by an expression", "fmt.Print(1)\n// Output matches: [0-9]", constants},
		{"as outcomes", "fmt.Print(1)\n// Outcomes: 1 | 2", constants},
		{"a variable", "x := 1\nfmt.Print(x)\n// Output: 1", ""},
		{"arithmetic of constants", "fmt.Print(1 << 3)\n// Output: 8", ""},
		{"a branch", "if x {\nfmt.Print(1)\n}\n// Output: 1", ""},
		{"a loop", "for range x {\nfmt.Print(1)\n}\n// Output: 1", ""},
		{"a defer", "defer fmt.Print(1)\nfmt.Print(2)\n// Output: 21", ""},
		{"a goroutine", "go fmt.Print(1)\n// Output: 1", ""},
		{"a call of its own", "fmt.Print(1)\nf()\n// Output: 1", ""},
		{"a call among the arguments", "fmt.Print(1, f())\n// Output: 1 2", ""},
		{"a switch", "switch {\ndefault:\nfmt.Print(1)\n}\n// Output: 1", ""},
		{"a jump", "goto end\nend:\nfmt.Print(1)\n// Output: 1", ""},
		{"how it ends is claimed too", "fmt.Print(1)\nm[0] = 1\nfmt.Print(2)\n// Output: 1\n// Panics: nil map", ""},
		{"what it leaves is claimed too", "fmt.Print(1)\n// Output: 1\n// Leaks: 1", ""},
		{"nothing is printed", "x := 1\n_ = x\n// Output:", ""},
		{"printing by something else", "w.Println(1)\n// Output: 1", ""},

		{"an expression that matches nothing printed", "f()\n// Output matches: a*", `c#matches: the expression "a*" matches the empty string`},
		{"one of several", "f()\n// Output matches:\n// a\n// b?\n// .*", "c#matches: the expression \"b?\" matches the empty string\nc#matches: the expression \".*\" matches the empty string"},
		{"an empty line among expressions", "f()\n// Output matches:\n// a\n//\n// b", `c#matches: the expression "" matches the empty string`},
		{"an expression that matches anything printed", "f()\n// Output matches: .+", ""},
		{"an expression of a want", "f() // want escape \"moved|\"\n// Output: 1", `c#escape: the expression "moved|" matches the empty string`},
		{"the second expression of the second want", "f() // want vet \"a\" // want vet \"b\" \"c*\"\n// Output: 1", `c#vet-2: the expression "c*" matches the empty string`},
		{"a want of nothing", "f() // want escape none\n// Output: 1", ""},
		{"a want of anything", "f() // want escape \".\"\n// Output: 1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := cases("// c says\n// documented\nfunc c() {\n" + tt.body + "\n}\n\nfunc other() {\n\tf(\"elsewhere\")\n\t// Races:\n}")
			e := entryOf(t, map[string]string{"example.go": source})
			if got := whys(e.Refused); got != tt.want {
				t.Errorf("refused of %q = %q, want %q", tt.body, got, tt.want)
			}
		})
	}
}

// TestRefusedPairs has a row for pairs that are none, and for pairs near them.
func TestRefusedPairs(t *testing.T) {
	const (
		same    = "x: bug and cure claim the same on every release"
		another = "xFixed: the cure asks another question: it prints other labels, or claims another kind of thing"
	)
	tests := []struct {
		name      string
		bug, cure string // bodies of func x and func xFixed
		want      string
	}{
		{"the same output", "f()\n// Output: 1", "f()\n// Output: 1", same},
		{"the same in another form", "f()\n// Output: 1", "f()\n// Output:\n// 1", same},
		{"the same by two brackets", "f()\n// Output: 1", "f()\n// Output (go1.22): 1\n// Output (!go1.22): 1", same},
		{"the same under another environment", "f()\n// Output: 1\n// Run with: A=1", "f()\n// Output: 1", same},
		{"both silent", "f()\n// Output:", "f()\n// Output:", same},
		{"the same race", "f()\n// Races:", "f()\n// Races:", same},
		{"the same want", "f() // want vet \"a\"\n// Output: 1", "f() // want vet \"a\"\n// Output: 1", same},
		{"another output", "f()\n// Output: 1", "f()\n// Output: 2", ""},
		{"another output on one release", "f()\n// Output: 1", "f()\n// Output (go1.21 && !go1.22): 2\n// Output (!go1.21): 1\n// Output (go1.22): 1", ""},
		{"another output on one platform", "f()\n// Output: 1", "f()\n// Output (!arm64): 1\n// Output (arm64): 2", ""},
		{"another order", "f()\n// Output: 1", "f()\n// Unordered output: 1", ""},
		{"one want more", "f() // want vet \"a\"\n// Output: 1", "f()\n// Output: 1", ""},

		{"other labels", "f()\n// Output: sum: 1", "f()\n// Output: total: 2", another},
		{"one label more", "f()\n// Output: sum: 1", "f()\n// Output:\n// sum: 1\n// error: x", another},
		{"labels against none", "f()\n// Output: 1", "f()\n// Output: sum: 1", another},
		{"the same labels", "f()\n// Output:\n// sum: 1\n// n: 2", "f()\n// Output:\n// n: 3\n// sum: 1", ""},
		{"a label without value", "f()\n// Output: names:", "f()\n// Output: names: a, b", ""},
		{"a colon in a time is no label", "f()\n// Output: 12:30", "f()\n// Output: 12:31", ""},
		{"outcomes of the bug, whatever the cure prints", "f()\n// Outcomes: sum: 1 | sum: 2", "f()\n// Output: total: 2", ""},
		{"outcomes of the bug, and the cure prints nothing", "f()\n// Outcomes: sum: 1 | sum: 2", "f()\n// Allocs: 1", another},
		{"outcomes of the cure", "f()\n// Output: sum: 1", "f()\n// Outcomes: sum: 1 | sum: 2", ""},
		{"outcomes of the cure with another label", "f()\n// Output: sum: 1", "f()\n// Outcomes: total: 1 | total: 2", another},
		{"labels of expressions", "f()\n// Output matches: sum: [0-9]+", "f()\n// Output: sum: 2", ""},
		{"outcomes of both", "f()\n// Outcomes: a: 1 | b: 2", "f()\n// Outcomes: c | d", ""},

		{"a panic and silence", "f()\n// Panics: x", "f()\n// Output: 1", ""},
		{"silence and an exit", "f()\n// Output: ok", "f()\n// Exits: 1", ""},
		{"a deadlock and a panic", "f()\n// Fatal: deadlock", "f()\n// Panics: x", ""},
		{"a race and an output", "f()\n// Races:", "f()\n// Output: 1", ""},
		{"an output and a leak", "f()\n// Output: 1", "f()\n// Leaks: 1", ""},
		{"allocations of both", "f()\n// Allocs: 1", "f()\n// Allocs: 0", ""},
		{"allocations of the bug alone", "f()\n// Allocs: 1", "f()\n// Output: 1", another},
		{"faster than the bug", "f()\n// Allocs: 1", "f()\n// Faster: 2x than x", ""},
		{"faster than another case", "f()\n// Allocs: 1", "f()\n// Faster: 2x than other", another},
		{"vet of the bug", "f() // want vet \"a\"\n// Allocs: 1", "f()\n// Output: 1", ""},
		{"a check of the bug", "f() // want check:x \"a\"\n// Allocs: 1", "f()\n// Output: 1", ""},
		{"escape of the bug, silence", "f() // want escape \"a\"\n// Allocs: 1", "f()\n// Output: 1", another},
		{"escape of both", "f() // want escape \"a\"\n// Allocs: 1", "f() // want escape none\n// Output: 1", ""},
		{"escape and bounds", "f() // want escape \"a\"\n// Allocs: 1", "f() // want bounds \"a\"\n// Output: 1", another},
	}
	const other = "\n\nfunc other() {\n\tf()\n\t// Exits: 1\n}\n\nfunc otherFixed() {\n\tf()\n\t// Output: 1\n}"
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := entryOf(t, map[string]string{"pitfalls.go": cases("func x() {\n" + tt.bug + "\n}\n\nfunc xFixed() {\n" + tt.cure + "\n}" + other)})
			if got := whys(e.Refused); got != tt.want {
				t.Errorf("refused of %q and %q = %q, want %q", tt.bug, tt.cure, got, tt.want)
			}
			if got := len(e.Pairs()); got != 2 {
				t.Errorf("%d pairs, want 2: a refused pair is one all the same", got)
			}
		})
	}
}

// TestSingles has a row for cases that lack their other half, by form of the entry.
func TestSingles(t *testing.T) {
	source := cases("func x() {\n\tf()\n\t// Output: 1\n}\n\nfunc yFixed() {\n\tf()\n\t// Output: 1\n}")
	const refused = "x: a bug without its cure, xFixed\nyFixed: a cure without its bug, y"
	tests := []struct{ name, file, want string }{
		{"a concept", "1_x/pitfalls.go", refused},
		{"a chapter", "core/a_x/pitfalls.go", refused},
		{"traps", "traps/pitfalls.go", ""},
		{"examples", "1_x/example.go", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := Read(bookOf(map[string]string{tt.file: source}))
			if err != nil {
				t.Fatal(err)
			}
			e := b.Entries[0]
			if got := strings.ReplaceAll(whys(e.Refused), e.ID+"/", ""); got != tt.want {
				t.Errorf("refused of %s = %q, want %q", tt.file, got, tt.want)
			}
		})
	}
}

// TestRefusedOnPages has a row for links, fences and modules that may not stand.
func TestRefusedOnPages(t *testing.T) {
	const module = " ```txtar id=%s\n -- a --\n ```\n\n```console\n$ ls\n%s\n```\n\n"
	modules := func(namesAndOutputs ...string) string {
		var all string
		for i := 0; i < len(namesAndOutputs); i += 2 {
			all += strings.Replace(strings.Replace(module, "%s", namesAndOutputs[i], 1), "%s", namesAndOutputs[i+1], 1)
		}
		return all
	}
	tests := []struct{ name, page, want string }{
		{"a case", "[a](pitfalls.go#p), [b](example.go#e), [c](./pitfalls.go#pFixed)", ""},
		{"no such case", "[a](pitfalls.go#q)", "README#link-1: the link leads to pitfalls.go#q, which is no case"},
		{"a case of the other file", "[a](pitfalls.go#e)", "README#link-1: the link leads to pitfalls.go#e, which is no case"},
		{"a function that is no case", "[a](pitfalls.go#main)", "README#link-1: the link leads to pitfalls.go#main, which is no case"},
		{"no name", "[a](pitfalls.go#)", "README#link-1: the link leads to pitfalls.go#, which is no case"},
		{"a whole file", "[a](pitfalls.go)", ""},
		{"another file", "[a](interview.md#q)", ""},
		{"elsewhere", "[a](https://go.dev/pitfalls.go#q)", ""},
		{"by itself, around", "[a](../1_x/pitfalls.go#p)", ""},
		{"another entry", "[a](../2_y/pitfalls.go#y), [b](../core/a_z/example.go#z)", ""},
		{"no such case of another entry", "[a](../2_y/pitfalls.go#p)", "README#link-1: the link leads to 2_y/pitfalls.go#p, which is no case"},
		{"a case of the other file of another entry", "[a](../2_y/example.go#y)", "README#link-1: the link leads to 2_y/example.go#y, which is no case"},
		{"no such entry", "[a](../3_z/example.go#y)", "README#link-1: the link leads to 3_z/example.go#y, which is no case"},
		{"outside of the book", "[a](../../example.go#y)", "README#link-1: the link leads to ../example.go#y, which is no case"},
		{"from the root", "[a](/2_y/pitfalls.go#y)", "README#link-1: the link leads to 1_x/2_y/pitfalls.go#y, which is no case"},
		{"the source", "[a](go:runtime/none.go#none)", ""},

		{"an excerpt", "```go from=\"pitfalls.go#p\"\n```", ""},
		{"an excerpt of nothing is the prover's to refute", "```go from=\"pitfalls.go#q\"\n```", ""},
		{"fails with anything", "```go fails=\"a*\"\n```", `README#1-fails: the expression "a*" matches the empty string`},
		{"fails with something", "```go fails=\"a\"\n```", ""},
		{"prints anything", "```go\n```\n```output matches\na\nb*\n```", `README#1-matches: the expression "b*" matches the empty string`},
		{"prints something", "```go\n```\n```output matches\na\nb+\n```", ""},

		{"two modules", modules("x", "a", "xFixed", "b"), ""},
		{"two modules that show the same", modules("x", "a", "xFixed", "a"), "README#xFixed: bug and cure claim the same on every release"},
		{"a cure alone", modules("xFixed", "a"), "README#xFixed: a cure without its bug, 1_x/README#x"},
		{"a module alone", modules("x", "a"), ""},
		{"two modules that are no pair", modules("x", "a", "y", "a"), ""},
		{"modules that are listings", " ```txtar id=x skip=\"a\"\n -- a --\n ```\n\n ```txtar id=xFixed skip=\"a\"\n -- a --\n ```\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := Read(bookOf(map[string]string{
				"1_x/README.md":       "# X\n\n" + tt.page,
				"1_x/example.go":      cases("func e() {\n\t// Races:\n}"),
				"1_x/pitfalls.go":     cases("func p() {\n\t// Exits: 1\n}\n\nfunc pFixed() {\n\t// Output:\n}"),
				"2_y/pitfalls.go":     cases("func y() {\n\t// Exits: 1\n}\n\nfunc yFixed() {\n\t// Output:\n}"),
				"core/a_z/example.go": cases("func z() {\n\t// Races:\n}"),
			}))
			if err != nil {
				t.Fatal(err)
			}
			e := b.Entries[0]
			if got := whys(append(e.Refused, b.Unlinked(e)...)); got != tt.want {
				t.Errorf("refused of %q = %q, want %q", tt.page, got, tt.want)
			}
		})
	}
}
