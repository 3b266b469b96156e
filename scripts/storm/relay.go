package main

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// relay stands between two that talk over TCP, and makes the way slow, silent or broken.
type relay struct {
	to      string
	listens net.Listener
	delay   atomic.Int64 // ns that everything is late, each way
	silent  atomic.Bool  // nothing gets through, and nobody is told
	lose    atomic.Int64 // of a hundred answers so many are lost, with their connection

	mu   sync.Mutex
	open map[net.Conn]bool
}

func newRelay(to string) (*relay, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &relay{to: to, listens: l, open: map[net.Conn]bool{}}
	go r.serve() // ends with close
	return r, nil
}

func (r *relay) address() string { return r.listens.Addr().String() }

func (r *relay) close() {
	_ = r.listens.Close()
	r.cut()
}

// cut breaks every connection.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.open {
		_ = c.Close()
	}
}

func (r *relay) serve() {
	for {
		here, err := r.listens.Accept()
		if err != nil {
			return
		}
		go r.carry(here)
	}
}

func (r *relay) carry(here net.Conn) {
	there, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "tcp", r.to)
	if err != nil {
		_ = here.Close()
		return
	}
	r.mu.Lock()
	r.open[here], r.open[there] = true, true
	r.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { r.pass(there, here, false) })
	both.Go(func() { r.pass(here, there, true) })
	both.Wait()
	r.mu.Lock()
	delete(r.open, here)
	delete(r.open, there)
	r.mu.Unlock()
}

// pass carries bytes one way until either end is gone.
func (r *relay) pass(to, from net.Conn, answers bool) {
	defer func() { _ = to.Close(); _ = from.Close() }()
	some := make([]byte, 32<<10)
	for {
		n, err := from.Read(some)
		if d := time.Duration(r.delay.Load()); d > 0 {
			rest(context.Background(), d)
		}
		for r.silent.Load() {
			rest(context.Background(), 10*time.Millisecond)
		}
		if answers && n > 0 && chance(int(r.lose.Load())) {
			return
		}
		if _, failed := to.Write(some[:n]); failed != nil || err != nil {
			return
		}
	}
}
