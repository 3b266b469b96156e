package cache

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// A silence may last for an hour of a thousand requests a second: it is said when it begins and when it
// ends.
func TestHeard_aSilenceIsSaidOnceAndItsEndOnce(t *testing.T) {
	var said bytes.Buffer
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&said, nil)))
	defer slog.SetDefault(was)
	k, server := newClock(), miniredis.RunT(t)
	c := open(t, "redis://"+server.Addr(), k.Now)
	uses(t, c, "k", 3, 100, time.Minute)
	server.Close()
	for range 5 {
		uses(t, c, "k", 3, 100, time.Minute)
		k.pass(pause)
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	uses(t, c, "k", 3, 100, time.Minute)
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "Redis is silent") || !strings.Contains(lines[1], "answers again") {
		t.Errorf("said: %s", said.String())
	}
}
