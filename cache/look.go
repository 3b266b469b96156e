package cache

import (
	"context"
	"strings"
	"time"
)

// Look asks Redis for its version and its clock; both are zero for the one inside the process. ErrSilent
// when it does not answer.
func (c *Cache) Look(ctx context.Context) (version string, clock time.Time, err error) {
	if c.inside != nil {
		return "", time.Time{}, nil
	}
	said, err := c.client.Info(ctx, "server").Result()
	if err != nil {
		return "", time.Time{}, ErrSilent.Because(err)
	}
	for line := range strings.Lines(said) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "redis_version:"); ok {
			version = v
		}
	}
	if clock, err = c.client.Time(ctx).Result(); err != nil {
		return "", time.Time{}, ErrSilent.Because(err)
	}
	return version, clock, nil
}
