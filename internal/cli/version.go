package cli

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCmd struct {
	JSON bool `name:"json" help:"As one object."`
}

// Help is printed by --help.
func (versionCmd) Help() string {
	return `
The version is that of the module, and of the book that the program carries. A
program that was built in a checkout has none and is called devel.

$ gomastery version
gomastery …, built with go1… for linux/amd64`
}

// Run prints the version.
func (c *versionCmd) Run(a *app) error {
	v := struct {
		Version  string `json:"version"`
		Go       string `json:"go"` // that built the program
		Platform string `json:"platform"`
	}{"devel", runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "(devel)" {
		v.Version = cmp.Or(info.Main.Version, v.Version)
	}
	if c.JSON {
		return a.objects()(v)
	}
	fmt.Fprintf(a.stdout, "gomastery %s, built with %s for %s\n", v.Version, v.Go, v.Platform)
	return nil
}
