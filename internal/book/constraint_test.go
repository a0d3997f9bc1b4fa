package book

import "testing"

func TestHolds(t *testing.T) {
	linux := Platform{26, "linux", "amd64"}
	tests := []struct {
		name, constraint string
		on               Platform
		want             bool
	}{
		{"its own release", "go1.26", linux, true},
		{"an older one", "go1.18", linux, true},
		{"the next one", "go1.27", linux, false},
		{"not a newer one", "!go1.27", linux, true},
		{"by number, not by text", "go1.9", linux, true},
		{"a range", "go1.21 && !go1.26", linux, false},
		{"end of a range", "go1.21 && !go1.27", linux, true},
		{"an architecture", "(go1.21 && !go1.26) || arm64", Platform{26, "linux", "arm64"}, true},
		{"another architecture", "(go1.21 && !go1.26) || arm64", linux, false},
		{"a system", "linux", linux, true},
		{"another system", "darwin", linux, false},
		{"unix", "unix", Platform{26, "darwin", "arm64"}, true},
		{"not unix", "unix", Platform{26, "windows", "amd64"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := ParseConstraint(tt.constraint)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Holds(tt.on); got != tt.want {
				t.Errorf("%v.Holds(%v) = %v, want %v", c, tt.on, got, tt.want)
			}
		})
	}
	if c := (Constraint{}); !c.Zero() || !c.Holds(linux) || c.String() != "" {
		t.Errorf("the zero Constraint: Zero %v, Holds(%v) %v, String %q, want it to limit nothing", c.Zero(), linux, c.Holds(linux), c)
	}
}

func TestClaimsOn(t *testing.T) {
	e := entryOf(t, map[string]string{"example.go": cases("func c() {\n\tf()\n\t// Output (!go1.22): old\n\t// Output (go1.22): new\n\t// Output (windows): more\n\t// Leaks: 1\n}")})
	tests := []struct {
		name string
		kind Kind
		on   Platform
		want string
	}{
		{"an old release", Output, Platform{21, "linux", "amd64"}, "old "},
		{"a new release", Output, Platform{22, "linux", "amd64"}, "new "},
		{"two at once", Output, Platform{22, "windows", "amd64"}, "new more "},
		{"another kind", Leaks, Platform{22, "windows", "amd64"}, "1 "},
		{"a kind that is not claimed", Races, Platform{22, "windows", "amd64"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			for _, cl := range e.Case("c").On(tt.kind, tt.on) {
				got += cl.Text + " "
			}
			if got != tt.want {
				t.Errorf("On(%s, %v) = %q, want %q", tt.kind, tt.on, got, tt.want)
			}
		})
	}
}

func TestTrimLines(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"space around", "\n\n \ta\n\n", "a"},
		{"space at line ends", "a \t\r\n b  \nc", "a\n b\nc"},
		{"empty lines within", "a\n\n\nb", "a\n\n\nb"},
		{"a carriage return within", "a\rb", "a\rb"},
		{"no-break space", "a\u00a0\n", "a\u00a0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := TrimLines(tt.in); got != tt.want {
				t.Errorf("TrimLines(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}
