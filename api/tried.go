package api

import (
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"danyuan/fault"
)

// A code opens a unit page, says what a poster is, tells whether a plaque is genuine. Nobody guesses 60
// random bits; but codes hang in stairwells and can be collected. So each caller may try so many
// different ones in an hour, right and wrong alike: enough for who goes from door to door, and days of
// work for who wants a district. The same one again costs nothing, so that nobody is kept from their own
// unit's page.
const (
	codesAnHour          = 120 // of a user
	strangersCodesAnHour = 240 // from one address, which a whole estate may share
)

var errTooManyCodes = fault.New(fault.TooMany, "code.too_many", "您一小时里打开的不同的码太多了，请过一会儿再扫。看过的单元页仍然可以打开。")

// tryCode counts a code that the caller has not tried lately.
func (a *API) tryCode(c *gin.Context, who string, user int64, code string) error {
	t, limit, now := triedCode(who, user, code), codesAnHour, a.s.Clock.Now()
	if user == 0 {
		limit = strangersCodesAnHour
	}
	if a.tried.again(t, now) {
		return nil
	}
	err := a.within(c, who+":codes", limit, time.Hour, errTooManyCodes)
	if err == nil {
		a.tried.note(t, now)
	}
	return err
}

// tried is that a caller, a user or else whoever calls from an address, has tried a code.
type tried struct {
	user       int64
	from, code string
}

// triedCode is that somebody has tried a code: a user, or, as 0, whoever calls as who.
func triedCode(who string, user int64, code string) tried {
	t := tried{user: user, code: code}
	if user == 0 {
		t.from = who
	}
	if len(t.code) > longestTried {
		t.code = t.code[:longestTried]
	}
	return t
}

// longestTried is as much of a code as is remembered. It is longer than every code; what is longer still
// is none, and may be taken for another that begins like it.
const longestTried = 64

// Something is remembered for half an hour to an hour, and so that it takes some ten megabytes at most.
const (
	triedKept = 30 * time.Minute
	mostTried = 50_000
)

// lately remembers what was tried here, so that the unit page, which everybody opens again and again,
// asks Redis nothing. Each replica remembers its own: another one counts the same code once more.
type lately struct {
	mu          sync.RWMutex
	now, before map[tried]struct{}
	since       time.Time // when now began
}

// again tells whether this was tried lately.
func (l *lately) again(t tried, at time.Time) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	age := at.Sub(l.since)
	if _, ok := l.now[t]; ok && age < 2*triedKept {
		return true
	}
	_, ok := l.before[t]
	return ok && age < triedKept
}

// note remembers it, and not the address of the request of which it may be a part.
func (l *lately) note(t tried, at time.Time) {
	t.from, t.code = strings.Clone(t.from), strings.Clone(t.code)
	l.mu.Lock()
	defer l.mu.Unlock()
	if age := at.Sub(l.since); age >= triedKept || len(l.now) >= mostTried {
		l.before, l.now, l.since = l.now, map[tried]struct{}{}, at
		if age >= 2*triedKept {
			l.before = nil
		}
	}
	l.now[t] = struct{}{}
}
