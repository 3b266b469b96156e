package model

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// cluster connects to one node of a Galera cluster at a time: the books are written through one node only.
// When the node in use can't be reached, or has lost its cluster, the next that is whole takes its place, and
// every connection to the one before is given up. It stays until it fails itself, so that nothing moves back
// and forth.
type cluster struct {
	nodes []driver.Connector
	inUse atomic.Int64
}

// How long a node may take to let us in, and to answer. A node that hangs is given up after it.
const (
	nodeEntry  = 3 * time.Second
	nodeAnswer = 15 * time.Second
)

// newCluster makes one of a configuration whose address names several hosts, with commas.
func newCluster(cfg *mysqldriver.Config) (*cluster, error) {
	c := &cluster{}
	for host := range strings.SplitSeq(cfg.Addr, ",") {
		one := cfg.Clone()
		one.Addr, one.Timeout, one.ReadTimeout, one.WriteTimeout = withPort(strings.TrimSpace(host)), nodeEntry, nodeAnswer, nodeAnswer
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

// Connect connects to the node in use, or to the next that lets us in.
func (c *cluster) Connect(ctx context.Context) (driver.Conn, error) {
	var all error
	first := c.inUse.Load()
	for i := range int64(len(c.nodes)) {
		at := (first + i) % int64(len(c.nodes))
		conn, err := c.enter(ctx, at)
		if err == nil {
			c.inUse.CompareAndSwap(first, at)
			return conn, nil
		}
		all = errors.Join(all, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, all
}

// enter connects to one node, and makes sure that it is part of the cluster and has caught up with it.
func (c *cluster) enter(ctx context.Context, at int64) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, nodeEntry)
	defer cancel()
	made, err := c.nodes[at].Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := made.(nodeSpeaks)
	if !ok {
		return nil, errors.Join(errNodeLacks, made.Close())
	}
	if err := caughtUp(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &nodeConn{conn, c, at}, nil
}

var (
	errNodeLacks  = errors.New("model: MySQL's driver lacks what danyuan relies on")
	errNodeAlone  = errors.New("model: the node has lost its cluster, or not joined it yet")
	errNodeBehind = errors.New("model: the node was left for another")
)

// caughtUp makes a node wait until it has applied what was committed through others. One that belongs to no
// cluster has nothing to wait for.
func caughtUp(ctx context.Context, conn nodeSpeaks) error {
	ready, err := oneValue(ctx, conn, "SHOW STATUS LIKE 'wsrep_ready'", 1)
	switch {
	case err != nil || ready == "":
		return err
	case ready != "ON":
		return errNodeAlone
	}
	if _, err := conn.ExecContext(ctx, "SET SESSION wsrep_sync_wait = 1", nil); err != nil {
		return err
	}
	if _, err := oneValue(ctx, conn, "SELECT 1", 0); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "SET SESSION wsrep_sync_wait = 0", nil)
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
	of *cluster
	at int64
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
		n.of.inUse.CompareAndSwap(n.at, (n.at+1)%int64(len(n.of.nodes)))
	}
	return err
}
