package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// danyuan is a command that has not been started yet, with these settings and no others.
func danyuan(env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), os.Args[0], args...)
	cmd.Env = append([]string{beDanyuan + "=1", "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}, env...)
	return cmd
}

// command runs danyuan to its end.
func command(t *testing.T, env []string, args ...string) {
	t.Helper()
	if out, err := danyuan(env, args...).CombinedOutput(); err != nil {
		t.Fatalf("danyuan %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// server is a danyuan that serves.
type server struct {
	cmd   *exec.Cmd
	at    string // http://host:port
	ended chan error

	mu  sync.Mutex
	log bytes.Buffer
}

// serving starts a server on a port, 0 for a free one, and waits until it listens.
func serving(t *testing.T, env []string, port int) (*server, error) {
	t.Helper()
	s := &server{cmd: danyuan(append(slices.Clone(env), fmt.Sprintf("PORT=%d", port)), "serve"), ended: make(chan error, 1)}
	lines, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	listening := make(chan string, 1)
	go func() {
		for scan := bufio.NewScanner(lines); scan.Scan(); {
			s.mu.Lock()
			s.log.WriteString(scan.Text() + "\n")
			s.mu.Unlock()
			var line struct{ Msg, Address string }
			if json.Unmarshal(scan.Bytes(), &line) == nil && line.Msg == "listening" {
				listening <- line.Address
			}
		}
		s.ended <- s.cmd.Wait()
	}()
	t.Cleanup(func() { s.stop(t) })
	select {
	case address := <-listening:
		s.at = "http://" + address
		return s, nil
	case err := <-s.ended:
		s.ended <- err
		return nil, fmt.Errorf("it ended: %w\n%s", err, s.said())
	case <-time.After(time.Minute):
		return nil, fmt.Errorf("it does not listen after a minute\n%s", s.said())
	}
}

func (s *server) said() string { s.mu.Lock(); defer s.mu.Unlock(); return s.log.String() }

// stop ends a server as an operator does.
func (s *server) stop(t *testing.T) {
	t.Helper()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-s.ended:
		if s.ended <- err; err != nil {
			t.Errorf("a server ended badly: %v\n%s", err, s.said())
		}
	case <-time.After(30 * time.Second):
		t.Errorf("a server does not end\n%s", s.said())
		_ = s.cmd.Process.Kill()
		s.ended <- <-s.ended
	}
	if t.Failed() {
		for line := range strings.Lines(s.said()) {
			if !strings.Contains(line, `"level":"INFO"`) {
				t.Logf("%s said: %s", s.at, line)
			}
		}
	}
}

// answer is what a server answered.
type answer struct {
	status   int
	body     []byte
	replayed bool
	took     time.Duration
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, a.body) }

// into reads the JSON of an answer that must be 200.
func (a answer) into(t *testing.T, v any) answer {
	t.Helper()
	if a.status != http.StatusOK {
		t.Fatalf("not 200: %v", a)
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return a
}

// client keeps connections to all servers, and waits for none for ever.
var client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxIdleConns: 256}}

// call asks a server. headers are name, value, …; commands need an Idempotency-Key among them. status 0
// is no answer.
func (s *server) call(token, method, path string, body any, headers ...string) answer {
	raw, err := json.Marshal(body)
	if err != nil {
		return answer{body: []byte(err.Error())}
	}
	var read io.Reader = http.NoBody
	if method != http.MethodGet {
		read = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, s.at+path, read)
	if err != nil {
		return answer{body: []byte(err.Error())}
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	began := time.Now()
	res, err := client.Do(r)
	if err != nil {
		return answer{body: []byte(err.Error()), took: time.Since(began)}
	}
	defer res.Body.Close()
	whole, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{body: []byte(err.Error()), took: time.Since(began)}
	}
	return answer{res.StatusCode, whole, res.Header.Get("Idempotent-Replayed") == "true", time.Since(began)}
}
