//go:build ignore

// Pitfalls of simple values: numbers that leave their range, texts that
// change their bytes, and conversions that say nothing of either.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// bodies are webhook events as three customers cause them.
var bodies = []string{
	`{"user": 999999}`,
	`{"user": 1000000}`,
	`{"user": 9007199254740993}`,
}

// millionthUser asks for the profile /users/1e+06, and later for that of
// somebody else: a number that is decoded into any is a float64, and fmt
// prints it as one.
//
// Ids of up to six digits come out as they went in, so tests, staging and
// the first years are right. From a million on %v takes the exponent, and
// the other service says 404. The first mend is often %.0f, and it is
// worse: above 2 to the 53 the float has already lost the last digit, and
// 9007199254740993 becomes the id of its neighbour, with status 200.
//
// In the access log of the other service: requests with e+. Look for any,
// or map[string]any, between a decoder and a key, a path or a log field.
func millionthUser() {
	for _, body := range bodies {
		var event map[string]any
		if err := json.Unmarshal([]byte(body), &event); err != nil {
			panic(err)
		}
		fmt.Println("GET", fmt.Sprint("/users/", event["user"]))
	}
	// Output:
	// GET /users/999999
	// GET /users/1e+06
	// GET /users/9.007199254740992e+15
}

// millionthUserFixed decodes into the type that the id has.
//
// It costs a struct and refuses 1.5. Where the shape is not known, let the
// decoder keep the digits (UseNumber). Readers in JavaScript have only the
// float64: send them ids as strings.
func millionthUserFixed() {
	for _, body := range bodies {
		var event struct{ User int64 }
		if err := json.Unmarshal([]byte(body), &event); err != nil {
			panic(err)
		}
		fmt.Println("GET", fmt.Sprint("/users/", event.User))
	}
	// Output:
	// GET /users/999999
	// GET /users/1000000
	// GET /users/9007199254740993
}

// pageKey returns the key of a tenant's page in the shared cache.
func pageKey(tenant int, path string) string {
	return string(rune(tenant)) + path
}

// runeKey shows one customer the pages of another, for tenants 55,296 to
// 57,343 and again from 1,114,112 on.
//
// The line was string(tenant), and vet wrote that this yields one rune,
// not digits. The author took the conversion that vet proposes, and vet
// was content. A rune is a fine key while it is one. What is no code point
// becomes U+FFFD: 2,048 surrogates and everything above 0x10FFFF.
//
// The first customer to complain was number 55,297. Two thousand tenants
// later it stopped by itself and was filed as a cache that needed a flush.
// Look for string(rune(n)) where n is a number of anything.
func runeKey() {
	for _, t := range []int{7, 55295, 55296, 57343, 1114112} {
		one := pageKey(t, "/invoice")
		next := pageKey(t+1, "/invoice")
		fmt.Println(t, "and its neighbour share:", one == next)
	}
	// Output:
	// 7 and its neighbour share: false
	// 55295 and its neighbour share: false
	// 55296 and its neighbour share: true
	// 57343 and its neighbour share: false
	// 1114112 and its neighbour share: true
}

func pageKeyFixed(tenant int, path string) string {
	return strconv.Itoa(tenant) + path
}

// runeKeyFixed writes the number in digits.
//
// An allocation, for numbers from 100 on. The path must begin with a
// separator, or tenant 1 with 2/x meets tenant 12 with /x. A struct of int
// and string is the key that needs no thought.
func runeKeyFixed() {
	for _, t := range []int{7, 55295, 55296, 57343, 1114112} {
		one := pageKeyFixed(t, "/invoice")
		next := pageKeyFixed(t+1, "/invoice")
		fmt.Println(t, "and its neighbour share:", one == next)
	}
	// Output:
	// 7 and its neighbour share: false
	// 55295 and its neighbour share: false
	// 55296 and its neighbour share: false
	// 57343 and its neighbour share: false
	// 1114112 and its neighbour share: false
}

// A place is where a driver waits, in degrees.
type place struct {
	city     string
	lat, lon float64
}

// neighbours are pairs of cities on nearly the same meridian.
var neighbours = [][2]place{
	{{"Copenhagen", 55.68, 12.57}, {"Rome", 41.90, 12.50}},
	{{"London", 51.51, -0.13}, {"Accra", 5.56, -0.19}},
}

