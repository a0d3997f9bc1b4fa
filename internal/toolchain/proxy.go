package toolchain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
)

// A table is what the module proxy has, as it is kept in the cache folder.
type table struct {
	Proxy    string    // whom we asked
	Asked    time.Time // when
	Releases []Release // in no order
}

const (
	askAgain   = 24 * time.Hour
	askSoon    = time.Hour // after a failure
	askTimeout = 5 * time.Second
	platform   = runtime.GOOS + "-" + runtime.GOARCH
	modulePath = "golang.org/toolchain"
)

// published returns the releases of the module proxy, asked at most once a day;
// what an earlier day said when the proxy is silent, and nil when none ever spoke.
func (t *Toolchains) published(ctx context.Context) []Release {
	t.tableMu.Lock()
	defer t.tableMu.Unlock()
	if t.table.Asked.IsZero() {
		t.table = t.readTable()
	}
	if age := t.now().Sub(t.table.Asked); t.table.Proxy == t.config.Proxy && age >= 0 && age < askAgain {
		return t.table.Releases
	}
	list, err := t.ask(ctx, http.MethodGet, "list")
	if ctx.Err() != nil {
		return t.table.Releases // not the proxy's fault: ask again next time
	}
	fresh := table{t.config.Proxy, t.now(), parseList(list.body)}
	if err != nil {
		fresh = table{t.config.Proxy, t.now().Add(askSoon - askAgain), t.table.Releases}
	}
	t.table = fresh
	if data, err := json.Marshal(fresh); err == nil {
		writeFile(t.tablePath(), data) // without it the next process asks again
	}
	return fresh.Releases
}

func (t *Toolchains) tablePath() string { return filepath.Join(t.config.Cache, "releases.json") }

func (t *Toolchains) readTable() (kept table) {
	data, err := os.ReadFile(t.tablePath())
	if err != nil || json.Unmarshal(data, &kept) != nil {
		return table{}
	}
	return kept
}

// parseList reads lines such as v0.0.1-go1.27.4.linux-amd64. Other platforms and
// pre-releases (go1.27rc1) are left out.
func parseList(list string) (releases []Release) {
	for line := range strings.Lines(list) {
		version, ok := strings.CutPrefix(strings.TrimSpace(line), "v0.0.1-")
		version, mine := strings.CutSuffix(version, "."+platform)
		if !ok || !mine || !strings.HasPrefix(version, "go") {
			continue
		}
		if minor, err := ParseMinor(version); err == nil && minor >= oldest {
			releases = append(releases, Release{minor, version})
		}
	}
	return releases
}

// Size returns how many bytes [Toolchains.Install] will download for this
// release; 0 when it is there already, -1 when the proxy does not say. An unknown release is fault.NotFound; no
// proxy, or a silent one, fault.Unavailable.
func (t *Toolchains) Size(ctx context.Context, r Release) (int64, error) {
	if _, ok := t.Installed(r); ok {
		return 0, nil
	}
	if _, err := os.Stat(t.downloaded(r, "zip")); err == nil {
		return 0, nil
	}
	a, err := t.ask(ctx, http.MethodHead, moduleVersion(r)+".zip")
	return a.length, err
}

func moduleVersion(r Release) string { return "v0.0.1-" + r.Version + "." + platform }

// downloaded returns where the go command keeps what it downloaded of a release.
func (t *Toolchains) downloaded(r Release, ext string) string {
	return filepath.Join(t.config.ModCache, "cache", "download", filepath.FromSlash(modulePath), "@v", moduleVersion(r)+"."+ext)
}

type answer struct {
	body   string
	length int64
}

// ask asks the proxies of the list, in turn, for a file about the toolchain
// module. As for the go command, a comma hands on only what a proxy does not have.
func (t *Toolchains) ask(ctx context.Context, method, file string) (answer, error) {
	err := error(fault.New(fault.Unavailable, "GOPROXY names no module proxy").
		Try("Set GOPROXY to a module proxy such as https://proxy.golang.org."))
	for rest := t.config.Proxy; rest != ""; {
		proxy, onError := rest, false
		if i := strings.IndexAny(rest, ",|"); i >= 0 {
			proxy, onError, rest = rest[:i], rest[i] == '|', rest[i+1:]
		} else {
			rest = ""
		}
		if proxy == "direct" || proxy == "off" || proxy == "" {
			break // the toolchain module lives on proxies only
		}
		var a answer
		if a, err = t.askOne(ctx, method, strings.TrimSuffix(proxy, "/")+"/"+modulePath+"/@v/"+file); err == nil {
			return a, nil
		}
		if !onError && fault.KindOf(err) != fault.NotFound {
			break
		}
	}
	return answer{}, err
}

func (t *Toolchains) askOne(ctx context.Context, method, url string) (answer, error) {
	short, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(short, method, url, nil)
	if err != nil {
		return answer{}, fault.New(fault.Misuse, "GOPROXY: %w", err).Try("Correct GOPROXY.")
	}
	response, err := t.web.Do(request)
	if err != nil {
		return answer{}, silent(ctx, err)
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		return answer{}, fault.New(fault.NotFound, "%s: %s", request.URL.Redacted(), response.Status).
			Try("Choose another release, or another GOPROXY.")
	default:
		return answer{}, silent(ctx, fmt.Errorf("%s: %s", request.URL.Redacted(), response.Status))
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, 4<<20))
	if err != nil {
		return answer{}, silent(ctx, err)
	}
	length, err := strconv.ParseInt(response.Header.Get("Content-Length"), 10, 64) // that of a HEAD, also from files
	if err != nil {
		length = -1
	}
	return answer{string(body), length}, nil
}

func silent(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fault.New(fault.Canceled, "asking the module proxy: %w", errors.Join(ctx.Err(), err))
	}
	return fault.New(fault.Unavailable, "asking the module proxy: %w", err).
		Try("Check the network, or set GOPROXY to a proxy that can be reached.")
}
