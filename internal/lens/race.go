package lens

import "strings"

const raceRule = "=================="

// RaceReport returns the first report of the race detector in what a program
// wrote, without its rules; "" if there is none.
func RaceReport(stderr string) string {
	_, report, ok := strings.Cut(stderr, "WARNING: DATA RACE")
	if !ok {
		return ""
	}
	report, _, _ = strings.Cut(report, raceRule)
	return "WARNING: DATA RACE" + strings.TrimRight(report, "\n")
}
