package model

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	sqlite3 "modernc.org/sqlite"
)

// lite is gorm's SQLite dialect on the pure Go driver: gorm's own translation of errors understands
// only the C driver.
type lite struct{ sqlite.Dialector }

func openLite(dsn string) (lite, error) {
	base, err := sqlite3.NewConnector(dsn)
	if err != nil {
		return lite{}, err
	}
	return lite{sqlite.Dialector{Conn: sql.OpenDB(remembering{base})}}, nil
}

// Initialize is the embedded dialect's, without its RETURNING: rows that are written by the hundred would
// each be read back for an id that nobody asks for. Of a single row SQLite tells the id anyway.
func (d lite) Initialize(db *gorm.DB) error {
	db.ConnPool = d.Conn
	callbacks.RegisterDefaultCallbacks(db, &callbacks.Config{LastInsertIDReversed: true})
	for name, build := range d.ClauseBuilders() {
		db.ClauseBuilders[name] = build
	}
	return nil
}

// Translate maps SQLite's extended result codes to gorm's errors.
func (lite) Translate(err error) error {
	var e *sqlite3.Error
	if errors.As(err, &e) {
		switch e.Code() {
		case 1555, 2067: // SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE
			return gorm.ErrDuplicatedKey
		case 787: // SQLITE_CONSTRAINT_FOREIGNKEY
			return gorm.ErrForeignKeyViolated
		case 275: // SQLITE_CONSTRAINT_CHECK
			return gorm.ErrCheckConstraintViolated
		}
	}
	return err
}

// busy tells whether SQLite failed because somebody else was writing.
func busy(err error) bool {
	var e *sqlite3.Error
	return errors.As(err, &e) && e.Code()&0xff == 5 // SQLITE_BUSY
}

// remembering opens connections that remember the statements that they have prepared: parsing one costs
// SQLite as much as running it. gorm's and database/sql's own memory of statements does not reach into
// transactions, where each would be prepared anew and held until the end.
type remembering struct{ driver.Connector }

// The driver's connections and statements have all this.
type (
	liteConn interface {
		driver.Conn
		driver.ConnBeginTx
		driver.ConnPrepareContext
		driver.ExecerContext
		driver.QueryerContext
		driver.Pinger
		driver.SessionResetter
		driver.Validator
	}
	liteStmt interface {
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
	}
	liteRows interface {
		driver.Rows
		driver.RowsColumnTypeDatabaseTypeName
		driver.RowsColumnTypeScanType
		driver.RowsColumnTypeNullable
		driver.RowsColumnTypeLength
		driver.RowsColumnTypePrecisionScale
	}
)

var errLiteLacks = errors.New("model: SQLite's driver lacks what danyuan relies on")

// Connect opens one.
func (r remembering) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := c.(liteConn)
	if !ok {
		return nil, errors.Join(errLiteLacks, c.Close())
	}
	return &rememberingConn{liteConn: conn, by: map[string]*list.Element{}, recent: list.New()}, nil
}

const (
	// remembered statements of a connection; the one that was not used for longest goes first.
	remembered = 256
	// rememberedLength is the text from which a statement is run as it is: it is rarely the same twice,
	// and what SQLite makes of it is large.
	rememberedLength = 8 << 10
)

// rememberingConn is used by one caller at a time, as database/sql promises.
type rememberingConn struct {
	liteConn
	by     map[string]*list.Element // of *rememberedStmt
	recent *list.List
}

// rememberedStmt is a statement between its uses, or with rows open.
type rememberedStmt struct {
	liteStmt
	text string
	busy bool
}

// prepared gives a statement that nobody uses, or nil: then the text is to be run as it is.
func (c *rememberingConn) prepared(ctx context.Context, text string) (*rememberedStmt, error) {
	if len(text) > rememberedLength {
		return nil, nil //nolint:nilnil // there is none, and that is no fault
	}
	if at, ok := c.by[text]; ok {
		s, _ := at.Value.(*rememberedStmt)
		if s.busy {
			return nil, nil //nolint:nilnil // its rows are being read
		}
		c.recent.MoveToFront(at)
		return s, nil
	}
	made, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	stmt, ok := made.(liteStmt)
	if !ok {
		return nil, made.Close()
	}
	s := &rememberedStmt{liteStmt: stmt, text: text}
	c.by[text] = c.recent.PushFront(s)
	return s, c.forget()
}

// forget drops what was not used for longest.
func (c *rememberingConn) forget() error {
	for at := c.recent.Back(); at != nil && c.recent.Len() > remembered; {
		before := at.Prev()
		if s, _ := at.Value.(*rememberedStmt); !s.busy {
			c.recent.Remove(at)
			delete(c.by, s.text)
			if err := s.Close(); err != nil {
				return err
			}
		}
		at = before
	}
	return nil
}

// ExecContext runs a statement that it remembers.
func (c *rememberingConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.liteConn.ExecContext(ctx, text, args)
	}
	return s.ExecContext(ctx, args)
}

// QueryContext runs a query that it remembers.
func (c *rememberingConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.liteConn.QueryContext(ctx, text, args)
	}
	found, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	rows, ok := found.(liteRows)
	if !ok { // it could not be told when the statement is free again
		return nil, errors.Join(errLiteLacks, found.Close())
	}
	s.busy = true
	return &rememberedRows{rows, s}, nil
}

// Close ends the connection and what it remembers.
func (c *rememberingConn) Close() error {
	var all []error
	for at := c.recent.Front(); at != nil; at = at.Next() {
		if s, ok := at.Value.(*rememberedStmt); ok {
			all = append(all, s.Close())
		}
	}
	return errors.Join(append(all, c.liteConn.Close())...)
}

type rememberedRows struct {
	liteRows
	of *rememberedStmt
}

// Close gives the statement back.
func (r *rememberedRows) Close() error {
	r.of.busy = false
	return r.liteRows.Close()
}
