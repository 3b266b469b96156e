package model

import (
	"context"
	"errors"
	"net"
	"time"
)

// A node that is killed says so: its connections break. One that hangs, is cut off from the others, or is
// blocked while it hands its data to another says nothing, and keeps everybody waiting who wants to commit.
// So it is asked, over a connection of its own.
const (
	nodeAsked  = 500 * time.Millisecond // how often
	nodeAnswer = 3 * time.Second        // how long it may take
)

// donor is the wsrep_local_state of a node that hands its data to another.
const donor = "2"

// beginWatch watches the node in use until the cluster is closed.
func (c *cluster) beginWatch() {
	ctx, end := context.WithCancel(context.Background())
	c.mu.Lock()
	c.end = end
	c.mu.Unlock()
	go c.watch(ctx)
}

// Close ends the watch.
func (c *cluster) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.end != nil {
		c.end()
	}
	return nil
}

// watch leaves the node in use when it does not answer, has lost the cluster, or is busy for long handing its data
// on while another is not. Whether that one is any better is found out by who connects to it.
func (c *cluster) watch(ctx context.Context) {
	var conn nodeSpeaks
	var of, busy int64
	drop := func() {
		if conn != nil {
			_ = conn.Close()
			conn = nil
		}
	}
	defer drop()
	tick := time.NewTicker(nodeAsked)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		at := c.inUse.Load()
		if of != at {
			drop()
			busy = 0
		}
		of = at
		err := c.look(ctx, at, &conn)
		if errors.Is(err, errNodeBusy) { // who has only missed a little gets it in a moment
			if busy++; busy < int64(nodeAnswer/nodeAsked) {
				continue
			}
		} else {
			busy = 0
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		drop()
		if next, better := c.better(ctx, at); better {
			c.moveOn(at, next)
		}
	}
}

// look asks a node how it is, over a connection that is made where there is none.
func (c *cluster) look(ctx context.Context, at int64, conn *nodeSpeaks) error {
	ctx, cancel := context.WithTimeout(ctx, nodeAnswer)
	defer cancel()
	if *conn == nil {
		made, err := c.nodes[at].Connect(ctx)
		if err != nil {
			return err
		}
		speaks, ok := made.(nodeSpeaks)
		if !ok {
			return errors.Join(errNodeLacks, made.Close())
		}
		*conn = speaks
	}
	ready, err := oneValue(ctx, *conn, "SHOW STATUS LIKE 'wsrep_ready'", 1)
	switch {
	case err != nil || ready == "":
		return err
	case ready != "ON":
		return errNodeAlone
	}
	state, err := oneValue(ctx, *conn, "SHOW STATUS LIKE 'wsrep_local_state'", 1)
	if err == nil && state == donor {
		err = errNodeBusy
	}
	return err
}

// better finds a node that is well, after one that is not. When none is, it is better to stay: whoever waits
// for an answer may still get it.
func (c *cluster) better(ctx context.Context, at int64) (int64, bool) {
	for next := c.after(at); next != at; next = c.after(next) {
		var conn nodeSpeaks
		err := c.look(ctx, next, &conn)
		if conn != nil {
			_ = conn.Close()
		}
		if err == nil {
			return next, true
		}
	}
	return at, false
}

func (c *cluster) after(at int64) int64 { return (at + 1) % int64(len(c.nodes)) }

// socket is what a connection goes through. The driver's own way of closing waits for who uses it; hanging
// up does not.
type socket struct{ net.Conn }

type socketKey struct{}

// dialKept connects, and lets whoever asked for it know the socket.
func dialKept(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if kept, ok := ctx.Value(socketKey{}).(*socket); ok && err == nil {
		kept.Conn = c
	}
	return c, err
}

func (n *nodeConn) hangUp() {
	if n.kept.Conn != nil {
		_ = n.kept.Conn.Close()
	}
}
