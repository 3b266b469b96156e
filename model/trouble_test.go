package model

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"testing"

	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
)

func TestAway_isAServerThatCantBeReachedAndNothingElse(t *testing.T) {
	_, refused := (&net.Dialer{}).DialContext(t.Context(), "tcp", "127.0.0.1:1")
	for _, err := range []error{driver.ErrBadConn, mysqldriver.ErrInvalidConn, refused, errNodeAlone, errNodeBusy, errNodeBehind, &mysqldriver.MySQLError{Number: 1053}, &mysqldriver.MySQLError{Number: 1047}} {
		if !Away(fmt.Errorf("reading: %w", err)) {
			t.Errorf("%v is not away", err)
		}
	}
	for _, err := range []error{nil, gorm.ErrRecordNotFound, errors.New("other"), &mysqldriver.MySQLError{Number: 1213}, &mysqldriver.MySQLError{Number: 1062}} {
		if Away(err) {
			t.Errorf("%v is away", err)
		}
	}
}

// TestFull_isADatabaseThatMayNotGrow: SQLite says so as of a disk.
func TestFull_isADatabaseThatMayNotGrow(t *testing.T) {
	db := openRemembering(t, true)
	if _, err := db.ExecContext(t.Context(), "PRAGMA max_page_count = 4"); err != nil {
		t.Fatal(err)
	}
	_, err := db.ExecContext(t.Context(), "INSERT INTO things (name) VALUES (zeroblob(100000))")
	if err == nil || !Full(fmt.Errorf("writing: %w", err)) || Away(err) {
		t.Errorf("got %v", err)
	}
	if !Full(&mysqldriver.MySQLError{Number: 1021}) || Full(gorm.ErrDuplicatedKey) || Full(nil) {
		t.Error("of MySQL a full disk is not told from another error")
	}
}
