package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// answerer answers at one socket.
type answerer struct {
	server *http.Server
	socket net.Listener
	ended  chan error // tells, once, why it no longer takes connections

	mu   sync.Mutex
	busy map[net.Conn]struct{} // with a request, or fresh and about to send one
}

// answer begins to answer at a socket.
func (c *serve) answer(ctx context.Context, h *house, l net.Listener, handler http.Handler, write time.Duration) *answerer {
	a := &answerer{socket: l, ended: make(chan error, 1), busy: map[net.Conn]struct{}{}}
	a.server = &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: c.ReadTimeout, WriteTimeout: write, IdleTimeout: c.IdleTimeout,
		MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelWarn), ConnState: a.note,
	}
	go func() { a.ended <- a.server.Serve(l) }()
	h.log.InfoContext(ctx, "listening", slog.String("address", l.Addr().String()))
	return a
}

func (a *answerer) note(conn net.Conn, state http.ConnState) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if state == http.StateNew || state == http.StateActive {
		a.busy[conn] = struct{}{}
		return
	}
	delete(a.busy, conn)
}

func (a *answerer) anyBusy() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.busy) > 0
}

// settling is for how long a connection that was taken may still bring its first request.
const settling = 2 * time.Second

// stop takes no more connections, answers what comes on those that were taken, and ends when that is
// done. Shutdown alone would hang up on a request that was read but not yet begun.
func (a *answerer) stop(ctx context.Context) error {
	_ = a.socket.Close()
	failed := <-a.ended // from here on no connection is on its way from the socket
	if errors.Is(failed, net.ErrClosed) {
		failed = nil
	}
	patience := time.NewTimer(settling)
	defer patience.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for waiting := true; waiting && a.anyBusy(); {
		select {
		case <-look.C:
		case <-patience.C:
			waiting = false
		case <-ctx.Done():
			waiting = false
		}
	}
	return errors.Join(failed, a.server.Shutdown(ctx))
}
