//go:build ignore

// Simple values in use: what the bits are, which operations stay inside of
// their range, and what a text costs to look at, to convert and to keep.
package main

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html"
	"io"
	"math"
	"math/bits"
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

// edges shows what integers do at the ends of their ranges: they wrap, and
// the language says so.
//
// There is no undefined overflow as in C, so no compiler may remove a test
// like x+1 < x. There is no trap either. The smallest value is the one
// without a partner: its negation, its absolute value and its quotient by
// -1 are itself.
func edges() {
	low, high := int8(-128), int8(127)
	fmt.Println("wraps:", high+1, low-1, -low, low/-1, low%-1)

	// Division truncates towards zero, and the remainder has the sign of
	// the dividend. A shift rounds down: for negative values it is not the
	// division by a power of two.
	seven := -7
	fmt.Println("-7 by 2:", seven/2, seven%2, "shifted:", seven>>1)

	// A count as large as the width or larger is no mistake and not taken
	// modulo the width, as the processor does: the bits are gone. A count
	// that is negative panics; signed ones are allowed since 1.13.
	one, width := uint32(1), 32
	fmt.Println("shifted out:", one<<width, low>>width)

	// To a smaller type a conversion keeps the low bits. To a larger one it
	// fills up with the sign of the source, or zeros if that is unsigned.
	b := byte(0xfe)
	fmt.Println("widened:", int32(b), int32(int8(b)), uint32(int8(b)))

	// A product has the type of its operands. Convert before, not after.
	blocks, size := uint32(2<<20), uint32(4096)
	fmt.Println("8 GB:", uint64(blocks*size), uint64(blocks)*uint64(size))

	// int has the size of a pointer: 64 bits on servers and on wasm, 32 on
	// 386, arm and mips.
	word := 8 * int(unsafe.Sizeof(uintptr(0)))
	fmt.Println("int is a word:", strconv.IntSize == word)

	// Byte order belongs to the call that reads, not to the value.
	raw := []byte{0x01, 0x02}
	big := binary.BigEndian.Uint16(raw)
	fmt.Println("0102:", big, binary.LittleEndian.Uint16(raw))
	// Output:
	// wraps: -128 127 -128 -128 0
	// -7 by 2: -3 -1 shifted: -4
	// shifted out: 0 -1
	// widened: 254 -2 4294967294
	// 8 GB: 0 8589934592
	// int is a word: true
	// 0102: 258 513
}

// floorDiv rounds towards minus infinity, which is what calendars, grids
// and rings mean by division.
func floorDiv(a, b int64) (quotient, remainder int64) {
	q, r := a/b, a%b
	if r != 0 && (r < 0) != (b < 0) {
		q, r = q-1, r+b
	}
	return q, r
}

// newer reports whether sequence number a comes after b, where numbers
// start again at 0. The difference wraps as they do, and its sign is right
// for as long as the two are less than half of the range apart.
func newer(a, b uint16) bool { return int16(a-b) > 0 }

// beforeZero divides what can be negative, and compares what wraps on
// purpose.
//
// With / and % the hours before and after 1970 share number 0, and an
// index from % of a negative hash is out of range. Wrapping is not always
// the enemy: RTP, TCP and DNS zones compare their numbers by it.
func beforeZero() {
	for _, second := range []int64{3600, 3599, -1, -3601} {
		hour, rest := floorDiv(second, 3600)
		fmt.Println(second, "s: hour", hour, "+", rest, "not", second/3600)
	}
	fmt.Println("2 after 65535:", newer(2, 65535), newer(65535, 2))
	// Output:
	// 3600 s: hour 1 + 0 not 1
	// 3599 s: hour 0 + 3599 not 0
	// -1 s: hour -1 + 3599 not 0
	// -3601 s: hour -2 + 3599 not -1
	// 2 after 65535: true false
}

// add returns a+b, and whether it is the sum.
func add(a, b int64) (sum int64, ok bool) {
	sum = a + b
	return sum, (sum > a) == (b > 0)
}

// mul returns a*b, and whether it is the product: Mul64 returns all 128
// bits, in one instruction where the machine has it.
func mul(a, b uint64) (product uint64, ok bool) {
	high, low := bits.Mul64(a, b)
	return low, high == 0
}

// within reports whether a section of a file lies inside of it. The sum of
// offset and length is the obvious test, and it wraps for the sender who
// wants it to.
func within(offset, length, size uint64) bool {
	return offset <= size && length <= size-offset
}