// cell packs a square of a tenth of a degree into one word.
func cell(p place) int64 {
	y := int32(math.Floor(p.lat * 10))
	x := int32(math.Floor(p.lon * 10))
	return int64(y)<<32 | int64(x)
}

// oneCell offers riders in London a driver in Accra: west of Greenwich the
// sign of the longitude fills the upper half of the word, and the latitude
// is gone.
//
// Packing two numbers into a word is known, fast, and was tested with the
// cities of the launch, which lie east. int64(x) keeps the value of x, and
// a negative value needs 32 ones in front. The or makes them stay.
//
// Nothing fails; matching gets slow in the west, where every cell holds a
// whole meridian, and rides are cancelled after a minute. Look for an or
// with a conversion that widens something signed.
func oneCell() {
	for _, pair := range neighbours {
		a, b := pair[0], pair[1]
		same := cell(a) == cell(b)
		fmt.Println(a.city, "and", b.city, "share:", same)
	}
	// Output:
	// Copenhagen and Rome share: false
	// London and Accra share: true
}

func cellFixed(p place) int64 {
	y := int32(math.Floor(p.lat * 10))
	x := int32(math.Floor(p.lon * 10))
	return int64(y)<<32 | int64(uint32(x))
}

// oneCellFixed cuts the sign off before it widens: uint32(x) keeps the
// bits, and widening an unsigned number adds zeros.
//
// It costs no instruction that was not there. Unpack with int32(key), which
// brings the sign back. A struct of two int32 is as small and as fast, as a
// key of a map.
func oneCellFixed() {
	for _, pair := range neighbours {
		a, b := pair[0], pair[1]
		same := cellFixed(a) == cellFixed(b)
		fmt.Println(a.city, "and", b.city, "share:", same)
	}
	// Output:
	// Copenhagen and Rome share: false
	// London and Accra share: false
}

const (
	firstWait = 100 * time.Millisecond
	maxWait   = 30 * time.Second
)

// pause returns how long to wait after a number of failed attempts.
func pause(failed int) time.Duration {
	wait := firstWait << failed
	if wait > maxWait {
		wait = maxWait
	}
	return wait
}

// outage prints how long a client spends on its first hundred attempts.
func outage(pause func(failed int) time.Duration) {
	var waited time.Duration
	atOnce := 0
	for failed := 0; failed < 100; failed++ {
		wait := pause(failed)
		if wait <= 0 {
			atOnce++ // Sleep returns immediately
			continue
		}
		waited += wait
	}
	fmt.Println("waited:", waited)
	fmt.Println("attempts without a wait:", atOnce)
}

// backoffWraps turns every client of a service that has been down for
// twenty minutes into an attacker.
//
// The limit is there and the first 37 waits are right, which is a quarter
// of an hour. Then the shift reaches the sign: a negative wait is below
// the limit, and Sleep returns at once. Some of the next shifts are
// positive again, so the graph of attempts looks like noise. From the 57th
// on no bit is left, the wait is 0, and stays so.
//
// The service comes back and is gone within a second. With jitter it ends
// earlier and louder: rand.Int63n panics when its argument is not
// positive. Look for << or a power with a counter that nothing bounds.
func backoffWraps() {
	outage(pause)
	// Output:
	// waited: 18m21.1s
	// attempts without a wait: 56
}

func pauseFixed(failed int) time.Duration {
	wait := firstWait
	for i := 0; i < failed && wait < maxWait; i++ {
		wait *= 2
	}
	if wait > maxWait {
		wait = maxWait
	}
	return wait
}

// backoffWrapsFixed doubles until the limit is reached, so that nothing
// larger than twice the limit ever exists.
//
// Nine multiplications at most. Bounding the shift count works as well and
// has to be thought through again when one of the constants changes.
func backoffWrapsFixed() {
	outage(pauseFixed)
	// Output:
	// waited: 46m21.1s
	// attempts without a wait: 0
}

// A client waits for an answer, for ever if timeout is 0, as http.Client
// does.
type client struct{ timeout time.Duration }

// settings are what operators edit.
var settings = []string{
	`{"timeout_seconds": 2}`,
	`{"timeout_seconds": 2.5}`,
	`{"timeout_seconds": 0.5}`,
}

// timeoutSeconds decodes one of the settings.
func timeoutSeconds(text string) float64 {
	var s struct {
		Seconds float64 `json:"timeout_seconds"`
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		panic(err)
	}
	return s.Seconds
}

