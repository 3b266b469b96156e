package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"danyuan/testkit"
)

// systemd plays the part of systemd: it holds the socket, hands it to each danyuan that it starts, and
// is told how far that one is.
type systemd struct {
	*testing.T
	socket *os.File
	at     string
	told   *net.UnixConn
	env    []string
}

func newSystemd(t *testing.T, env ...string) *systemd {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }() // the socket lives on in the file
	file, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	notify := filepath.Join(t.TempDir(), "notify")
	told, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: notify, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = file.Close(), told.Close() })
	s := &systemd{T: t, socket: file, at: "http://" + l.Addr().String(), told: told}
	s.env = append([]string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir(), beDanyuan + "=1", "LISTEN_FDS=1", "NOTIFY_SOCKET=" + notify}, env...)
	return s
}

// withoutSocket makes danyuan listen by itself, where the socket was.
func (s *systemd) withoutSocket() *systemd {
	_ = s.socket.Close()
	s.socket = nil
	s.env = append(s.env, "LISTEN_FDS=0", "PORT="+s.at[strings.LastIndex(s.at, ":")+1:])
	return s
}

// start starts danyuan, and returns when it says that it is ready.
func (s *systemd) start() *exec.Cmd {
	s.Helper()
	c := exec.Command("sh", "-c", `LISTEN_PID=$$ exec "$0"`, os.Args[0])
	var said bytes.Buffer
	c.Env, c.Stderr = s.env, &said
	if s.socket != nil {
		c.ExtraFiles = []*os.File{s.socket}
	}
	if err := c.Start(); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		if c.ProcessState == nil {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
		if s.Failed() {
			s.Logf("%s", said.Bytes())
		}
	})
	s.hears("READY=1")
	return c
}

func (s *systemd) hears(state string) {
	s.Helper()
	b := make([]byte, 100)
	_ = s.told.SetReadDeadline(time.Now().Add(time.Minute))
	for {
		n, err := s.told.Read(b)
		if err != nil {
			s.Fatalf("waiting for %s: %v", state, err)
		}
		if string(b[:n]) == state {
			return
		}
	}
}

// stop asks danyuan to end, and returns when it has; meanwhile runs in between.
func (s *systemd) stop(c *exec.Cmd, meanwhile func()) {
	s.Helper()
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		s.Fatal(err)
	}
	s.hears("STOPPING=1")
	meanwhile()
	if err := c.Wait(); err != nil {
		s.Fatalf("danyuan ended with %v", err)
	}
}

// load is people who use danyuan all the while.
type load struct {
	at       string
	done     atomic.Int64
	mu       sync.Mutex
	failures []string
}

func (l *load) failed(what string, status int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.failures) < 20 {
		l.failures = append(l.failures, fmt.Sprintf("%s: %d %v", what, status, err))
	}
}

func (l *load) anyFailed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.failures) > 0
}

// call gives the body of an answer of 200; anything else is a failure.
func (l *load) call(c *http.Client, method, path, token, key, body string) []byte {
	r, err := http.NewRequest(method, l.at+path, strings.NewReader(body))
	if err != nil {
		l.failed(path, 0, err)
		return nil
	}
	for name, value := range map[string]string{"Content-Type": "application/json", "Authorization": token, "Idempotency-Key": key} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	res, err := c.Do(r)
	if err != nil {
		l.failed(path, 0, err)
		return nil
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		l.failed(path, res.StatusCode, errors.Join(err, errors.New(string(b))))
		return nil
	}
	l.done.Add(1)
	return b
}

func (l *load) login(c *http.Client, who, key string) (token string) {
	var v struct{ Token string }
	_ = json.Unmarshal(l.call(c, http.MethodPost, "/v1/login", "", key, `{"code":"demo:`+who+`"}`), &v)
	return "Bearer " + v.Token
}

// every does something again and again, until the context ends.
func every(ctx context.Context, pause time.Duration, do func(c *http.Client, n int)) {
	c := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}}
	defer c.CloseIdleConnections()
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			do(c, n)
		}
	}
}

// The longest that anybody may wait while one danyuan ends and the next one starts.
const longestWait = 20 * time.Second

// used lets people use danyuan while it is disturbed: nobody's request fails, nobody waits too long, and
// nothing happens twice.
func used(t *testing.T, at string, disturb func(l *load)) {
	t.Helper()
	l := &load{at: at}
	reader := l.login(http.DefaultClient, "chief", "reader-key")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var people sync.WaitGroup
	var longest atomic.Int64
	for range 4 {
		people.Go(func() {
			every(ctx, 5*time.Millisecond, func(c *http.Client, _ int) {
				began := time.Now()
				l.call(c, http.MethodGet, "/v1/me", reader, "", "")
				longest.Store(max(longest.Load(), int64(time.Since(began))))
			})
		})
	}
	logins := 0
	people.Go(func() {
		every(ctx, 120*time.Millisecond, func(c *http.Client, n int) {
			l.login(c, "auditor", fmt.Sprint("login-key-", n))
			logins++
		})
	})
	disturb(l)
	before := l.done.Load()
	for tick := time.NewTicker(10 * time.Millisecond); l.done.Load() < before+50 && !l.anyFailed(); <-tick.C {
	}
	stop()
	people.Wait()
	if wait := time.Duration(longest.Load()); wait > longestWait {
		t.Errorf("somebody waited %s", wait)
	}
	var page struct{ Items []struct{ ID string } }
	b := l.call(http.DefaultClient, http.MethodGet, "/v1/me/sessions?limit=100", l.login(http.DefaultClient, "auditor", "the-last-key"), "", "")
	if err := json.Unmarshal(b, &page); err != nil || len(page.Items) != logins+1 {
		t.Errorf("%d sessions of %d logins: %v", len(page.Items), logins+1, err)
	}
	for _, f := range l.failures {
		t.Error(f)
	}
	t.Logf("%d requests, longest wait %s", l.done.Load(), time.Duration(longest.Load()).Round(time.Millisecond))
}

