// Benchmark is what scripts/bench measures with: the handler that the unit page is held to, and
// synthetic files to import.
package main

import (
	"fmt"
	"net/http"
	"os"
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

func run(args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("usage: constant ADDRESS FILE | nation ROWS FILE | roster ROWS STRUCTURE ROSTER | furnish URL KEYS DIR | bare CALL URL CLIENTS SECONDS | each URL TOKEN THINGS CLIENTS |" +
			" furnish-matters URL KEYS MATTERS DIR | bare-matter CALL URL KEYS DIR CLIENTS SECONDS | rows URL KEYS DIR CALL… | watch URL KEYS")
	}
	switch args[0] {
	case "constant":
		return constant(args[1], args[2])
	case "furnish":
		return furnish(args[1], args[2], args[3])
	case "furnish-matters":
		matters, err := strconv.Atoi(args[3])
		if err != nil {
			return err
		}
		return furnishMatters(args[1], args[2], matters, args[4])
	case "bare-matter":
		clients, err := strconv.Atoi(args[5])
		if err != nil {
			return err
		}
		seconds, err := strconv.ParseFloat(args[6], 64)
		if err != nil {
			return err
		}
		return runBareMatter(args[1], args[2], args[3], args[4], clients, seconds)
	case "rows":
		return rowsRead(args[1], args[2], args[3], args[4:])
	case "watch":
		return watch(args[1], args[2])
	case "each":
		clients, err := strconv.Atoi(args[4])
		if err != nil {
			return err
		}
		return runEach(args[1], args[2], args[3], clients)
	case "bare":
		clients, err := strconv.Atoi(args[3])
		if err != nil {
			return err
		}
		seconds, err := strconv.ParseFloat(args[4], 64)
		if err != nil {
			return err
		}
		return runBare(args[1], args[2], clients, seconds)
	}
	rows, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	if args[0] == "nation" {
		return nation(rows, args[2])
	}
	return roster(rows, args[2], args[3])
}

// constant serves the same bytes for every request, from gin alone.
func constant(address, file string) error {
	body, err := os.ReadFile(file) //nolint:gosec // scripts/bench names the file
	if err != nil {
		return err
	}
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.GET("/", func(c *gin.Context) { c.Data(http.StatusOK, "application/json", body) })
	r.GET("/metrics", gin.WrapH(promhttp.Handler()))
	return (&http.Server{Addr: address, Handler: r, ReadHeaderTimeout: 10 * time.Second}).ListenAndServe()
}
