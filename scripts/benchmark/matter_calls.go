package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"danyuan/demo"
)

// matterCall is a call that scripts/bench measures on matters: the files with the tokens of who makes it
// and with what it is about, and what is sent.
type matterCall struct{ name, tokens, things, method, path, body string }

// matterCalls are all of them, about a community. scripts/bench reads each from a file of its own.
func matterCalls(community int64) []matterCall {
	list := func(query string) string { return fmt.Sprintf("/v1/nodes/%d/matters?limit=20%s", community, query) }
	get := func(name, tokens, things, path string) matterCall {
		return matterCall{name, tokens, things, http.MethodGet, path, ""}
	}
	return []matterCall{
		get("chief", "chiefs", "words", "/v1/matters/waiting"),
		get("community", "officers", "words", list("")),
		get("open", "officers", "words", list("&open=true")),
		get("category", "officers", "words", list("&category=repair&state=closed")),
		get("often", "officers", "words", list("&q="+url.QueryEscape(demo.SaidOften))),
		get("seldom", "officers", "words", list("&q="+url.QueryEscape(demo.SaidSeldom))),
		get("one", "officers", "matters", "/v1/matters/THING"),
		{"report", "people", "words", http.MethodPost, "/v1/matters", `{"category":"repair","words":"THING","anonymity":"named"}`},
	}
}

// write keeps a call where scripts/bench finds it, one part a line.
func (c matterCall) write(dir string) error {
	text := strings.Join([]string{c.tokens, c.things, c.method, c.path, c.body}, "\n") + "\n"
	return os.WriteFile(filepath.Join(dir, "call."+c.name), []byte(text), 0o600)
}

func readMatterCall(dir, name string) (matterCall, error) {
	text, err := os.ReadFile(filepath.Join(dir, "call."+name)) //nolint:gosec // scripts/bench names the folder
	parts := strings.Split(string(text), "\n")
	if err != nil || len(parts) < 5 {
		return matterCall{}, fmt.Errorf("no such call: %s: %w", name, err)
	}
	return matterCall{name, parts[0], parts[1], parts[2], parts[3], parts[4]}, nil
}

// requests makes a call by the n-th of its people, about the n-th of its things.
func (c matterCall) requests(dir string) (func(n int) *http.Request, error) {
	tokens, err := lines(filepath.Join(dir, c.tokens))
	if err != nil {
		return nil, err
	}
	things, err := lines(filepath.Join(dir, c.things))
	if err != nil {
		return nil, err
	}
	return func(n int) *http.Request {
		fill := func(text string) string { return strings.ReplaceAll(text, "THING", things[n%len(things)]) }
		r, _ := http.NewRequest(c.method, fill(c.path), strings.NewReader(fill(c.body))) //nolint:noctx // ask gives it one
		r.Header.Set("Authorization", "Bearer "+tokens[n%len(tokens)])
		if c.method != http.MethodGet {
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Idempotency-Key", fmt.Sprintf("heard-%d", n))
		}
		return r
	}, nil
}
