// Paced makes calls at a fixed rate, whether answers come or not, and tells how long each waited from the
// moment at which it should have been made: a server that stalls is charged for everybody who would have come
// meanwhile. It is a module of its own, so that danyuan does not depend on what makes the load.
//
// It takes what to call from the environment, as call.lua does, and prints "calls/s p50us p99us refused".
package main

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "paced:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return errors.New("usage: paced ADDRESS RATE SECONDS")
	}
	rate, err := strconv.Atoi(args[1])
	if err != nil || rate < 1 {
		return fmt.Errorf("RATE must be a number of calls a second: %s", args[1])
	}
	seconds, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	c, err := readCall(args[0])
	if err != nil {
		return err
	}
	fmt.Println(pace(c, rate, time.Duration(seconds)*time.Second))
	return nil
}

// call is one call, each time by the next of the signed-in people and about the next thing.
type call struct {
	tokens, things                  []string
	method, host, path, body, stamp string
	first                           int
}

func readCall(address string) (*call, error) {
	c := &call{
		method: os.Getenv("METHOD"), host: strings.TrimPrefix(address, "http://"), path: os.Getenv("CALL"),
		body:  strings.ReplaceAll(os.Getenv("BODY"), "CODE", os.Getenv("CODE")),
		stamp: fmt.Sprint("paced-", time.Now().UnixNano(), "-"),
	}
	c.first, _ = strconv.Atoi(os.Getenv("FIRST")) // none is the first
	var err, wrong error
	c.tokens, err = lines(os.Getenv("TOKENS"))
	c.things, wrong = lines(os.Getenv("THINGS"))
	return c, errors.Join(err, wrong)
}

func lines(name string) (all []string, err error) {
	f, err := os.Open(filepath.Join(os.Getenv("BENCH"), name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		all = append(all, s.Text())
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s is empty", name)
	}
	return all, s.Err()
}

// make makes out the n-th call.
func (c *call) make(q *fasthttp.Request, n int) {
	n += c.first
	thing := c.things[n%len(c.things)]
	q.Header.SetMethod(c.method)
	q.Header.SetHost(c.host)
	q.SetRequestURI(strings.ReplaceAll(c.path, "THING", thing))
	q.Header.Set("Authorization", "Bearer "+c.tokens[n%len(c.tokens)])
	if c.method != http.MethodGet {
		q.Header.SetContentType("application/json")
		q.Header.Set("Idempotency-Key", c.stamp+strconv.Itoa(n))
		q.SetBodyString(strings.ReplaceAll(c.body, "THING", thing))
	}
}