// halfSecond removes the timeout that an operator wanted to be short: the
// half is converted before it is multiplied.
//
// time.Duration(n) * time.Second is the idiom, for integers. Then somebody
// allowed fractions in the file, and the line still compiles. A conversion
// to an integer type drops the fraction: 2.5 becomes 2, which nobody sees,
// and 0.5 becomes 0, which means no timeout.
//
// During the next incident goroutines pile up in the one service that had
// been told not to wait. Look for time.Duration( around a float64, with
// the unit behind the bracket.
func halfSecond() {
	for _, text := range settings {
		seconds := timeoutSeconds(text)
		c := client{timeout: time.Duration(seconds) * time.Second}
		fmt.Println(seconds, "s:", c.timeout, "for ever:", c.timeout == 0)
	}
	// Output:
	// 2 s: 2s for ever: false
	// 2.5 s: 2s for ever: false
	// 0.5 s: 0s for ever: true
}

// halfSecondFixed multiplies as a float64 and converts last.
//
// Then the range is yours to check, see unlimited below. A file that says
// "500ms" and time.ParseDuration need neither, and the unit can't be
// mistaken.
func halfSecondFixed() {
	for _, text := range settings {
		seconds := timeoutSeconds(text)
		c := client{timeout: time.Duration(seconds * float64(time.Second))}
		fmt.Println(seconds, "s:", c.timeout, "for ever:", c.timeout == 0)
	}
	// Output:
	// 2 s: 2s for ever: false
	// 2.5 s: 2.5s for ever: false
	// 0.5 s: 500ms for ever: false
}

// A plan is what a customer may store and does store, in gigabytes.
type plan struct{ limit, used uint64 }

// fits reports whether n more may be stored.
func (p plan) fits(n uint64) bool { return n <= p.limit-p.used }

// quotaLowered gives unlimited storage to whoever moves to a smaller plan.
//
// The method is the careful one: used+n <= limit would wrap for a huge n,
// so the author subtracts, and used never exceeds limit because fits sees
// to it. True for as long as limits only grow. The downgrade came two
// years later, in another service, as an update of one column.
//
// A bill from the storage provider found it. Look for a difference of
// unsigned values whose order is an invariant kept elsewhere; uint says
// "never negative" to the reader, and checks nothing.
func quotaLowered() {
	p := plan{limit: 100, used: 80}
	fmt.Println("limit 100, used 80, 30 more:", p.fits(30))
	p.limit = 50
	fmt.Println("limit 50, used 80, 30 more:", p.fits(30))
	// Output:
	// limit 100, used 80, 30 more: false
	// limit 50, used 80, 30 more: true
}

func (p plan) fitsFixed(n uint64) bool {
	return p.used <= p.limit && n <= p.limit-p.used
}

// quotaLoweredFixed asks for the order before it subtracts.
//
// One comparison. With int64 the difference would have been -30 and the
// old line right; quantities that are subtracted are better signed, also
// those that can't be negative.
func quotaLoweredFixed() {
	p := plan{limit: 100, used: 80}
	fmt.Println("limit 100, used 80, 30 more:", p.fitsFixed(30))
	p.limit = 50
	fmt.Println("limit 50, used 80, 30 more:", p.fitsFixed(30))
	// Output:
	// limit 100, used 80, 30 more: false
	// limit 50, used 80, 30 more: false
}

var errRange = errors.New("out of range")

// quotaOf converts the quota of a request, as JSON leaves it in an any.
func quotaOf(f float64) (int64, error) {
	if f < math.MinInt64 || f > math.MaxInt64 {
		return 0, errRange
	}
	return int64(f), nil
}

// unlimited rejects every request of the one client that asked for no
// limit at all, on amd64, and none on arm64.
//
// There is a range check. It compares floats, and math.MaxInt64 has no
// float64: the constant becomes the next one, 2 to the 63, as does the
// client's 9223372036854775807. They are equal, the check passes, and the
// conversion is outside of its range, where the language leaves the result
// to the machine: amd64 says the smallest int64, arm64 the largest.
//
// Developers on arm64 laptops could not reproduce it. NaN passes too; each
// comparison with it is false. Look for > math.MaxInt64, MaxUint64 or
// MaxInt beside a float64.
func unlimited() {
	for _, f := range []float64{1e6, 9223372036854775807, math.NaN()} {
		n, err := quotaOf(f)
		fmt.Println("quota", f, "is", n, err)
	}
	// Output (amd64):
	// quota 1e+06 is 1000000 <nil>
	// quota 9.223372036854776e+18 is -9223372036854775808 <nil>
	// quota NaN is -9223372036854775808 <nil>
	// Output (arm64):
	// quota 1e+06 is 1000000 <nil>
	// quota 9.223372036854776e+18 is 9223372036854775807 <nil>
	// quota NaN is 0 <nil>
}

