package lens

import (
	"fmt"
	"strings"

	"github.com/gomastery/gomastery/internal/toolchain"
)

// A harness reports on descriptor 3, a line each: start, returned, allocs N, times
// N N, profile N. The case's os.Stderr leads to descriptor 4. Descriptor 2 is left
// to the runtime alone, so that what stands there is what the runtime wrote.

// Variables that tell a harness what to do. It removes them from its environment
// before the case runs.
const (
	caseVariable = "GOMASTERY_CASE"
	modeVariable = "GOMASTERY_MODE"
)

// Modes of a harness.
const (
	modeBlock  = "block"  // run the case, then block: the runtime's deadlock detector says what is left
	modeSettle = "settle" // run the case, then wait until its goroutines ended or stay blocked, and exit
	modeExit   = "exit"   // run the case and exit, as main would
	modeAllocs = "allocs" // count the mallocs of a call
	modeTimes  = "times"  // time the case and the one named in the mode, interleaved
	modeLeaks  = "leaks"  // run the case, then ask the goroutineleak profile
)

// HarnessFile is the name of the generated file.
const HarnessFile = "harness_main.go"

// Harness returns the main file that runs one of the named functions of a
// program, called directly on the main goroutine, without a recover around it. It
// is Go 1.18 and uses no names but those beginning with harness.
func Harness(cases []string, leakProfile bool) toolchain.File {
	var table strings.Builder
	for _, name := range cases {
		fmt.Fprintf(&table, "\tcase %q:\n\t\treturn %s\n", name, name)
	}
	imports, profile := "", "func harnessLeaks() { harnessReport(\"no profile\") }\n"
	if leakProfile {
		imports, profile = profileImports, profileSource
	}
	src := strings.NewReplacer("/*IMPORTS*/", imports, "/*CASES*/", table.String(), "/*PROFILE*/", profile).Replace(harnessSource)
	return toolchain.File{Name: HarnessFile, Data: []byte(src)}
}

const harnessSource = `package main

import (
	harnessos "os"
	harnessruntime "runtime"
	harnessdebug "runtime/debug"
	harnessstrconv "strconv"
	harnessstrings "strings"
	harnesstime "time"
/*IMPORTS*/)

// If nothing referred to it, the garbage collector would close descriptor 2.
var harnessStderr = harnessos.Stderr

var harnessReports = harnessos.NewFile(3, "reports")

func harnessReport(words ...string) {
	harnessReports.WriteString(harnessstrings.Join(words, " ") + "\n")
}

func harnessCase(name string) func() {
	switch name {
/*CASES*/	}
	harnessos.Exit(125)
	return nil
}

func main() {
	run := harnessCase(harnessos.Getenv("GOMASTERY_CASE"))
	mode := harnessos.Getenv("GOMASTERY_MODE")
	harnessos.Unsetenv("GOMASTERY_CASE")
	harnessos.Unsetenv("GOMASTERY_MODE")
	harnessos.Stderr = harnessos.NewFile(4, "/dev/stderr")
	harnessdebug.SetMaxStack(64 << 20)
	if mode == "allocs" {
		harnessAllocs(run)
		return
	}
	if other := harnessstrings.TrimPrefix(mode, "times "); other != mode {
		harnessTimes(run, harnessCase(other))
		return
	}
	harnessReport("start")
	run()
	harnessReport("returned")
	switch mode {
	case "block":
		select {}
	case "settle":
		harnessSettle()
	case "leaks":
		harnessSettle()
		harnessLeaks()
	}
}

// harnessSettle waits until no other goroutine is left, until all of them stayed
// blocked in the same way for 30 ms, or for a second.
func harnessSettle() {
	buf := make([]byte, 1<<18)
	last, same := "", 0
	for i := 0; i < 330 && harnessruntime.NumGoroutine() > 1 && same < 10; i++ {
		now := harnessBlocked(string(buf[:harnessruntime.Stack(buf, true)]))
		if now != "" && now == last {
			same++
		} else {
			same = 0
		}
		last = now
		harnesstime.Sleep(3 * harnesstime.Millisecond)
	}
}

// harnessBlocked lists the goroutines of a dump but the first with their states,
// "" if one of them can go on by itself.
func harnessBlocked(dump string) string {
	states := ""
	for i, g := range harnessstrings.Split(dump, "\n\n") {
		head := harnessstrings.SplitN(g, "\n", 2)[0]
		for _, active := range []string{"[running", "[runnable", "[sleep"} {
			if i > 0 && harnessstrings.Contains(head, active) {
				return ""
			}
		}
		if i > 0 {
			states += harnessstrings.SplitN(head, ",", 2)[0] + ";"
		}
	}
	return states
}

// harnessAllocs is testing.AllocsPerRun with 100 runs.
func harnessAllocs(run func()) {
	defer harnessruntime.GOMAXPROCS(harnessruntime.GOMAXPROCS(1))
	run()
	var stats harnessruntime.MemStats
	harnessruntime.ReadMemStats(&stats)
	before := stats.Mallocs
	for i := 0; i < 100; i++ {
		run()
	}
	harnessruntime.ReadMemStats(&stats)
	harnessReport("allocs", harnessstrconv.FormatUint((stats.Mallocs-before)/100, 10))
}

// harnessTimes reports, for each of 31 rounds, the time of one call of either
// function in a tenth of a nanosecond. Each is called for at least 300 µs a round.
func harnessTimes(a, b func()) {
	harnessruntime.LockOSThread()
	na, nb := harnessCalls(a), harnessCalls(b)
	for round := 0; round < 31; round++ {
		ta, tb := harnessTime(a, na), harnessTime(b, nb)
		harnessReport("times", harnessstrconv.FormatInt(ta*10/na, 10), harnessstrconv.FormatInt(tb*10/nb, 10))
	}
}

func harnessCalls(run func()) int64 {
	for n := int64(1); ; n *= 2 {
		if t := harnessTime(run, n); t >= 150000 {
			return n*300000/t + 1
		}
	}
}

func harnessTime(run func(), n int64) int64 {
	start := harnesstime.Now()
	for i := int64(0); i < n; i++ {
		run()
	}
	return int64(harnesstime.Since(start))
}

/*PROFILE*/`

const profileImports = "\tharnesspprof \"runtime/pprof\"\n"

const profileSource = `func harnessLeaks() {
	p := harnesspprof.Lookup("goroutineleak")
	if p == nil {
		harnessReport("no profile")
		return
	}
	out := new(harnessstrings.Builder)
	p.WriteTo(out, 2)
	harnessReport("profile", harnessstrconv.Itoa(harnessstrings.Count(out.String(), "(leaked)")))
}
`
