package api_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"gorm.io/gorm"

	"danyuan/api"
	"danyuan/model"
	"danyuan/service"
)

// mark is what nobody but a sender would write; forged is it inside of what breaks a line of a log and
// begins another, as both forms of our log look, with what colours a terminal.
const (
	mark   = "MARK-OF-THE-SENDER"
	forged = mark + "\r\n{\"level\":\"ERROR\",\"msg\":\"forged\"}\ntime=2026-01-01T00:00:00Z level=ERROR msg=forged\x1b[2J\u2028\u0085" + mark
)

// audited names the routes of which words that were sent are in the audit log, and says why.
var audited = map[string]string{
	"change-matter-category": "what a district calls a category is no word of anybody's, and which one it was must be seen when it is called otherwise",
}

// lines takes what is logged at once by many.
type lines struct {
	mu   sync.Mutex
	b    bytes.Buffer
	seen int
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// TestEveryRoute_nothingSentForgesOrReachesTheLog sends every route lines of a log in every place: path,
// query, body and headers. Whatever is logged, each line is one record of ours; from Info on it holds
// nothing of what was sent, nor does the audit log.
func TestEveryRoute_nothingSentForgesOrReachesTheLog(t *testing.T) {
	base := newWorld(t)
	asJSON, asText := &lines{}, &lines{}
	all := &slog.HandlerOptions{Level: slog.LevelDebug}
	log := slog.New(slog.NewMultiHandler(slog.NewJSONHandler(asJSON, all), slog.NewTextHandler(asText, all)))
	logging, err := api.New(api.Options{Service: base.S, Limits: &counted{keys: map[string]int{}}, Log: log, Metrics: prometheus.NewRegistry(), Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range base.API.Routes() {
		t.Run(r.ID, func(t *testing.T) {
			w := base.again(t)
			deps := w.S.Deps
			deps.Log = log
			w.S, w.API = service.New(deps), logging
			if err := logging.AnswerWith(api.Options{Service: w.S, Limits: logging.Limits, Log: log, Metrics: prometheus.NewRegistry(), Demo: true}); err != nil {
				t.Fatal(err)
			}
			w.forge(r)
			var details []string
			w.Tx(func(tx *gorm.DB) error { return tx.Model(&model.Audit{}).Pluck("detail", &details).Error })
			if strings.Contains(strings.Join(details, "\n"), mark) && audited[r.ID] == "" {
				t.Error("the audit log holds what was sent")
			}
			if line := asJSON.newFromInfoOn(mark); line != "" {
				t.Errorf("what was sent is in the log: %.300s", line)
			}
		})
	}
	eachLine(t, asJSON, regexp.MustCompile(`^\{"time":"[^"]+","level":"[A-Z]+","msg":"[^"]+".*\}$`))
	eachLine(t, asText, regexp.MustCompile(`^time=\S+ level=[A-Z]+ msg=.*$`))
}

// forge calls a route with forged lines in each place by itself, and in all headers together.
func (w *world) forge(r api.RouteInfo) {
	w.Helper()
	q, token := w.request(r), w.letIn(r.Who)[0].token
	for name := range q.path {
		f := q
		f.path = with(q.path, name, forged)
		f.call(w, token)
	}
	parameters, _ := w.operation(r)["parameters"].([]any)
	for _, p := range parameters {
		if param := p.(map[string]any); param["in"] == "query" {
			f := q
			f.query = with(q.query, param["name"].(string), forged)
			f.call(w, token)
		}
	}
	for _, s := range w.slots(nil, q.schema, q.body) {
		if typeOf(s.schema) == "string" {
			w.Do(w.API, token, r.Method, q.url(), put(q.body, s.path, forged))
			w.Do(w.API, token, r.Method, q.url(), put(q.body, s.path, mark)) // which may be taken
		}
	}
	q.call(w, "", "User-Agent", forged, "X-Request-Id", forged, "X-Forwarded-For", forged, "Referer", forged, "Content-Type", forged, "Idempotency-Key", forged, "Authorization", "Bearer "+mark)
	w.Do(w.API, token, r.Method, q.url(), forged)
	w.Do(w.API, token, "FORGED", q.url(), nil)
}

// newFromInfoOn gives the first line from Info on that holds a text, among those that are new.
func (l *lines) newFromInfoOn(text string) (found string) {
	for line := range strings.Lines(string(l.b.Bytes()[l.seen:])) {
		var record struct{ Level string }
		if err := json.Unmarshal([]byte(line), &record); err == nil && record.Level != "DEBUG" && strings.Contains(line, text) && found == "" {
			found = line
		}
	}
	l.seen = l.b.Len()
	return found
}

// eachLine fails unless each line is a record of ours.
func eachLine(t *testing.T, l *lines, record *regexp.Regexp) {
	t.Helper()
	seen := 0
	for in := bufio.NewReader(bytes.NewReader(l.b.Bytes())); ; seen++ {
		line, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		line = strings.TrimSuffix(line, "\n")
		if !record.MatchString(line) || strings.HasPrefix(line, "time=2026-01-01") || strings.ContainsAny(line, "\r\x1b") {
			t.Fatalf("no record of ours: %.300q", line)
		}
	}
	if seen < 500 {
		t.Errorf("only %d lines were logged: the rig has lost its way", seen)
	}
}
