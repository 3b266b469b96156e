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
	said, err := c.said(ctx)
	if err != nil {
		return "", time.Time{}, ErrSilent.Because(err)
	}
	version = said["redis_version"]
	if clock, err = c.client.Time(ctx).Result(); err != nil {
		return "", time.Time{}, ErrSilent.Because(err)
	}
	return version, clock, nil
}

// said is what a server says of itself.
func (c *Cache) said(ctx context.Context) (map[string]string, error) {
	text, err := c.client.Info(ctx, "server").Result()
	said := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			said[name] = value
		}
	}
	return said, err
}