func quotaOfFixed(f float64) (int64, error) {
	if !(f >= -1<<63 && f < 1<<63) {
		return 0, errRange
	}
	return int64(f), nil
}

// unlimitedFixed says what is allowed, in constants that are floats, with
// the upper one excluded.
//
// Written as a negation it refuses NaN. It still drops fractions: compare
// with math.Trunc where 1.5 is an error. For uint64 the bounds are -1,
// excluded, and 1<<64.
func unlimitedFixed() {
	for _, f := range []float64{1e6, 9223372036854775807, math.NaN()} {
		n, err := quotaOfFixed(f)
		fmt.Println("quota", f, "is", n, err)
	}
	// Output:
	// quota 1e+06 is 1000000 <nil>
	// quota 9.223372036854776e+18 is 0 out of range
	// quota NaN is 0 out of range
}

// A canary is a release that gets a small part of the traffic.
type canary struct{ requests, failed int }

// maxErrors is the share of requests that may fail.
const maxErrors = 0.01

func (c canary) promote() bool {
	rate := float64(c.failed) / float64(c.requests)
	if rate > maxErrors {
		return false
	}
	return true
}

// emptyCanary ships a release that has not answered a single request.
//
// It crashed at start, so the balancer sent it nothing: 0 of 0 is NaN, NaN
// is not greater than the limit, and what is not refused is promoted. As
// integers the division would have panicked. The test had a good release
// and a bad one, both with traffic.
//
// The dashboard shows a gap, which reads as quiet. The same line is an
// alert that never fires, and a maximum that starts at NaN and stays
// there. Look for a division of counters with a comparison behind it.
func emptyCanary() {
	for _, c := range []canary{{100, 0}, {100, 5}, {0, 0}} {
		ok := c.promote()
		fmt.Println(c.failed, "of", c.requests, "failed, promoted:", ok)
	}
	// Output:
	// 0 of 100 failed, promoted: true
	// 5 of 100 failed, promoted: false
	// 0 of 0 failed, promoted: true
}

func (c canary) promoteFixed() bool {
	rate := float64(c.failed) / float64(c.requests)
	return rate <= maxErrors
}

// emptyCanaryFixed asks for the good: the comparison with NaN is false,
// and false must be the safe answer.
//
// It costs nothing and a comment, or the next reader turns it round. "At
// least a thousand requests" is what the rule should have said.
func emptyCanaryFixed() {
	for _, c := range []canary{{100, 0}, {100, 5}, {0, 0}} {
		ok := c.promoteFixed()
		fmt.Println(c.failed, "of", c.requests, "failed, promoted:", ok)
	}
	// Output:
	// 0 of 100 failed, promoted: true
	// 5 of 100 failed, promoted: false
	// 0 of 0 failed, promoted: false
}

// fee is 5 % of an amount.
func fee(amount float64) float64 { return amount * 0.05 }

// charge returns what is debited, in cents.
func charge(amount float64) int64 {
	return int64(math.Round(amount * 100))
}

// centApart debits 13 cents and prints 0.12 on the invoice.
//
// Each line is a recommended way to round. math.Round takes halves away
// from zero. fmt and strconv take the nearest decimal of the number as it
// is, and of two equally near the even one. 0.125 is exact in binary, so
// it is a true half and they differ. 1.115 is not: the float lies below,
// %.2f sees that, and the multiplication by 100 rounds it away again.
//
// No customer writes because of a cent. The auditor does, because a
// million invoices and the bank differ by a sum that no rule explains.
// Look for a float64 that is rounded in two places.
func centApart() {
	for _, amount := range []float64{2.50, 22.30, 7.90} {
		f := fee(amount)
		fmt.Printf("invoice %.2f, debited %d cents\n", f, charge(f))
	}
	// Output:
	// invoice 0.12, debited 13 cents
	// invoice 1.11, debited 112 cents
	// invoice 0.40, debited 40 cents
}

