package model

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// node is one of a cluster, or a server that belongs to none.
type node struct {
	down  bool
	ready string // what it says of itself; "" is a server of no cluster
	state string // donor: it hands its data to another
	step  string // in which it numbers rows
	hangs bool
	fails error // what each statement is answered with
	said  []string
}

func (n *node) Driver() driver.Driver { return nil }

func (n *node) Connect(ctx context.Context) (driver.Conn, error) {
	if n.down {
		return nil, driver.ErrBadConn
	}
	talk := &nodeTalk{of: n}
	if kept, ok := ctx.Value(socketKey{}).(*socket); ok {
		talk.here, kept.Conn = net.Pipe()
	}
	return talk, nil
}

// nodeTalk is a connection to it; what the tests don't use is not there.
type nodeTalk struct {
	nodeSpeaks
	of   *node
	here net.Conn // the other end of its socket
}

func (c *nodeTalk) Close() error                       { return nil }
func (c *nodeTalk) IsValid() bool                      { return true }
func (c *nodeTalk) ResetSession(context.Context) error { return nil }

func (c *nodeTalk) ExecContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Result, error) {
	c.of.said = append(c.of.said, query)
	return nil, c.of.fails
}

func (c *nodeTalk) QueryContext(ctx context.Context, query string, _ []driver.NamedValue) (driver.Rows, error) {
	if c.of.hangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	c.of.said = append(c.of.said, query)
	rows := &oneRow{}
	if strings.Contains(query, "wsrep_ready") && c.of.ready != "" {
		rows.row = []driver.Value{[]byte("wsrep_ready"), []byte(c.of.ready)}
	}
	if strings.Contains(query, "auto_increment") && c.of.step != "" {
		rows.row = []driver.Value{[]byte("auto_increment_increment"), []byte(c.of.step)}
	}
	if strings.Contains(query, "wsrep_local_state") && c.of.state != "" {
		rows.row = []driver.Value{[]byte("wsrep_local_state"), []byte(c.of.state)}
	}
	return rows, nil
}

type oneRow struct{ row []driver.Value }

func (r *oneRow) Columns() []string { return []string{"name", "value"} }
func (r *oneRow) Close() error      { return nil }
func (r *oneRow) Next(to []driver.Value) error {
	if r.row == nil {
		return io.EOF
	}
	copy(to, r.row)
	r.row = nil
	return nil
}

func clusterOf(nodes ...*node) *cluster {
	c := &cluster{}
	for _, n := range nodes {
		c.nodes = append(c.nodes, n)
	}
	return c
}

func enterCluster(t *testing.T, c *cluster) *nodeConn {
	t.Helper()
	conn, err := c.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return conn.(*nodeConn)
}

func TestCluster_speaksWithOneNodeUntilItFails(t *testing.T) {
	a, b := &node{ready: "ON"}, &node{ready: "ON"}
	c := clusterOf(a, b)
	first := enterCluster(t, c)
	if first.at != 0 || len(b.said) > 0 {
		t.Fatalf("node %d is in use, the other was asked %q", first.at, b.said)
	}
	a.down = true
	second := enterCluster(t, c)
	a.down = false
	if third := enterCluster(t, c); second.at != 1 || third.at != 1 {
		t.Errorf("nodes %d and %d after the first was down", second.at, third.at)
	}
	if first.IsValid() || !errors.Is(first.ResetSession(t.Context()), driver.ErrBadConn) {
		t.Error("a connection to the node that was left is used again")
	}
	if !second.IsValid() || second.ResetSession(t.Context()) != nil {
		t.Error("a connection to the node in use is not")
	}
}

func TestCluster_passesByWhoHasLostIt(t *testing.T) {
	if at := enterCluster(t, clusterOf(&node{ready: "OFF"}, &node{ready: "ON"})).at; at != 1 {
		t.Errorf("node %d is in use", at)
	}
	if _, err := clusterOf(&node{ready: "OFF"}, &node{down: true}).Connect(t.Context()); !errors.Is(err, errNodeAlone) {
		t.Errorf("got %v", err)
	}
}

func TestCluster_leavesANodeThatLosesItMeanwhile(t *testing.T) {
	a, b := &node{ready: "ON"}, &node{ready: "ON"}
	c := clusterOf(a, b)
	conn := enterCluster(t, c)
	for _, number := range []uint16{1213, 1062} {
		a.fails = &mysqldriver.MySQLError{Number: number}
		if _, err := conn.ExecContext(t.Context(), "UPDATE", nil); err == nil || !conn.IsValid() {
			t.Fatalf("%d: left, or %v", number, err)
		}
	}
	a.fails = &mysqldriver.MySQLError{Number: 1047}
	if _, err := conn.ExecContext(t.Context(), "UPDATE", nil); !Away(err) || conn.IsValid() {
		t.Errorf("it is kept: %v", err)
	}
	a.fails = nil
	if at := enterCluster(t, c).at; at != 1 {
		t.Errorf("node %d is in use", at)
	}
}

