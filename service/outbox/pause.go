package outbox

import (
	"math/rand/v2"
	"time"
)

// pauses are how long a job waits after its first, second, … failed try: long enough in the end for a
// server that is down over night, and for WeChat's quotas, which begin anew each day.
var pauses = []time.Duration{
	10 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// Tries is how often a job is tried before it is stuck.
var Tries = len(pauses) + 1

// Pause is how long a job waits after a failed try (the first is 1), in whole seconds: up to a fifth
// is added by chance, so that what failed together is not tried together again.
func Pause(attempt int) time.Duration {
	p := pauses[min(max(attempt, 1), len(pauses))-1]
	return p + rand.N(p/5+1).Truncate(time.Second) //nolint:gosec // chance, no secret
}
