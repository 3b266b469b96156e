package api

import (
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// held tells how many bytes are in use.
func held() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestTried_longCodesTakeNoMoreRoomThanShortOnes: whoever has many addresses must not fill the memory with codes
// that are as long as an address can be, nor with what stood behind them.
func TestTried_longCodesTakeNoMoreRoomThanShortOnes(t *testing.T) {
	for name, code := range map[string]func(address string) string{
		"a long code":                func(address string) string { return address },
		"a short one before a query": func(address string) string { return address[:12] },
	} {
		t.Run(name, func(t *testing.T) {
			l, now, before := &lately{}, time.Now(), held()
			for i := range 1000 {
				address := strconv.Itoa(1_000_000_000_000+i) + strings.Repeat("x", 30_000)
				l.note(triedCode("from:192.0.2.1", 0, code(address)), now)
			}
			if grown := held() - before; grown > 1<<20 {
				t.Errorf("a thousand of them hold %d bytes", grown)
			}
			runtime.KeepAlive(l)
		})
	}
}

func TestTried_aLongCodeIsOneAndTheSameAgain(t *testing.T) {
	l, now := &lately{}, time.Now()
	long, other := strings.Repeat("x", 200), "y"+strings.Repeat("x", 200)
	l.note(triedCode("", 1, long), now)
	if !l.again(triedCode("", 1, long), now) || l.again(triedCode("", 1, other), now) {
		t.Error("a long code is forgotten, or taken for another")
	}
}
