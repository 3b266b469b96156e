package model_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"danyuan/model"
	"danyuan/testkit"
)

// TestOpen_overTLSOnlyToWhomTheURLTrusts: a way to the database that somebody else could read, or answer on, is none.
func TestOpen_overTLSOnlyToWhomTheURLTrusts(t *testing.T) {
	url, authority := serverWithTLS(t)
	for trusts, good := range map[string]bool{
		authority: true, "system": false, another(t): false, filepath.Join(t.TempDir(), "none.pem"): false,
	} {
		db, err := model.OpenAsItIs(url+"?tls="+trusts, testkit.Keys(), 1)
		if err == nil {
			err = db.Ping(t.Context())
			if sealed := isSealed(t, db); good != sealed {
				t.Errorf("%s: sealed %v, want %v", trusts, sealed, good)
			}
			_ = db.Close()
		}
		if (err == nil) != good {
			t.Errorf("%s: %v", trusts, err)
		}
	}
}

// isSealed asks MariaDB; of PostgreSQL's way it is known that nothing else gets through.
func isSealed(t *testing.T, db *model.DB) bool {
	t.Helper()
	if db.Dialect() == "postgres" {
		return true
	}
	var cipher struct{ Value string }
	if err := db.Read(t.Context()).Raw("SHOW SESSION STATUS LIKE 'Ssl_cipher'").Scan(&cipher).Error; err != nil {
		t.Fatal(err)
	}
	return cipher.Value != ""
}

// serverWithTLS gives the URL of an empty database behind TLS, and the file with its authority.
func serverWithTLS(t *testing.T) (url, authority string) {
	t.Helper()
	url = testkit.OpenDatabase(t)
	switch {
	case strings.HasPrefix(url, "postgres:"):
		return beforePostgres(t, url)
	case strings.HasPrefix(url, "sqlite:"):
		t.Skip("a file is not far away")
	case os.Getenv("DANYUAN_TEST_DATABASE_AUTHORITY") == "":
		t.Skip("DANYUAN_TEST_DATABASE_AUTHORITY names no authority of the server's certificate")
	}
	return url, os.Getenv("DANYUAN_TEST_DATABASE_AUTHORITY")
}

// beforePostgres speaks TLS for a PostgreSQL that does not, and nothing else.
func beforePostgres(t *testing.T, url string) (front, authority string) {
	t.Helper()
	certificate, authority := certificateFor(t, net.IPv4(127, 0, 0, 1))
	var listen net.ListenConfig
	l, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(url, "@")
	behind, name, _ := strings.Cut(rest, "/")
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go seal(conn, certificate, behind)
		}
	}()
	return before + "@" + l.Addr().String() + "/" + name, authority
}

// seal answers PostgreSQL's request for TLS with yes, and passes on what is said within.
func seal(conn net.Conn, certificate tls.Certificate, behind string) {
	defer func() { _ = conn.Close() }()
	if _, err := io.ReadFull(conn, make([]byte, 8)); err != nil {
		return
	}
	if _, err := conn.Write([]byte("S")); err != nil {
		return
	}
	inside := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	var dial net.Dialer
	server, err := dial.DialContext(context.Background(), "tcp", behind)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() { _, _ = io.Copy(server, inside) }()
	_, _ = io.Copy(inside, server)
}

// another is the file of an authority that has vouched for nobody.
func another(t *testing.T) string {
	t.Helper()
	_, file := certificateFor(t, net.IPv4(127, 0, 0, 1))
	return file
}

// certificateFor makes a certificate for an address, which is its own authority.
func certificateFor(t *testing.T, address net.IP) (certificate tls.Certificate, file string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{address}, IsCA: true, BasicConstraintsValid: true,
	}
	signed, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: key}, file
}