// feeFixed is 5 % of an amount in cents, halves rounded up.
func feeFixed(cents int64) int64 { return (cents*5 + 50) / 100 }

// centApartFixed counts cents and rounds once, in the division, with a
// rule that stands there.
//
// The invoice prints the cents that are debited. What it costs: a type, a
// rule for negative amounts, whose division truncates to zero, and care
// with currencies that have no cents or thousandths.
func centApartFixed() {
	for _, cents := range []int64{250, 2230, 790} {
		f := feeFixed(cents)
		fmt.Printf("invoice %d.%02d, debited %d cents\n", f/100, f%100, f)
	}
	// Output:
	// invoice 0.13, debited 13 cents
	// invoice 1.12, debited 112 cents
	// invoice 0.40, debited 40 cents
}

// titleLimit is the width of the column, in bytes.
const titleLimit = 13

// shorten returns a title that fits.
func shorten(title string) string {
	if len(title) > titleLimit {
		title = title[:titleLimit]
	}
	return title
}

// encode returns a title as it goes over the wire.
func encode(title string) string {
	text, err := json.Marshal(title)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// cutTitle stores half a letter where a title is too long.
//
// The limit is in bytes, so cutting bytes is right, and for titles in
// English it can't go wrong. The 13th byte of this one is the first of two
// that make an ß. MySQL in strict mode and PostgreSQL refuse the row. JSON
// does not: it replaces the byte by U+FFFD, without an error, and the
// length changes again. Up to 1.26 that is six characters of escape; 1.27
// writes the three bytes of the rune, so signatures, ETags and recorded
// replies change with the toolchain.
//
// In the log: invalid byte sequence for encoding "UTF8": 0xc3, at one
// insert of ten thousand. Look for an index into a string that comes from
// a limit.
func cutTitle() {
	title := shorten("Schöne Grüße aus Köln")
	wire := encode(title)
	fmt.Println("valid:", utf8.ValidString(title))
	fmt.Println(len(title), "bytes, as JSON", len(wire)-2)
	fmt.Println("wire:", wire)
	// Output (!go1.27):
	// valid: false
	// 13 bytes, as JSON 18
	// wire: "Schöne Grü\ufffd"
	// Output (go1.27):
	// valid: false
	// 13 bytes, as JSON 15
	// wire: "Schöne Grü�"
}

func shortenFixed(title string) string {
	if len(title) <= titleLimit {
		return title
	}
	n := titleLimit
	for n > 0 && !utf8.RuneStart(title[n]) {
		n--
	}
	return title[:n]
}

// cutTitleFixed goes back to where a rune starts: three steps at most.
//
// It keeps runes whole, not letters. An e and a combining accent, or a
// family of emoji, are several runes, and only golang.org/x/text or a
// segmentation library knows where to cut those.
func cutTitleFixed() {
	title := shortenFixed("Schöne Grüße aus Köln")
	wire := encode(title)
	fmt.Println("valid:", utf8.ValidString(title))
	fmt.Println(len(title), "bytes, as JSON", len(wire)-2)
	fmt.Println("wire:", wire)
	// Output:
	// valid: true
	// 12 bytes, as JSON 12
	// wire: "Schöne Grü"
}

// accounts are the mail addresses on file, by their key.
var accounts = map[string]string{"mike@example.org": "mike@example.org"}

// typed are addresses as they come from the form for lost passwords.
var typed = []string{
	"Mike@example.org",
	"m\u0130ke@example.org", // a capital I with a dot, as in Turkish
	"mi\u212ae@example.org", // the sign for the unit kelvin
}

// resetFor returns the address to which the link is sent.
func resetFor(mail string) string {
	if _, ok := accounts[strings.ToLower(mail)]; ok {
		return mail
	}
	return ""
}

// resetByLower mails the link for mike's password to a mailbox that is not
// mike's.
//
// Addresses are compared without case, as users expect, and the key is
// right for every address that an American keyboard can type. Two letters
// beyond ASCII have an ASCII one in lower case. So two more spellings find
// the account, the mail system takes them for two other mailboxes, and
// whoever owns one of those owns the account.
//
// GitHub had this in 2019 (history), with upper case, where a dotless i is
// the letter that joins. Links sent to an address that is not on file are
// the damage. Look for ToLower, ToUpper or EqualFold on what decides
// identity, and for the use of what was typed after something was found.
func resetByLower() {
	for _, mail := range typed {
		fmt.Printf("%+q: link to %+q\n", mail, resetFor(mail))
	}
	// Output:
	// "Mike@example.org": link to "Mike@example.org"
	// "m\u0130ke@example.org": link to "m\u0130ke@example.org"
	// "mi\u212ae@example.org": link to "mi\u212ae@example.org"
}

// lowerASCII lowers A to Z and leaves everything else alone.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

func resetForFixed(mail string) string {
	return accounts[lowerASCII(mail)]
}

// resetByLowerFixed folds ASCII alone, and sends to the address on file,
// which would have been enough.
//
// Users with other letters must type them as they did before. A service
// that wants more needs a profile for user names (PRECIS, RFC 8265), and
// the result of it as the key.
func resetByLowerFixed() {
	for _, mail := range typed {
		fmt.Printf("%+q: link to %+q\n", mail, resetForFixed(mail))
	}
	// Output:
	// "Mike@example.org": link to "mike@example.org"
	// "m\u0130ke@example.org": link to ""
	// "mi\u212ae@example.org": link to ""
}

// mark returns the text with the word that was searched for in brackets.
func mark(text, word string) string {
	i := strings.Index(strings.ToLower(text), strings.ToLower(word))
	if i < 0 {
		return text
	}
	j := i + len(word)
	return text[:i] + "[" + text[i:j] + "]" + text[j:]
}

// offsetInLower marks the wrong letters in some results of a search and
// crashes on others, since a position in the lowered text is none in the
// text.
//
// Lowering changes lengths. The dotted I of Turkish has two bytes and its
// small letter one, so everything behind it moves, and the mark is off by
// one. That is the rule: 23 runes get shorter, 25 with the tables of 1.27.
// Two get longer, and for those the end lies behind the end.
//
// Both are letters of a language of Vancouver Island, and of every list
// that a fuzzer tries. Look for an index that was found in one string and
// used in another.
func offsetInLower() {
	fmt.Println(mark("Gebze Tea House", "tea"))
	fmt.Println(mark("\u0130zmir Tea House", "tea"))
	fmt.Println(mark("\u023a\u023a Tea", "tea"))
	// Panics: slice bounds out of range [:10] with length 8
	// Output:
	// Gebze [Tea] House
	// İzmir[ Te]a House
}

// markFixed walks the text, so that every offset is one of the text.
func markFixed(text, word string) string {
	for i := range text {
		for j := i; j <= len(text); j++ {
			if strings.EqualFold(text[i:j], word) {
				return text[:i] + "[" + text[i:j] + "]" + text[j:]
			}
		}
	}
	return text
}

// offsetInLowerFixed compares pieces of the text itself.
//
// EqualFold does not allocate, but these loops are cubic: right for a
// title. For documents compile (?i) with regexp.QuoteMeta of the word,
// whose positions are those of the text.
func offsetInLowerFixed() {
	fmt.Println(markFixed("Gebze Tea House", "tea"))
	fmt.Println(markFixed("\u0130zmir Tea House", "tea"))
	fmt.Println(markFixed("\u023a\u023a Tea", "tea"))
	// Output:
	// Gebze [Tea] House
	// İzmir [Tea] House
	// ȺȺ [Tea]
}

// heapMB returns the megabytes of live heap.
func heapMB() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc >> 20
}

