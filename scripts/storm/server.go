package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// server is a real danyuan as a process of its own, which is killed and started again at the same address.
type server struct {
	binary, at string
	env        []string
	log        *os.File
	process    *exec.Cmd
}

func newServer(binary, dir string, env []string) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "server.log")) //nolint:gosec // scripts/chaos names the folder
	if err != nil {
		return nil, err
	}
	env = append(os.Environ(), append(env, fmt.Sprint("PORT=", port), "HOST=127.0.0.1", "LOG_LEVEL=warn")...)
	return &server{binary: binary, at: fmt.Sprint("http://127.0.0.1:", port), env: env, log: log}, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	address, ok := l.Addr().(*net.TCPAddr)
	if err := l.Close(); err != nil || !ok {
		return 0, err
	}
	return address.Port, nil
}

// mostStart is how long a server may take until it is ready.
const mostStart = 30 * time.Second

// start starts it and gives how long it took to be ready.
func (s *server) start(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	s.process = exec.Command(s.binary) //nolint:gosec,noctx // it outlives ctx on purpose: it is killed, or stopped
	s.process.Env, s.process.Stdout, s.process.Stderr = s.env, s.log, s.log
	if err := s.process.Start(); err != nil {
		return 0, err
	}
	for time.Since(began) < mostStart && ctx.Err() == nil {
		if s.ready(ctx) {
			return time.Since(began), nil
		}
		rest(ctx, 20*time.Millisecond)
	}
	return 0, errors.Join(fmt.Errorf("the server is not ready after %v: see %s", mostStart, s.log.Name()), s.kill())
}

// ready tells whether it would be sent people.
func (s *server) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.at+"/readyz", nil)
	if err != nil {
		return false
	}
	answer, err := (&http.Client{Timeout: 3 * time.Second}).Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// kill ends it as a power cut would, as far as a process can tell.
func (s *server) kill() error {
	if s.process == nil {
		return nil
	}
	err := s.process.Process.Kill()
	_ = s.process.Wait() // says that it was killed
	s.process = nil
	return err
}

// stop lets it finish what it does.
func (s *server) stop() error {
	if s.process == nil {
		return nil
	}
	err := s.process.Process.Signal(syscall.SIGTERM)
	err = errors.Join(err, s.process.Wait())
	s.process = nil
	return err
}

// complaints are the last of what the server has logged as failures of its own.
func (s *server) complaints() string {
	text, err := os.ReadFile(s.log.Name())
	if err != nil {
		return err.Error()
	}
	var found []string
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, `"level":"ERROR"`) {
			found = append(found, line)
		}
	}
	return "\n" + strings.Join(found[max(0, len(found)-3):], "")
}

// command runs one of danyuan's commands on the same data.
func (s *server) command(ctx context.Context, args ...string) error {
	c := exec.CommandContext(ctx, s.binary, args...) //nolint:gosec // scripts/chaos names the binary
	c.Env = s.env
	out, err := c.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("danyuan %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return err
}

// rest waits, or gives up waiting with the context.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
