package main

import (
	"errors"
	"fmt"
	"time"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// stepper counts the steps that SQLite's virtual machine takes for a statement: unlike a time, the same on
// every machine, and unlike a plan, it says how many rows were gone through. database/sql can't ask for it.
type stepper struct {
	tls *libc.TLS
	db  uintptr
}

func openStepper(file string) (*stepper, error) {
	s := &stepper{tls: libc.NewTLS()}
	name, err := libc.CString(file)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(s.tls, name)
	at := libc.Xmalloc(s.tls, 8)
	defer libc.Xfree(s.tls, at)
	if code := sqlite3.Xsqlite3_open_v2(s.tls, name, at, sqlite3.SQLITE_OPEN_READONLY, 0); code != sqlite3.SQLITE_OK {
		return nil, fmt.Errorf("can't open %s: %d", file, code)
	}
	s.db = libc.AtomicLoadPUintptr(at)
	return s, nil
}

func (s *stepper) close() {
	sqlite3.Xsqlite3_close_v2(s.tls, s.db)
	s.tls.Close()
}

// all gives the steps of all that read.
func (s *stepper) all(said []statement) (steps float64, err error) {
	for _, st := range said {
		if !st.reads() {
			continue
		}
		n, err := s.of(st)
		if err != nil {
			return 0, fmt.Errorf("%w: %s", err, st.sql)
		}
		steps += float64(n)
	}
	return steps, nil
}

func (s *stepper) of(st statement) (steps int32, err error) {
	text, err := libc.CString(st.sql)
	if err != nil {
		return 0, err
	}
	defer libc.Xfree(s.tls, text)
	at := libc.Xmalloc(s.tls, 8)
	defer libc.Xfree(s.tls, at)
	if sqlite3.Xsqlite3_prepare_v2(s.tls, s.db, text, -1, at, 0) != sqlite3.SQLITE_OK {
		return 0, errors.New(libc.GoString(sqlite3.Xsqlite3_errmsg(s.tls, s.db)))
	}
	made := libc.AtomicLoadPUintptr(at)
	defer sqlite3.Xsqlite3_finalize(s.tls, made)
	for i, arg := range st.args {
		if err := s.bind(made, int32(i+1), arg); err != nil {
			return 0, err
		}
	}
	code := int32(sqlite3.SQLITE_ROW)
	for code == sqlite3.SQLITE_ROW {
		code = sqlite3.Xsqlite3_step(s.tls, made)
	}
	if code != sqlite3.SQLITE_DONE {
		return 0, errors.New(libc.GoString(sqlite3.Xsqlite3_errmsg(s.tls, s.db)))
	}
	return sqlite3.Xsqlite3_stmt_status(s.tls, made, sqlite3.SQLITE_STMTSTATUS_VM_STEP, 0), nil
}

// bind gives a statement a value in the form in which danyuan's driver gives it.
func (s *stepper) bind(made uintptr, i int32, arg any) error {
	var code int32
	switch v := arg.(type) {
	case nil:
		code = sqlite3.Xsqlite3_bind_null(s.tls, made, i)
	case int64:
		code = sqlite3.Xsqlite3_bind_int64(s.tls, made, i, v)
	case float64:
		code = sqlite3.Xsqlite3_bind_double(s.tls, made, i, v)
	case bool:
		n := int64(0)
		if v {
			n = 1
		}
		code = sqlite3.Xsqlite3_bind_int64(s.tls, made, i, n)
	case time.Time:
		return s.bind(made, i, v.UTC().Format("2006-01-02 15:04:05.999999999-07:00"))
	case []byte:
		return s.bind(made, i, string(v))
	case string:
		text, err := libc.CString(v)
		if err != nil {
			return err
		}
		defer libc.Xfree(s.tls, text)
		code = sqlite3.Xsqlite3_bind_text(s.tls, made, i, text, int32(len(v)), sqlite3.SQLITE_TRANSIENT) //nolint:gosec // words of a request
	default:
		return fmt.Errorf("can't bind a %T", arg)
	}
	if code != sqlite3.SQLITE_OK {
		return fmt.Errorf("can't bind %v: %d", arg, code)
	}
	return nil
}
