package model

import (
	"errors"
	"strings"
)

// server is what the URL of a database server says.
type server struct{ user, password, host, database string }

// serverOf reads "scheme://user:password@host:port/database". The password is taken as it stands, up to the
// last @.
func serverOf(url string) (server, error) {
	_, rest, _ := strings.Cut(url, "://")
	at := strings.LastIndex(rest, "@")
	if at < 0 {
		return server{}, errors.New("model: the database URL names no user")
	}
	var s server
	s.user, s.password, _ = strings.Cut(rest[:at], ":")
	s.host, s.database, _ = strings.Cut(rest[at+1:], "/")
	return s, nil
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