// checked does arithmetic on numbers from outside.
//
// The language has no checked operators, so write the three that you need
// and no more. Compare before you compute where you can, and look at the
// result where you can't. What is yours and small needs none of this.
func checked() {
	fmt.Println(add(math.MaxInt64-1, 1))
	fmt.Println(add(math.MaxInt64, 1))
	fmt.Println(mul(1<<32, 1<<31))
	fmt.Println(mul(1<<32, 1<<32))

	offset, length := uint64(math.MaxUint64-3), uint64(8)
	fmt.Println("sum says inside:", offset+length <= 100)
	fmt.Println("inside:", within(offset, length, 100))
	// Output:
	// 9223372036854775807 true
	// -9223372036854775808 false
	// 9223372036854775808 true
	// 0 false
	// sum says inside: true
	// inside: false
}

// viaFlag parses text as flag.Int does.
func viaFlag(text string) (int, error) {
	set := flag.NewFlagSet("", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	n := set.Int("shard", -1, "")
	err := set.Parse([]string{"-shard=" + text})
	return *n, err
}

// orRefused prints a number, or that there was none.
func orRefused(n int64, err error) string {
	if err != nil {
		return "refused"
	}
	return strconv.FormatInt(n, 10)
}

// parsers reads one text in the four ways that the standard library offers
// for a number in a configuration.
//
// Atoi is base ten and nothing else. ParseInt with base 0, flag and Sscan
// read the text as Go source: a leading zero is octal, underscores may
// stand between digits. So -shard=010 is 8, and shard 8 has two owners.
// Sscan reads what it likes and leaves the rest, without an error.
//
// The third parameter of ParseInt is a range check: an int8 that was
// parsed with 64 bits and converted is another number.
func parsers() {
	for _, text := range []string{"10", "010", "08", "1_000", "1e3"} {
		atoi, err := strconv.Atoi(text)
		fmt.Printf("%5s: Atoi %s", text, orRefused(int64(atoi), err))
		based, err := strconv.ParseInt(text, 0, 64)
		fmt.Printf(", base 0 %s", orRefused(based, err))
		flagged, err := viaFlag(text)
		fmt.Printf(", flag %s", orRefused(int64(flagged), err))
		var scanned int
		_, err = fmt.Sscan(text, &scanned)
		fmt.Printf(", Sscan %s\n", orRefused(int64(scanned), err))
	}
	n, err := strconv.ParseInt("300", 10, 8) // the nearest int8 it is
	fmt.Println(n, errors.Is(err, strconv.ErrRange))
	// Output:
	//    10: Atoi 10, base 0 10, flag 10, Sscan 10
	//   010: Atoi 10, base 0 8, flag 8, Sscan 8
	//    08: Atoi 8, base 0 refused, flag refused, Sscan 0
	// 1_000: Atoi refused, base 0 1000, flag 1000, Sscan 1000
	//   1e3: Atoi refused, base 0 refused, flag refused, Sscan 1
	// 127 true
}

// sum adds in order; sumExact carries what each addition has lost (Kahan,
// in Neumaier's form).
func sum(values []float64) (s float64) {
	for _, v := range values {
		s += v
	}
	return s
}

func sumExact(values []float64) float64 {
	var s, lost float64
	for _, v := range values {
		t := s + v
		if math.Abs(s) >= math.Abs(v) {
			lost += (s - t) + v
		} else {
			lost += (v - t) + s
		}
		s = t
	}
	return s + lost
}

// floats prints what of IEEE 754 reaches programs.
//
// Constants are exact until they become a value, so the same expression is
// equal there and unequal here. Printing is not to blame: since the
// shortest text that reads back is printed, 0.1 looks exact and is not.
func floats() {
	a, b, c := 0.1, 0.2, 0.3
	fmt.Println("constants:", 0.1+0.2 == 0.3, "variables:", a+b == c, a+b)

	// Each addition is rounded, so the order of additions is part of the
	// result: a parallel sum can differ from run to run.
	values := []float64{1, 1e100, 1, -1e100}
	fmt.Println("sum:", sum(values), "with carry:", sumExact(values))

	// A float that counts stands still where its step is 2: at 2 to the 24
	// for a float32, at 2 to the 53 for a float64.
	f32, f64 := float32(1<<24), float64(1<<53)
	fmt.Println("counts on:", f32+1 > f32, f64+1 > f64)
	fmt.Println("float32 of 0.1:", float32(a), float64(float32(a)))

	// x*y + z may be rounded once instead of twice, where the machine has
	// the instruction: on arm64 and others, on amd64 from 1.25 for
	// GOAMD64=v3. math.FMA shows what comes out there. A conversion of the
	// product, float64(x*y), forbids it.
	fmt.Println("fused:", float64(a*10)-1, math.FMA(a, 10, -1))

	// NaN is unequal to itself and neither less nor greater. The two zeros
	// are equal; division and the sign bit tell them apart.
	zero := 0.0
	nan, minus := zero/zero, math.Copysign(0, -1)
	fmt.Println("NaN:", nan < 1, nan > 1, math.Max(1, nan))
	fmt.Println("zeros:", minus == zero, 1/minus, math.Signbit(minus))
	// Output:
	// constants: true variables: false 0.30000000000000004
	// sum: 0 with carry: 2
	// counts on: false false
	// float32 of 0.1: 0.1 0.10000000149011612
	// fused: 0 5.551115123125783e-17
	// NaN: false false NaN
	// zeros: true -Inf true
}

var (
	verb    = bytes.Repeat([]byte("V"), 40) // does not fit 32
	number  = []byte("4217")
	text    = strings.Repeat("t", 40)
	weights = map[string]int{"GET": 1}
	line    = make([]byte, 0, 100)
	total   int
)

// conversions looks at bytes as a string and at a string as bytes, in six
// ways that need no copy, and pays for fewer of them with each release.
//
// A string must not change, a slice may, so a conversion copies. Unless
// nobody can tell: a lookup, a comparison and a switch use the bytes where
// they are. Since 1.20 Atoi lets its argument go, for its error holds a
// copy, so a number fits the buffer on the stack. Since 1.22 the compiler
// also leaves out []byte(s) where nothing writes to the result.
func conversions() {
	total += weights[string(verb)]
	if string(verb) < text {
		total++
	}
	switch string(verb) {
	case "GET", "PUT":
		total++
	}
	for _, c := range []byte(text) {
		total += int(c)
	}
	n, _ := strconv.Atoi(string(number))
	total += n
	line = append(line[:0], []byte(text)...)
	// Allocs (!go1.20): 2
	// Allocs (go1.20 && !go1.22): 1
	// Allocs (go1.22): 0
}

var (
	fields = strings.Fields("cart add 4217 2 eu-1 v7 mobile de")
	joined string
)

// joinedInLoop allocates a string for each field after the first, and
// copies everything before it once more.
func joinedInLoop() {
	s := ""
	for _, f := range fields {
		s += f
	}
	joined = s
	// Allocs: 7
}

// joinedOnce knows the size first: one allocation and each byte copied
// once.
//
// A single expression a + b + c does the same without a Builder, whatever
// the number of operands; so does strings.Join. String returns the
// Builder's bytes without a copy, which is why a Builder must not be
// copied after its first write: it panics.
func joinedOnce() {
	size := 0
	for _, f := range fields {
		size += len(f)
	}
	var b strings.Builder
	b.Grow(size)
	for _, f := range fields {
		b.WriteString(f)
	}
	joined = b.String()
	// Allocs: 1
	// Faster: 1.5x than joinedInLoop
}

// A header is what the two words of a string are. unsafe.StringData (1.20)
// returns the first one.
type header struct {
	data uintptr
	size int
}

// inside reports whether part lies in the memory of whole.
func inside(whole, part string) bool {
	w := (*header)(unsafe.Pointer(&whole))
	p := (*header)(unsafe.Pointer(&part))
	return p.data >= w.data && p.data < w.data+uintptr(w.size)
}

// shares prints which functions return memory of their argument when there
// is nothing to change. What they return keeps the argument alive, all of
// it.
//
// So whether a cache retains a request can depend on its content: on a
// name that is lower case already, an escape that is not needed. None of
// it is documented, nor is the opposite. Clone is.
func shares() {
	whole := strings.Repeat("plain/", 4)
	none, nothing := "", strings.NewReplacer("<", "&lt;")
	show := func(name string, part string) {
		fmt.Printf("%-24s %v\n", name, inside(whole, part))
	}
	show("none + s", none+whole)
	show("strings.ToLower", strings.ToLower(whole))
	show("strings.ReplaceAll", strings.ReplaceAll(whole, "_", "-"))
	show("Replacer.Replace", nothing.Replace(whole))
	show("strings.Join of one", strings.Join([]string{whole}, ","))
	show("strings.Repeat by one", strings.Repeat(whole, 1))
	show("html.EscapeString", html.EscapeString(whole))
	show("url.QueryEscape", url.QueryEscape(whole[:5]))
	show("path.Clean", path.Clean(whole))
	show("strings.ToTitle", strings.ToTitle(whole))
	show("fmt.Sprint", fmt.Sprint(whole))
	_, err := strconv.Atoi(whole)
	show("the error of Atoi", err.(*strconv.NumError).Num)
	show("strings.Clone", strings.Clone(whole))
	// Output (!go1.20):
	// none + s                 true
	// strings.ToLower          true
	// strings.ReplaceAll       true
	// Replacer.Replace         true
	// strings.Join of one      true
	// strings.Repeat by one    false
	// html.EscapeString        true
	// url.QueryEscape          true
	// path.Clean               true
	// strings.ToTitle          false
	// fmt.Sprint               false
	// the error of Atoi        true
	// strings.Clone            false
	// Output (go1.20):
	// none + s                 true
	// strings.ToLower          true
	// strings.ReplaceAll       true
	// Replacer.Replace         true
	// strings.Join of one      true
	// strings.Repeat by one    true
	// html.EscapeString        true
	// url.QueryEscape          true
	// path.Clean               true
	// strings.ToTitle          false
	// fmt.Sprint               false
	// the error of Atoi        false
	// strings.Clone            false
}

// lengths counts four texts in three ways. None of them is what a reader
// of the text counts.
//
// A string is bytes, and any bytes. Text is a convention: range, []rune
// and most of package strings decode UTF-8 and take each byte that is none
// for one U+FFFD. What looks equal can differ, since an accent is a rune
// of its own or part of one; comparing and hashing see bytes.
func lengths() {
	for _, s := range []string{
		"caf\u00e9",                  // é as one rune
		"cafe\u0301",                 // e and a combining accent
		"\U0001f469\u200d\U0001f4bb", // a woman, a joiner, a computer
		"caf\xe9",                    // Latin-1
	} {
		runes := utf8.RuneCountInString(s)
		fmt.Printf("%d bytes, %d runes: %+q ends", len(s), runes, s)
		for i, r := range s { // i counts bytes, r is decoded
			if i+utf8.RuneLen(r) >= len(s) || r == utf8.RuneError {
				fmt.Printf(" %U at %d\n", r, i)
			}
		}
	}

	// Decoding and encoding is a round trip for valid text alone. The
	// length tells: the bad byte has become three.
	accented, latin := "caf\u00e9", "caf\xe9"
	ok, bad := utf8.ValidString(accented), utf8.ValidString(latin)
	fmt.Println("valid:", ok, bad)
	fmt.Println("back from runes:", len(latin), len(string([]rune(latin))))

	// string(s[3]) is no part of s. The byte becomes a rune, and the rune
	// is encoded.
	fmt.Printf("%q %q", accented[3:], accented[3:4])
	fmt.Printf(" %q\n", string(accented[3]))
	// Output:
	// 5 bytes, 4 runes: "caf\u00e9" ends U+00E9 at 3
	// 6 bytes, 5 runes: "cafe\u0301" ends U+0301 at 4
	// 11 bytes, 3 runes: "\U0001f469\u200d\U0001f4bb" ends U+1F4BB at 7
	// 4 bytes, 4 runes: "caf\xe9" ends U+FFFD at 3
	// valid: true false
	// back from runes: 4 6
	// "é" "\xc3" "Ã"
}

// tables asks the tables of Unicode that come with a release.
//
// They decide what a letter is, what ToLower does to it, and what %q
// writes as it is. New releases know new characters, so text that is
// quoted, lowered or filtered can change with the toolchain.
//
// The rest is counted over all runes: which letters beyond ASCII meet one
// of ASCII in upper case, in lower case and by EqualFold. Three relations,
// three answers, the same on each release.
func tables() {
	fmt.Println("Unicode", unicode.Version)
	fmt.Printf("%q %q %q\n", "\U0001fae0", "\U0001fae8", "\U0001fae9")

	var upper, lower, fold, longer []rune
	shorter := 0
	for r := rune(utf8.RuneSelf); r <= unicode.MaxRune; r++ {
		if unicode.ToUpper(r) < utf8.RuneSelf {
			upper = append(upper, r)
		}
		low := unicode.ToLower(r)
		if low < utf8.RuneSelf {
			lower = append(lower, r)
		}
		// The folds of r go round in a circle; the step from the largest
		// one leads to the smallest.
		if f := unicode.SimpleFold(r); f < utf8.RuneSelf {
			fold = append(fold, r)
		}
		switch before, after := utf8.RuneLen(r), utf8.RuneLen(low); {
		case after > before:
			longer = append(longer, r)
		case after < before:
			shorter++
		}
	}
	fmt.Printf("ASCII in upper case: %+q\n", upper)
	fmt.Printf("ASCII in lower case: %+q\n", lower)
	fmt.Printf("ASCII by EqualFold: %+q\n", fold)
	fmt.Printf("longer in lower case: %+q, shorter: %d\n", longer, shorter)
	// Output (!go1.21):
	// Unicode 13.0.0
	// "\U0001fae0" "\U0001fae8" "\U0001fae9"
	// ASCII in upper case: ['\u0131' '\u017f']
	// ASCII in lower case: ['\u0130' '\u212a']
	// ASCII by EqualFold: ['\u017f' '\u212a']
	// longer in lower case: ['\u023a' '\u023e'], shorter: 23
	// Output (go1.21 && !go1.27):
	// Unicode 15.0.0
	// "🫠" "🫨" "\U0001fae9"
	// ASCII in upper case: ['\u0131' '\u017f']
	// ASCII in lower case: ['\u0130' '\u212a']
	// ASCII by EqualFold: ['\u017f' '\u212a']
	// longer in lower case: ['\u023a' '\u023e'], shorter: 23
	// Output (go1.27):
	// Unicode 17.0.0
	// "🫠" "🫨" "🫩"
	// ASCII in upper case: ['\u0131' '\u017f']
	// ASCII in lower case: ['\u0130' '\u212a']
	// ASCII by EqualFold: ['\u017f' '\u212a']
	// longer in lower case: ['\u023a' '\u023e'], shorter: 25
}

// A cents is an amount of money.
type cents int64

// JSON uses these two, and so does everything else that reads text.
var (
	_ encoding.TextMarshaler   = cents(0)
	_ encoding.TextUnmarshaler = (*cents)(nil)
)

var errAmount = errors.New("want an amount like 12.30")

// parseCents reads digits, a point and two digits, and nothing else. A
// minus sign would need a rule for "-0.30", whose integer part is zero.
func parseCents(s string) (cents, error) {
	whole, part, ok := strings.Cut(s, ".")
	if !ok || len(part) != 2 {
		return 0, errAmount
	}
	// ParseUint, unlike ParseInt, takes no sign; 55 bits leave room for
	// the factor below.
	units, err := strconv.ParseUint(whole, 10, 55)
	if err != nil {
		return 0, fmt.Errorf("units %q: %w", whole, errAmount)
	}
	hundredths, err := strconv.ParseUint(part, 10, 8)
	if err != nil {
		return 0, fmt.Errorf("hundredths %q: %w", part, errAmount)
	}
	return cents(units*100 + hundredths), nil
}

// String makes every verb for text print the amount. %d still prints the
// integer: fmt asks String for text alone.
func (c cents) String() string {
	return fmt.Sprintf("%d.%02d", c/100, c%100)
}

// MarshalText makes JSON write a string, which no reader takes for a float.
func (c cents) MarshalText() ([]byte, error) {
	return []byte(c.String()), nil
}

// UnmarshalText reads what MarshalText has written.
func (c *cents) UnmarshalText(text []byte) (err error) {
	*c, err = parseCents(string(text))
	return err
}

// split shares an amount out so that the parts add up to it.
func (c cents) split(n int) []cents {
	parts := make([]cents, n)
	for i := range parts {
		parts[i] = c / cents(n)
		if cents(i) < c%cents(n) {
			parts[i]++ // the remainder, cent by cent
		}
	}
	return parts
}

// amounts is how a service keeps a value from changing on the way: a type
// of its own, one way in that refuses, one way out, and arithmetic that
// stays inside of the type.
func amounts() {
	for _, s := range []string{"12.30", "0.05", "12.3", "+1.00"} {
		c, err := parseCents(s)
		fmt.Printf("%q: %v %d %v\n", s, c, c, err)
	}
	var order struct{ Price cents }
	err := json.Unmarshal([]byte(`{"Price": "10.00"}`), &order)
	fmt.Println("split:", order.Price.split(3), err)
	wire, err := json.Marshal(order)
	fmt.Printf("wire: %s %v\n", wire, err)
	err = json.Unmarshal([]byte(`{"Price": 10.00}`), &order)
	fmt.Println("a float is refused:", err != nil)
	// Output:
	// "12.30": 12.30 1230 <nil>
	// "0.05": 0.05 5 <nil>
	// "12.3": 0.00 0 want an amount like 12.30
	// "+1.00": 0.00 0 units "+1": want an amount like 12.30
	// split: [3.34 3.33 3.33] <nil>
	// wire: {"Price":"10.00"} <nil>
	// a float is refused: true
}

func main() {
	edges()
	beforeZero()
	checked()
	parsers()
	floats()
	conversions()
	joinedInLoop()
	joinedOnce()
	shares()
	lengths()
	tables()
	amounts()
}