// hungUp tells whether a connection's socket was closed on our side.
func hungUp(t *testing.T, conn *nodeConn) bool {
	t.Helper()
	here := conn.nodeSpeaks.(*nodeTalk).here
	_ = here.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := here.Read(make([]byte, 1))
	return errors.Is(err, io.EOF)
}

// TestCluster_leavesANodeThatHangs: who waits for its answer waits no longer than it takes to find out.
func TestCluster_leavesANodeThatHangs(t *testing.T) {
	for name, change := range map[string]func(*node){
		"hangs": func(n *node) { n.hangs = true }, "is blocked by handing its data on": func(n *node) { n.state = donor }, "has lost the cluster": func(n *node) { n.ready = "OFF" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := &node{ready: "ON"}, &node{ready: "ON"}
				c := clusterOf(a, b)
				defer func() { _ = c.Close() }()
				conn := enterCluster(t, c)
				<-time.After(10 * nodeAsked)
				if hungUp(t, conn) || !conn.IsValid() {
					t.Fatal("it was left while it was well")
				}
				change(a)
				<-time.After(2*nodeAsked + nodeAnswer)
				if !hungUp(t, conn) || conn.IsValid() {
					t.Error("its connection is not given up")
				}
				if at := enterCluster(t, c).at; at != 1 {
					t.Errorf("node %d is in use", at)
				}
			})
		})
	}
}

func TestCluster_staysWithANodeThatIsBusyForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &node{ready: "ON"}
		c := clusterOf(a, &node{ready: "ON"})
		defer func() { _ = c.Close() }()
		conn := enterCluster(t, c)
		for range 5 {
			a.state = donor
			<-time.After(nodeAnswer - 2*nodeAsked)
			a.state = "4"
			<-time.After(2 * nodeAsked)
		}
		if hungUp(t, conn) || !conn.IsValid() {
			t.Error("it was left")
		}
	})
}

func TestCluster_staysWhenNoNodeIsBetter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &node{ready: "ON"}, &node{ready: "ON", down: true}
		c := clusterOf(a, b)
		defer func() { _ = c.Close() }()
		conn := enterCluster(t, c)
		a.state = donor
		<-time.After(20 * nodeAsked)
		if hungUp(t, conn) || !conn.IsValid() {
			t.Error("the last node was left")
		}
		if at := enterCluster(t, c).at; at != 0 {
			t.Errorf("node %d is in use", at)
		}
	})
}

func TestCluster_aNodeCatchesUpBeforeItIsUsed(t *testing.T) {
	a := &node{ready: "ON"}
	enterCluster(t, clusterOf(a, &node{}))
	asked := slices.Index(a.said, "SELECT 1")
	if asked < 1 || a.said[asked-1] != "SET SESSION wsrep_sync_wait = 1" {
		t.Errorf("it was asked %q", a.said)
	}
	plain := &node{}
	enterCluster(t, clusterOf(plain, &node{}))
	if len(plain.said) != 1 {
		t.Errorf("a server of no cluster was asked %q", plain.said)
	}
}

func TestCluster_takesItsNodesFromTheAddress(t *testing.T) {
	cfg, err := MySQLConfig("mysql://u:p@one,two:3307,[::1]:3308/db")
	if err != nil {
		t.Fatal(err)
	}
	c, err := connectorOf(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if several, ok := c.(*cluster); !ok || len(several.nodes) != 3 {
		t.Errorf("got %T", c)
	}
	for host, want := range map[string]string{"one": "one:3306", "one:1": "one:1", "[::1]": "[::1]:3306", "[::1]:1": "[::1]:1"} {
		if got := withPort(host); got != want {
			t.Errorf("%s is %s", host, got)
		}
	}
}

// TestConnect_refusesGapsThatItMayNotClose: MySQL lets few say how rows are numbered.
func TestConnect_refusesGapsThatItMayNotClose(t *testing.T) {
	denied := &mysqldriver.MySQLError{Number: 1227}
	for name, c := range map[string]struct {
		of      node
		several bool
		want    error
	}{
		"steps":                  {node{step: "7", fails: denied}, false, ErrIDGaps},
		"steps of several hosts": {node{step: "7", fails: denied}, true, ErrIDGaps},
		"no steps":               {node{step: "1", fails: denied}, false, nil},
		"a cluster's node":       {node{step: "3", ready: "ON", fails: denied}, true, nil},
		"it may":                 {node{step: "2"}, false, nil},
	} {
		if err := closeGaps(t.Context(), &nodeTalk{of: &c.of}, c.several); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
