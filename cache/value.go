package cache

import (
	"context"
	"time"
)

// Get gives the value of key. A silent Redis looks like an absent value.
func (c *Cache) Get(key string) (string, bool) {
	if !c.worthAsking() {
		return "", false
	}
	ctx, cancel := c.inTime(context.Background())
	defer cancel()
	value, err := c.client.Get(ctx, name("value", key)).Result()
	c.heard(err)
	return value, err == nil
}

// Set keeps value under key for ttl, at least a millisecond; a ttl of zero or less keeps nothing and
// drops what was there. It fails with ErrSilent.
func (c *Cache) Set(key, value string, ttl time.Duration) error {
	if ttl <= 0 {
		return c.Delete(key)
	}
	if !c.worthAsking() {
		return ErrSilent
	}
	ctx, cancel := c.inTime(context.Background())
	defer cancel()
	return c.told(c.client.Set(ctx, name("value", key), value, max(ttl, time.Millisecond)).Err())
}

// Delete drops the value of key, if there is one. It always asks Redis, however silent, because a
// caller who revokes something has to know whether it is gone. It fails with ErrSilent.
func (c *Cache) Delete(key string) error {
	ctx, cancel := c.inTime(context.Background())
	defer cancel()
	return c.told(c.client.Del(ctx, name("value", key)).Err())
}

func (c *Cache) told(err error) error {
	c.heard(err)
	if err != nil {
		return ErrSilent.Because(err)
	}
	return nil
}
