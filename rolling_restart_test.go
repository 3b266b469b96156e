package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestRollingRestart exchanges two replicas one by one behind the Caddy of deploy/, under load: nobody is
// turned away, and nothing that was acknowledged is missing or there twice.
func TestRollingRestart(t *testing.T) {
	caddy, err := exec.LookPath("caddy")
	if err != nil {
		t.Skip("needs caddy, of Debian's package of that name")
	}
	r := newReplicas(t)
	ports := [3]int{freePort(t), freePort(t), freePort(t)}
	for _, port := range ports[:2] {
		r.servers = append(r.servers, r.started(port))
	}
	front := &server{at: "http://127.0.0.1:" + strconv.Itoa(ports[2])}
	balance(t, caddy, front.at, ports[:2])
	users := r.users(24)
	behind := &flow{replicas: &replicas{T: t, wx: r.wx, servers: []*server{front}}}
	behind.serial.Store(1_000_000)
	load, stop := context.WithCancel(t.Context())
	defer stop()
	behind.honest(load, users)
	reads := behind.readers(load, users)
	for i, port := range ports[:2] {
		wait(load, time.Second)
		r.servers[i].stop(t)
		wait(load, time.Second) // as an exchange of binaries takes
		r.servers[i] = r.started(port)
		wait(load, 3*time.Second) // Caddy has seen that it is ready
	}
	stop()
	behind.all.Wait()
	t.Logf("%d commands and %d reads while both were exchanged; %d commands turned away; slowest answer %d ms",
		behind.asked.Load(), reads.Load(), behind.refused.Load(), behind.slowest.Milliseconds())
	if len(behind.bad) > 0 {
		t.Errorf("answers: %q", behind.bad)
	}
	r.nothingLost(t, users)
}

// started is a replica on this port.
func (r *replicas) started(port int) *server {
	r.Helper()
	s, err := serving(r.T, r.env, port)
	if err != nil {
		r.Fatal(err)
	}
	return s
}

// readers read all the time, each as somebody.
func (f *flow) readers(ctx context.Context, users []*user) *atomic.Int64 {
	var n atomic.Int64
	for _, u := range users {
		f.all.Go(func() {
			for ctx.Err() == nil {
				a := f.at(0).call(u.token, http.MethodGet, "/v1/me", nil)
				n.Add(1)
				f.note(a, a.status == http.StatusOK)
				wait(ctx, 10*time.Millisecond)
			}
		})
	}
	return &n
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// balance runs Caddy with the file of deploy/, before replicas on these ports.
func balance(t *testing.T, caddy, at string, ports []int) {
	t.Helper()
	text := deployed(t, "Caddyfile")
	for i, port := range ports {
		was := "danyuan-" + strconv.Itoa(i+1) + ":8080"
		if !strings.Contains(text, was) {
			t.Fatalf("no %s in Caddyfile", was)
		}
		text = strings.ReplaceAll(text, was, "127.0.0.1:"+strconv.Itoa(port))
	}
	home := t.TempDir()
	file := filepath.Join(home, "Caddyfile")
	if err := os.WriteFile(file, []byte("{\n\tadmin off\n}\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), caddy, "run", "--config", file, "--adapter", "caddyfile")
	cmd.Env = []string{"DOMAIN=" + at, "HOME=" + home, "XDG_DATA_HOME=" + home, "XDG_CONFIG_HOME=" + home}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	front := &server{at: at}
	for range 100 {
		if front.call("", http.MethodGet, "/healthz", nil).status == http.StatusOK {
			return
		}
		<-time.After(50 * time.Millisecond)
	}
	t.Fatal("Caddy does not answer")
}
