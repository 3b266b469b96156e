// Benchmark is what scripts/bench measures with: the handler that the unit page is held to, synthetic files
// to import, and bare loops of what calls say to the database.
package main

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// tools are what it can do: how many words each takes after its name, and what they are.
var tools = map[string]struct {
	words int
	usage string
	do    func(w []string, n func(i int) int) error
}{
	"constant": {2, "ADDRESS FILE", func(w []string, _ func(int) int) error { return constant(w[0], w[1]) }},
	"nation":   {2, "ROWS FILE", func(w []string, n func(int) int) error { return nation(n(0), w[1]) }},
	"roster":   {3, "ROWS STRUCTURE ROSTER", func(w []string, n func(int) int) error { return roster(n(0), w[1], w[2]) }},
	"furnish":  {3, "URL KEYS DIR", func(w []string, _ func(int) int) error { return furnish(w[0], w[1], w[2]) }},
	"bare":     {4, "CALL URL CLIENTS SECONDS", func(w []string, n func(int) int) error { return runBare(w[0], w[1], n(2), float64(n(3))) }},
	"served":   {4, "CALL URL ADDRESS FILE", func(w []string, _ func(int) int) error { return serveBare(w[0], w[1], w[2], w[3]) }},
	"each":     {4, "URL TOKENS THINGS CLIENTS", func(w []string, n func(int) int) error { return runEach(w[0], w[1], w[2], n(3)) }},

	"furnish-matters": {4, "URL KEYS MATTERS DIR", func(w []string, n func(int) int) error { return furnishMatters(w[0], w[1], n(2), w[3]) }},
	"bare-matter": {6, "CALL URL KEYS DIR CLIENTS SECONDS", func(w []string, n func(int) int) error {
		return runBareMatter(w[0], w[1], w[2], w[3], n(4), float64(n(5)))
	}},
	"rows":  {4, "URL KEYS DIR PLANS CALL…", func(w []string, _ func(int) int) error { return rowsRead(w[0], w[1], w[2], w[3], w[4:]) }},
	"grow":  {3, "URL FROM TO", func(w []string, n func(int) int) error { return grow(w[0], n(1), n(2)) }},
	"watch": {2, "URL KEYS", func(w []string, _ func(int) int) error { return watch(w[0], w[1]) }},
}

func run(args []string) error {
	var words []string
	var wrong error
	if len(args) > 0 {
		words = args[1:]
		if tool, known := tools[args[0]]; known && len(words) >= tool.words {
			number := func(i int) int {
				n, err := strconv.Atoi(words[i])
				wrong = errors.Join(wrong, err)
				return n
			}
			return errors.Join(tool.do(words, number), wrong)
		}
	}
	usage := "usage:"
	for _, name := range slices.Sorted(maps.Keys(tools)) {
		usage += "\n  " + name + " " + tools[name].usage
	}
	return errors.New(usage)
}

// constant serves the same bytes for every request, from gin alone.
func constant(address, file string) error {
	body, err := os.ReadFile(file) //nolint:gosec // scripts/bench names the file
	if err != nil {
		return err
	}
	return serve(address, func(c *gin.Context) { c.Data(http.StatusOK, "application/json", body) })
}

// serve answers every GET from gin alone.
func serve(address string, answer gin.HandlerFunc) error {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.GET("/", answer)
	r.GET("/metrics", gin.WrapH(promhttp.Handler()))
	r.NoRoute(answer)
	return (&http.Server{Addr: address, Handler: r, ReadHeaderTimeout: 10 * time.Second}).ListenAndServe()
}
