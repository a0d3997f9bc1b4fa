package cli

import (
	"fmt"
	"strings"
)

// Bounds of what is shown of two texts that differ. A program can print millions of
// lines where two were expected.
const (
	maxLines = 400 // that are compared one with another
	maxShown = 60
)

// differences returns the lines of two texts, marked: both have "  ", only the
// first has "- ", only the second has "+ ".
func differences(before, after []string) string {
	same := 0
	for same < min(len(before), len(after)) && before[same] == after[same] {
		same++
	}
	lines := alike(before[:same])
	before, after = before[same:], after[same:]
	if len(before) > maxLines || len(after) > maxLines {
		lines = append(append(lines, marked("- ", before)...), marked("+ ", after)...)
	} else {
		lines = append(lines, compared(before, after)...)
	}
	if n := len(lines) - maxShown; n > 0 {
		lines = append(lines[:maxShown:maxShown], fmt.Sprintf("  … %s more", count(n, "line")))
	}
	return strings.Join(lines, "\n")
}

// shownBefore is how many lines are shown above the first that differs.
const shownBefore = 3

// alike marks lines that both texts begin with, the last few of them.
func alike(lines []string) []string {
	if n := len(lines) - shownBefore; n > 1 {
		return append([]string{fmt.Sprintf("  … %s", count(n, "line"))}, marked("  ", lines[n:])...)
	}
	return marked("  ", lines)
}

func marked(mark string, lines []string) []string {
	all := make([]string, len(lines))
	for i, l := range lines {
		all[i] = strings.TrimRight(mark+l, " ")
	}
	return all
}

// compared finds a longest common subsequence and marks the lines by it.
func compared(before, after []string) []string {
	// common[i][j] is its length for before[i:] and after[j:].
	common := make([][]int, len(before)+1)
	for i := range common {
		common[i] = make([]int, len(after)+1)
	}
	for i := len(before) - 1; i >= 0; i-- {
		for j := len(after) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if before[i] == after[j] {
				common[i][j] = 1 + common[i+1][j+1]
			}
		}
	}
	var lines []string
	i, j := 0, 0
	for i < len(before) && j < len(after) {
		switch {
		case before[i] == after[j]:
			lines = append(lines, marked("  ", before[i:i+1])...)
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			lines = append(lines, marked("- ", before[i:i+1])...)
			i++
		default:
			lines = append(lines, marked("+ ", after[j:j+1])...)
			j++
		}
	}
	return append(append(lines, marked("- ", before[i:])...), marked("+ ", after[j:])...)
}
