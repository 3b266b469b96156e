package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// runEach makes one call for each of some things, by so many clients at once, as each of some people in turn: what can
// be done to a thing only once can't be measured for a number of seconds. url's THING stands for the
// thing. It prints "calls/s p50us p99us refused".
func runEach(url, tokens, things string, clients int) error {
	list, err := lines(things)
	if err != nil {
		return err
	}
	who, err := lines(tokens)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	var next, refused atomic.Int64
	took := make([][]time.Duration, clients)
	var over sync.WaitGroup
	began := time.Now()
	for i := range clients {
		over.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= len(list) {
					return
				}
				at := time.Now()
				if err := post(client, strings.ReplaceAll(url, "THING", list[n]), who[n%len(who)], fmt.Sprintf("each-%s-%d", list[n], began.UnixNano())); err != nil {
					refused.Add(1)
				}
				took[i] = append(took[i], time.Since(at))
			}
		})
	}
	over.Wait()
	fmt.Fprintln(os.Stdout, figures(took, time.Since(began)), refused.Load())
	return nil
}

func lines(file string) ([]string, error) {
	text, err := os.ReadFile(file) //nolint:gosec // scripts/bench names the file
	return strings.Fields(string(text)), err
}

func post(client *http.Client, url, token, key string) error {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, strings.NewReader("{}")) //nolint:gosec // scripts/bench names the address
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Idempotency-Key", key)
	req.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(req) //nolint:gosec // as above
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	_, err = io.Copy(io.Discard, answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("refused: %s", answer.Status)
	}
	return err
}