// upload returns a body of 32 MB that begins with the name of a tenant.
func upload(tenant string) string {
	return tenant + ":" + strings.Repeat("x", 32<<20)
}

// tenantOf returns the key under which an upload is counted.
func tenantOf(body string) string {
	return strings.ToLower(body[:strings.IndexByte(body, ':')])
}

// lowerKeepsBody holds the uploads of those tenants that write their name
// in small letters, whole.
//
// The author knew that a part of a string keeps all of it, and saw that
// the part goes through ToLower, which makes a new one. If it has to. What
// is lower already comes back as it was, the same bytes at the same
// address. The test wrote ACME.
//
// In a heap profile: bodies, allocated where they are read, in a process
// that keeps names. It grows with some customers and not with others. Look
// for a function of package strings as the last step before a map or a
// field; shares in example.go lists those that may return their argument.
func lowerKeepsBody() {
	for _, tenant := range []string{"ACME", "acme"} {
		name := tenantOf(upload(tenant))
		fmt.Println(tenant, "MB held:", heapMB())
		runtime.KeepAlive(name)
	}
	// Output:
	// ACME MB held: 0
	// acme MB held: 32
}

// tenantOfFixed returns a key that shares nothing.
func tenantOfFixed(body string) string {
	return strings.Clone(tenantOf(body))
}

