package model

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"

	"danyuan/fault"
)

// asRelied opens connections to MySQL and MariaDB that are as danyuan relies on: said once, not on the way to each
// transaction.
type asRelied struct {
	driver.Connector
	several bool // hosts
}

// Connect opens one. Its transactions read what is committed (no variable of that name is common to MySQL and
// MariaDB), and ids of rows that one statement writes follow one another.
func (r asRelied) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := c.(nodeSpeaks)
	if !ok {
		return nil, errors.Join(errNodeLacks, c.Close())
	}
	_, err = conn.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil)
	if err == nil {
		err = closeGaps(ctx, conn, r.several)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// ErrIDGaps refuses a server that leaves gaps between ids and does not let us change that.
var ErrIDGaps = fault.New(fault.Conflict, "database.id_gaps", "数据库给新行编号时跳号（auto_increment_increment 不是 1），这个用户又不能改。请在数据库里设 auto_increment_increment=1，或给用户 SESSION_VARIABLES_ADMIN 权限；如果是 Galera 集群，也可以把各节点用逗号写进 DATABASE_URL。")

// closeGaps lets ids follow one another for this connection: a node behind a proxy, or one of two servers that
// copy from each other, counts in steps, and rows would be taken for others that were written with them. Of the
// nodes of a Galera cluster ids are read back instead: two of them may be written to.
func closeGaps(ctx context.Context, conn nodeSpeaks, several bool) error {
	if several {
		if galera, err := oneValue(ctx, conn, "SHOW STATUS LIKE 'wsrep_ready'", 1); err != nil || galera != "" {
			return err
		}
	}
	step, err := oneValue(ctx, conn, "SHOW SESSION VARIABLES LIKE 'auto_increment_increment'", 1)
	if err != nil || step == "1" {
		return err
	}
	if _, err := conn.ExecContext(ctx, "SET SESSION auto_increment_increment = 1", nil); err != nil {
		return ErrIDGaps.Because(err)
	}
	return nil
}

// Close ends what connecting to a cluster needs.
func (r asRelied) Close() error {
	if c, ok := r.Connector.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
