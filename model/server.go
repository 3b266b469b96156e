package model

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
)

// server is what the URL of a database server says.
type server struct{ user, password, host, database, trusts string }

// serverOf reads "scheme://user:password@host:port/database", with "?tls=" and whom to trust behind it or without.
// The password is taken as it stands, up to the last @.
func serverOf(url string) (server, error) {
	_, rest, _ := strings.Cut(url, "://")
	at := strings.LastIndex(rest, "@")
	if at < 0 {
		return server{}, errors.New("model: the database URL names no user")
	}
	var s server
	s.user, s.password, _ = strings.Cut(rest[:at], ":")
	s.host, rest, _ = strings.Cut(rest[at+1:], "/")
	s.database, s.trusts, _ = strings.Cut(rest, "?tls=")
	return s, nil
}

// tls is how the way to the server is sealed, nil where the URL does not ask for it. The server must have a
// certificate for the host's name, by an authority that the system knows ("system"), or that is in a file.
func (s server) tls() (*tls.Config, error) {
	if s.trusts == "" {
		return nil, nil
	}
	set := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.trusts == "system" {
		return set, nil
	}
	authorities, err := os.ReadFile(s.trusts)
	if err != nil {
		return nil, fmt.Errorf("model: the database's authority: %w", err)
	}
	set.RootCAs = x509.NewCertPool()
	if !set.RootCAs.AppendCertsFromPEM(authorities) {
		return nil, fmt.Errorf("model: the database's authority: %s holds no certificate", s.trusts)
	}
	return set, nil
}

// Address gives a database URL without user and password, to be shown.
func Address(url string) string {
	scheme, _, _ := strings.Cut(url, "://")
	s, err := serverOf(url)
	if err != nil {
		return url
	}
	return scheme + "://" + s.host + "/" + s.database
}
