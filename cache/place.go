package cache

import (
	"cmp"
	"crypto/tls"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Where Redis is, as a URL says it:
//
//	redis://user:password@host:6379/0                                     one server
//	redis-sentinel://user:password@host:26379,host:26379/0?master=NAME    whom these sentinels call the master
//	redis-cluster://user:password@host:6379,host:6379                     a cluster; these nodes know the others
//
// rediss… in place of redis… is the same over TLS. User and password are those of Redis; sentinels that
// have some of their own get sentinel_user and sentinel_password from the query.
//
// A cluster keeps keys apart that are used together, unless their names have a part in braces in common.
// None of ours are: a limit is one key, and so is a value.

// reload is how soon a cluster's client hears of a new master: the library's own minute would be the
// outage. It asks only while it is used.
const reload = time.Second

// connect makes the client for a URL. Nothing is asked yet.
func connect(where string) (redis.UniversalClient, error) {
	scheme, rest, _ := strings.Cut(where, "://")
	switch strings.Replace(scheme, "rediss", "redis", 1) {
	case "redis-sentinel":
		if p, ok := placeOf(rest, "26379", scheme != "redis-sentinel", "master", "sentinel_user", "sentinel_password"); ok && p.query.Get("master") != "" {
			return redis.NewFailoverClient(p.sentinels()), nil
		}
	case "redis-cluster":
		if p, ok := placeOf(rest, "6379", scheme != "redis-cluster"); ok && p.db == 0 {
			return redis.NewClusterClient(p.cluster()), nil
		}
	default:
		if o, err := redis.ParseURL(where); err == nil {
			return redis.NewClient(patient(o, dialWait, replyWait)), nil
		}
	}
	return nil, ErrURL
}

// place is a URL with several hosts, taken apart.
type place struct {
	hosts          []string
	user, password string
	db             int
	query          url.Values
	tls            *tls.Config // nil: in the open
}

// placeOf takes apart what follows the scheme. Only the named parameters may be there.
func placeOf(rest, port string, secure bool, params ...string) (p place, ok bool) {
	end := strings.IndexAny(rest+"/", "/?")
	at := strings.LastIndex(rest[:end], "@") + 1
	// The library for URLs takes one host: all else is read with a stand-in for it.
	u, err := url.Parse("redis://" + rest[:at] + "host" + rest[end:])
	if err != nil || u.Fragment != "" {
		return p, false
	}
	p.password, _ = u.User.Password()
	p.user, p.query = u.User.Username(), u.Query()
	if secure {
		p.tls = &tls.Config{MinVersion: tls.VersionTLS12} // the name in the certificate is that of the host called
	}
	for _, one := range strings.Split(rest[at:end], ",") {
		h, err := url.Parse("redis://" + one)
		if err != nil || h.Hostname() == "" || h.Host != one {
			return p, false
		}
		p.hosts = append(p.hosts, net.JoinHostPort(h.Hostname(), cmp.Or(h.Port(), port)))
	}
	if db := strings.Trim(u.Path, "/"); db != "" {
		if p.db, err = strconv.Atoi(db); err != nil || p.db < 0 {
			return p, false
		}
	}
	for name := range p.query {
		if !slices.Contains(params, name) {
			return p, false
		}
	}
	return p, true
}

// sentinels and cluster wait as long as patient makes one server's client wait.
func (p place) sentinels() *redis.FailoverOptions {
	return &redis.FailoverOptions{
		MasterName: p.query.Get("master"), SentinelAddrs: p.hosts, TLSConfig: p.tls,
		SentinelUsername: p.query.Get("sentinel_user"), SentinelPassword: p.query.Get("sentinel_password"),
		Username: p.user, Password: p.password, DB: p.db,
		DialTimeout: dialWait, DialerRetries: 1,
		ReadTimeout: replyWait, WriteTimeout: replyWait, PoolTimeout: replyWait,
		MaxRetries: -1, ContextTimeoutEnabled: true, DisableIdentity: true,
	}
}

// cluster follows a key that has moved; the one retry of a node that does not answer comes with it.
func (p place) cluster() *redis.ClusterOptions {
	return &redis.ClusterOptions{
		Addrs: p.hosts, TLSConfig: p.tls, Username: p.user, Password: p.password,
		ClusterStateReloadInterval: reload,
		DialTimeout:                dialWait, DialerRetries: 1,
		ReadTimeout: replyWait, WriteTimeout: replyWait, PoolTimeout: replyWait,
		MaxRedirects: 1, MaxRetryBackoff: 10 * time.Millisecond, ContextTimeoutEnabled: true, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}
