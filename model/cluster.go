package model

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// cluster connects to one node of a Galera cluster at a time: the books are written through one node only.
// When the node in use can't be reached, or has lost its cluster, the next that is whole takes its place, and
// every connection to the one before is ended, also those that wait for an answer. It stays until it fails
// itself, so that nothing moves back and forth. A node that hangs is found out by watch.
type cluster struct {
	nodes []driver.Connector
	inUse atomic.Int64

	watched sync.Once
	end     context.CancelFunc // of the watch; nil until it begins

	mu   sync.Mutex
	open map[*nodeConn]struct{}
}

// nodeEntry is how long a node may take to let us in.
const nodeEntry = 3 * time.Second

// newCluster makes one of a configuration whose address names several hosts, with commas.
func newCluster(cfg *mysqldriver.Config) (*cluster, error) {
	c := &cluster{}
	for host := range strings.SplitSeq(cfg.Addr, ",") {
		one := cfg.Clone()
		one.Addr, one.Timeout, one.DialFunc = withPort(strings.TrimSpace(host)), nodeEntry, dialKept
		node, err := mysqldriver.NewConnector(one)
		if err != nil {
			return nil, err
		}
		c.nodes = append(c.nodes, node)
	}
	return c, nil
}

// ofCluster tells whether an address names several hosts.
func ofCluster(cfg *mysqldriver.Config) bool { return strings.Contains(cfg.Addr, ",") }

func withPort(host string) string {
	if strings.LastIndex(host, ":") > strings.LastIndex(host, "]") {
		return host
	}
	return host + ":3306"
}

// Driver is MySQL's.
func (c *cluster) Driver() driver.Driver { return c.nodes[0].Driver() }

// Connect connects to the node in use, or to the next that lets us in. Of those, one that hands its data to
// another is taken only when there is no better: it may let nobody write meanwhile.
func (c *cluster) Connect(ctx context.Context) (driver.Conn, error) {
	var all error
	first := c.inUse.Load()
	for _, busyToo := range []bool{false, true} {
		for i := range int64(len(c.nodes)) {
			at := (first + i) % int64(len(c.nodes))
			conn, err := c.enter(ctx, at, busyToo || at == first)
			if err == nil {
				c.moveOn(first, at)
				c.watched.Do(c.beginWatch)
				if c.inUse.Load() == at {
					return conn, nil
				}
				err = errors.Join(errNodeBehind, conn.Close()) // another was faster: the next try finds its node
			}
			all = errors.Join(all, err)
			if ctx.Err() != nil {
				return nil, all
			}
		}
		if !errors.Is(all, errNodeBusy) {
			break
		}
	}
	return nil, all
}

// moveOn puts another node in the place of one in use, and ends every connection to that, so that nobody
// waits for its answer: what became of a commit that was under way is found out by the command's key.
func (c *cluster) moveOn(from, to int64) {
	if from == to || !c.inUse.CompareAndSwap(from, to) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for n := range c.open {
		if n.at == from {
			n.hangUp()
		}
	}
}

// enter connects to one node, and makes sure that it is part of the cluster and has caught up with it.
func (c *cluster) enter(ctx context.Context, at int64, busyToo bool) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, nodeEntry)
	defer cancel()
	kept := &socket{}
	made, err := c.nodes[at].Connect(context.WithValue(ctx, socketKey{}, kept))
	if err != nil {
		return nil, err
	}
	conn, ok := made.(nodeSpeaks)
	if !ok {
		return nil, errors.Join(errNodeLacks, made.Close())
	}
	if err := caughtUp(ctx, conn, busyToo); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	n := &nodeConn{conn, c, at, kept}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = map[*nodeConn]struct{}{}
	}
	c.open[n] = struct{}{}
	return n, nil
}

var (
	errNodeLacks  = errors.New("model: MySQL's driver lacks what danyuan relies on")
	errNodeAlone  = errors.New("model: the node has lost its cluster, or not joined it yet")
	errNodeBusy   = errors.New("model: the node hands its data to another")
	errNodeBehind = errors.New("model: the node was left for another")
)

// caughtUp makes a node wait until it has applied what was committed through others. One that belongs to no
// cluster has nothing to wait for.
func caughtUp(ctx context.Context, conn nodeSpeaks, busyToo bool) error {
	switch ready, err := oneValue(ctx, conn, "SHOW STATUS LIKE 'wsrep_ready'", 1); {
	case err != nil || ready == "":
		return err
	case ready != "ON":
		return errNodeAlone
	}
	switch state, err := oneValue(ctx, conn, "SHOW STATUS LIKE 'wsrep_local_state'", 1); {
	case err != nil:
		return err
	case state == donor && !busyToo:
		return errNodeBusy
	}
	if _, err := conn.ExecContext(ctx, "SET SESSION wsrep_sync_wait = 1", nil); err != nil {
		return err
	}
	if _, err := oneValue(ctx, conn, "SELECT 1", 0); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx, "SET SESSION wsrep_sync_wait = 0", nil)
	return err
}

// oneValue gives a column of the first row, "" where there is none.
func oneValue(ctx context.Context, conn nodeSpeaks, query string, column int) (string, error) {
	rows, err := conn.QueryContext(ctx, query, nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }()
	row := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(row); err != nil {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return "", err
	}
	text, _ := row[column].([]byte)
	return string(text), nil
}

// nodeSpeaks is what MySQL's connections can do.
type nodeSpeaks interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	driver.NamedValueChecker
}

// nodeConn is a connection to a node. It is worth nothing once another node is in use.
type nodeConn struct {
	nodeSpeaks
	of   *cluster
	at   int64
	kept *socket
}

// Close gives it back.
func (n *nodeConn) Close() error {
	n.of.mu.Lock()
	delete(n.of.open, n)
	n.of.mu.Unlock()
	return n.nodeSpeaks.Close()
}

// IsValid tells whether it may be used again.
func (n *nodeConn) IsValid() bool { return n.of.inUse.Load() == n.at && n.nodeSpeaks.IsValid() }

// ResetSession readies it for the next use.
func (n *nodeConn) ResetSession(ctx context.Context) error {
	if n.of.inUse.Load() != n.at {
		return errors.Join(errNodeBehind, driver.ErrBadConn)
	}
	return n.nodeSpeaks.ResetSession(ctx)
}

// ExecContext executes.
func (n *nodeConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	r, err := n.nodeSpeaks.ExecContext(ctx, query, args)
	return r, n.heard(err)
}

// QueryContext asks.
func (n *nodeConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	r, err := n.nodeSpeaks.QueryContext(ctx, query, args)
	return r, n.heard(err)
}

// heard leaves a node that has lost its cluster: it still talks, and would refuse everything for ever.
func (n *nodeConn) heard(err error) error {
	var my *mysqldriver.MySQLError
	if errors.As(err, &my) && my.Number == 1047 {
		n.of.moveOn(n.at, n.of.after(n.at))
	}
	return err
}
