package model_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// TestOpen_withOneConnection: the lock under which migrations run is held on a connection of its own.
func TestOpen_withOneConnection(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	url := testkit.OpenDatabase(t)
	for range 2 { // the tables are made, and are there
		db, err := model.Open(ctx, url, testkit.Keys(), 1)
		if err != nil {
			t.Fatal(err)
		}
		for name, pool := range db.Pools() {
			if most := pool.Stats().MaxOpenConnections; most != 1 {
				t.Errorf("%s has %d connections afterwards", name, most)
			}
		}
		_ = db.Close()
	}
}

// TestTx_waitsForNoLockForEver holds it at the server itself and behind PgBouncer, whichever of the server's
// connections that gives to a transaction.
func TestTx_waitsForNoLockForEver(t *testing.T) {
	url := postgresURL(t)
	t.Run("direct", func(t *testing.T) { holdsInEachTransaction(t, url) })
	t.Run("session", func(t *testing.T) { holdsInEachTransaction(t, throughPgBouncer(t, url, "session")) })
	t.Run("transaction", func(t *testing.T) {
		pooled := throughPgBouncer(t, url, "transaction")
		holdsInEachTransaction(t, pooled)
		// What others find on the server's connections is not what we said on them.
		db, err := model.OpenAsItIs(pooled, testkit.Keys(), 4)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		if left := shown(t, db.Read(t.Context()), "lock_timeout"); left != "0" {
			t.Errorf("lock_timeout is left at %s", left)
		}
	})
}

// holdsInEachTransaction opens the database as several processes that start together do, and asks what holds in
// many transactions at once.
func holdsInEachTransaction(t *testing.T, url string) {
	t.Helper()
	var opening sync.WaitGroup
	dbs, errs := make([]*model.DB, 3), make([]error, 3)
	for i := range dbs {
		opening.Go(func() { dbs[i], errs[i] = model.Open(t.Context(), url, testkit.Keys(), 4) })
	}
	opening.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	var asking sync.WaitGroup
	for _, db := range dbs {
		defer func() { _ = db.Close() }()
		for range 8 {
			asking.Go(func() {
				if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return holds(tx, "read committed", "off") }); err != nil {
					t.Error(err)
				}
				if err := db.Snapshot(t.Context(), func(tx *gorm.DB) error { return holds(tx, "repeatable read", "on") }); err != nil {
					t.Error(err)
				}
			})
		}
	}
	asking.Wait()
}

// holds asks the server for what a transaction of ours has, and for the time zone in which it writes texts.
func holds(tx *gorm.DB, isolation, readOnly string) error {
	for name, want := range map[string]string{
		"lock_timeout": "30s", "TimeZone": "UTC", "transaction_isolation": isolation, "transaction_read_only": readOnly,
	} {
		var got string
		if err := tx.Raw("SELECT current_setting(?)", name).Scan(&got).Error; err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	return nil
}

func shown(t *testing.T, h *gorm.DB, name string) (value string) {
	t.Helper()
	if err := h.Raw("SELECT current_setting(?)", name).Scan(&value).Error; err != nil {
		t.Fatal(err)
	}
	return value
}

// TestOpen_saysThatAPoolOfStatementsWontDo, and the doctor reads the same.
func TestOpen_saysThatAPoolOfStatementsWontDo(t *testing.T) {
	url := throughPgBouncer(t, postgresURL(t), "statement")
	if _, err := model.Open(t.Context(), url, testkit.Keys(), 2); !errors.Is(err, model.ErrNoTransactions) {
		t.Errorf("%v", err)
	}
	db, err := model.OpenAsItIs(url, testkit.Keys(), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Look(t.Context()); !errors.Is(err, model.ErrNoTransactions) {
		t.Errorf("looking at it: %v", err)
	}
}

func postgresURL(t *testing.T) string {
	t.Helper()
	url := testkit.OpenDatabase(t)
	if !strings.HasPrefix(url, "postgres:") {
		t.Skip("there is no PostgreSQL")
	}
	return url
}

// throughPgBouncer puts a pool in front of a database and gives its URL.
func throughPgBouncer(t *testing.T, url, mode string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		t.Skip("pgbouncer is not installed")
	}
	var listen net.ListenConfig
	l, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	front := l.Addr().String()
	_ = l.Close()
	_, port, _ := net.SplitHostPort(front)
	before, rest, _ := strings.Cut(url, "@")
	behind, name, _ := strings.Cut(rest, "/")
	host, serverPort, _ := net.SplitHostPort(behind)
	lines := []string{
		"[databases]", fmt.Sprintf("* = host=%s port=%s user=postgres", host, serverPort),
		"[pgbouncer]", "listen_addr = 127.0.0.1", "listen_port = " + port, "unix_socket_dir =",
		"auth_type = any", "pool_mode = " + mode, "default_pool_size = 20",
	}
	if os.Geteuid() == 0 { // it refuses to be root
		lines = append(lines, "user = nobody")
	}
	file := filepath.Join(t.TempDir(), "pgbouncer.ini")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "--quiet", file)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for range 500 {
		if conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", front); err == nil {
			_ = conn.Close()
			return before + "@" + front + "/" + name
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Fatal("pgbouncer does not answer")
	return ""
}
