package model

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"slices"
	"strings"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite"
)

// awayNumbers are what a MySQL server says that is going, coming, or cut off from its cluster: 1040 too many
// connections, 1047 not in the primary component, 1053 shutting down, 1180 a commit that failed on the way,
// 1317 interrupted. 1205, a lock that took too long, is not among them.
var awayNumbers = []uint16{1040, 1047, 1053, 1152, 1158, 1159, 1160, 1161, 1180, 1317, 1927}

// Away tells whether the database could not be reached, or went away over what it was asked. Whether that
// has happened is not known: it is to be asked again as the same command.
func Away(err error) bool {
	var my *mysqldriver.MySQLError
	var pg *pgconn.PgError
	var refused *pgconn.ConnectError
	var broken *net.OpError
	switch {
	case errors.As(err, &pg):
		return strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "57P") || pg.Code == "53300"
	case errors.As(err, &refused):
		return true
	case errors.As(err, &my):
		return slices.Contains(awayNumbers, my.Number)
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, mysqldriver.ErrInvalidConn), errors.Is(err, sql.ErrConnDone):
		return true
	case errors.Is(err, errNodeAlone), errors.Is(err, errNodeBusy), errors.Is(err, errNodeBehind): // no node of a cluster lets us in
		return true
	}
	return errors.As(err, &broken)
}

// Full tells whether the database has no room left for what was to be written.
func Full(err error) bool {
	var my *mysqldriver.MySQLError
	if errors.As(err, &my) {
		return my.Number == 1021 || my.Number == 1114
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "53100"
	}
	var lite *sqlite3.Error
	return errors.As(err, &lite) && lite.Code()&0xff == 13 // SQLITE_FULL
}