func TestRestart_underLoadNoRequestFailsAndNothingHappensTwice(t *testing.T) {
	s := newSystemd(t, "DATA_DIR="+filledCopy(t), "LOG_LEVEL=warn", "DRAIN_TIME=400ms")
	danyuan := s.start()
	used(t, s.at, func(l *load) {
		for range 3 {
			under := l.halfALogin(t)
			s.stop(danyuan, func() {
				if status, closes := readiness(t, s.at); status != http.StatusServiceUnavailable || !closes {
					t.Errorf("/readyz says %d while danyuan stops; the connection closes: %v", status, closes)
				}
				under()
			})
			danyuan = s.start()
		}
	})
	s.stop(danyuan, func() {})
}

// balancer is a load balancer as simple as they come: it asks /readyz, and sends people where that is well.
type balancer struct {
	replicas []*url.URL
	well     []atomic.Bool
	turn     atomic.Int64
}

func newBalancer(t *testing.T, replicas ...*systemd) *balancer {
	t.Helper()
	b := &balancer{well: make([]atomic.Bool, len(replicas))}
	for _, r := range replicas {
		at, err := url.Parse(r.at)
		if err != nil {
			t.Fatal(err)
		}
		b.replicas = append(b.replicas, at)
	}
	ctx, stop := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	t.Cleanup(func() { stop(); asking.Wait() })
	for i, at := range b.replicas {
		asking.Go(func() {
			every(ctx, 50*time.Millisecond, func(c *http.Client, _ int) {
				res, err := c.Get(at.String() + "/readyz")
				if err == nil {
					_ = res.Body.Close()
				}
				b.well[i].Store(err == nil && res.StatusCode == http.StatusOK)
			})
		})
	}
	return b
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first := int(b.turn.Add(1)) // once, or others take turns meanwhile and one is asked twice
	for n := range b.replicas {
		if i := (first + n) % len(b.replicas); b.well[i].Load() {
			proxy := httputil.NewSingleHostReverseProxy(b.replicas[i])
			proxy.ErrorLog = quiet()
			proxy.ServeHTTP(w, r)
			return
		}
	}
	http.Error(w, "nobody is well", http.StatusBadGateway)
}

// Replicas listen by themselves, so nothing waits in a socket while one is away: people must be sent to
// the other in time.
func TestRestart_ofOneReplicaAfterTheOtherNobodyNotices(t *testing.T) {
	if os.Getenv(testkit.DatabaseEnv) == "" {
		t.Skip("several replicas need a database server")
	}
	env := []string{"DATA_DIR=" + t.TempDir(), "DATABASE_URL=" + testkit.OpenDatabase(t), "REDIS_URL=" + os.Getenv("DANYUAN_TEST_REDIS_URL"), "LOG_LEVEL=warn", "DRAIN_TIME=1s"}
	replicas := []*systemd{newSystemd(t, env...).withoutSocket(), newSystemd(t, env...).withoutSocket()}
	running := []*exec.Cmd{replicas[0].start(), replicas[1].start()}
	b := newBalancer(t, replicas...)
	front := httptest.NewServer(b)
	defer front.Close()
	bothWell := func() {
		for tick := time.NewTicker(10 * time.Millisecond); !b.well[0].Load() || !b.well[1].Load(); <-tick.C {
		}
	}
	bothWell()
	used(t, front.URL, func(*load) {
		for i, s := range replicas {
			s.stop(running[i], func() {})
			running[i] = s.start()
			bothWell()
		}
	})
	for i, s := range replicas {
		s.stop(running[i], func() {})
	}
}

// halfALogin sends half of a request; what it gives sends the rest and wants the answer.
func (l *load) halfALogin(t *testing.T) (rest func()) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(l.at, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	body := `{"code":"demo:staff"}`
	fmt.Fprintf(conn, "POST /v1/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nIdempotency-Key: half-%d\r\nContent-Length: %d\r\n\r\n%s",
		time.Now().UnixNano(), len(body), body[:5])
	return func() {
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		_, _ = io.WriteString(conn, body[5:])
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("a request that was under way: %v", err)
			return
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("a request that was under way: %d", res.StatusCode)
		}
	}
}

func readiness(t *testing.T, at string) (status int, closes bool) {
	t.Helper()
	res, err := http.Get(at + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode, res.Close
}