// lowerKeepsBodyFixed says that it wants a copy: strings.Clone (1.18)
// always makes one.
//
// A few bytes twice for those who write ACME. An empty string in front,
// the copy of older code, is none: what is added to nothing comes back as
// it was.
func lowerKeepsBodyFixed() {
	for _, tenant := range []string{"ACME", "acme"} {
		name := tenantOfFixed(upload(tenant))
		fmt.Println(tenant, "MB held:", heapMB())
		runtime.KeepAlive(name)
	}
	// Output:
	// ACME MB held: 0
	// acme MB held: 0
}

// The lines of the benchmark and the lines of production.
var (
	benchmarked = [][]byte{
		[]byte("GET /cart HTTP/1.1"),
		[]byte("PUT /cart HTTP/1.1"),
	}
	produced = [][]byte{
		[]byte("GET /cart?utm_source=newsletter&session=9f86d08 HTTP/1.1"),
		[]byte("PUT /cart?utm_source=newsletter&session=9f86d08 HTTP/1.1"),
	}
	reads int
)

// countReads counts the lines that begin with GET.
func countReads(lines [][]byte) {
	for _, line := range lines {
		if strings.HasPrefix(string(line), "GET ") {
			reads++
		}
	}
}

// shortBenchmark allocates for every line in production, and reported no
// allocation at all when it was measured.
//
// A string that is made from bytes and stays in its function is put into a
// buffer of 32 bytes on the stack, if it fits. The lines of the benchmark
// fit. "The compiler optimises this conversion" was written into the
// review, with the numbers: it does for comparisons, map lookups and the
// like, and here it did not.
//
// In alloc_objects: a line without make, new or append. Count allocations
// with inputs as long as those of production, above all across the edge of
// 32 bytes. Look for string(b) as an argument where package bytes has the
// same function.
func shortBenchmark() {
	countReads(benchmarked)
	countReads(produced)
	// Allocs: 2
}

func countReadsFixed(lines [][]byte) {
	for _, line := range lines {
		if bytes.HasPrefix(line, []byte("GET ")) {
			reads++
		}
	}
}

// shortBenchmarkFixed stays with bytes.
//
// The conversion of the constant costs nothing that escapes. It is also
// shorter, once the import of strings is gone.
func shortBenchmarkFixed() {
	countReadsFixed(benchmarked)
	countReadsFixed(produced)
	// Allocs: 0
	// Faster: 2x than shortBenchmark
}

// alone gives a case a process of its own, because it ends the process or never ends.
func alone(name string, run func()) func() {
	if len(os.Args) > 1 && os.Args[1] == name {
		run()
		os.Exit(0)
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		child := exec.CommandContext(ctx, os.Args[0], name)
		stderr := new(strings.Builder)
		child.Stdout, child.Stderr = os.Stdout, stderr
		err := child.Run()
		for _, line := range strings.Split(stderr.String(), "\n") {
			if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
				fmt.Println(line)
				break
			}
		}
		fmt.Println(name, "ended:", err)
	}
}

func main() {
	for _, run := range []func(){
		millionthUser,
		millionthUserFixed,
		runeKey,
		runeKeyFixed,
		oneCell,
		oneCellFixed,
		backoffWraps,
		backoffWrapsFixed,
		halfSecond,
		halfSecondFixed,
		quotaLowered,
		quotaLoweredFixed,
		unlimited,
		unlimitedFixed,
		emptyCanary,
		emptyCanaryFixed,
		centApart,
		centApartFixed,
		cutTitle,
		cutTitleFixed,
		resetByLower,
		resetByLowerFixed,
		alone("offsetInLower", offsetInLower),
		offsetInLowerFixed,
		lowerKeepsBody,
		lowerKeepsBodyFixed,
		shortBenchmark,
		shortBenchmarkFixed,
	} {
		run()
	}
}
