package cache

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// What package config lets through is read here, and the other way round: see TestValidate_redisURLs.
func TestConnect_readsURLs(t *testing.T) {
	for url, good := range map[string]bool{
		"redis://h": true, "redis://:p%40@h:6379/2": true, "rediss://u:p@h:6379": true, "redis://[::1]:6379": true,
		"http://h": false, "redis://h/x": false, "redisss://h": false,

		"redis-sentinel://:p%40@a:26379,b:26379,c/1?master=m": true, "rediss-sentinel://a?master=m&sentinel_user=u&sentinel_password=p": true,
		"redis-sentinel://a,b": false, "redis-sentinel://a,,b?master=m": false, "redis-sentinel://a:x?master=m": false,
		"redis-sentinel://?master=m": false, "redis-sentinel://a/x?master=m": false, "redis-sentinel://a?master=m&pool=3": false,

		"redis-cluster://u:p@a:6379,[::1]:6380": true, "rediss-cluster://a/": true, "redis-cluster://a/0": true,
		"redis-cluster://a/1": false, "redis-cluster://a?x=1": false, "redis-cluster://": false,
	} {
		c, err := connect(url)
		if (err == nil) != good || err != nil && !errors.Is(err, ErrURL) {
			t.Errorf("%s: %v", url, err)
		}
		if c != nil {
			_ = c.Close()
		}
	}
}

func TestPlaceOf_takesHostsNamesAndPasswordsApart(t *testing.T) {
	p, ok := placeOf("me:p%40ss,1@a,[::1]:7,b:8/3?master=m&sentinel_user=su&sentinel_password=s%2Fp", "26379", true, "master", "sentinel_user", "sentinel_password")
	if !ok {
		t.Fatal("refused")
	}
	o := p.sentinels()
	if got := strings.Join(o.SentinelAddrs, " "); got != "a:26379 [::1]:7 b:8" {
		t.Errorf("hosts %s", got)
	}
	if o.Username != "me" || o.Password != "p@ss,1" || o.DB != 3 || o.MasterName != "m" || o.SentinelUsername != "su" || o.SentinelPassword != "s/p" || o.TLSConfig == nil {
		t.Errorf("got %+v", o)
	}
	p, _ = placeOf("me:pw@a,b", "6379", false)
	if c := p.cluster(); c.Username != "me" || c.Password != "pw" || c.TLSConfig != nil || c.ClusterStateReloadInterval != time.Second {
		t.Errorf("got %+v", c)
	}
}

// ofASet skips unless the tests' Redis is a set of servers of this kind (DANYUAN_SERVICES_REDIS).
func ofASet(t *testing.T, kind string) string {
	t.Helper()
	url := os.Getenv("DANYUAN_TEST_REDIS_URL")
	if !strings.HasPrefix(url, "redis-"+kind+"://") {
		t.Skip("needs DANYUAN_SERVICES_REDIS=" + kind + " scripts/services run")
	}
	return url
}

func TestOpen_aMasterThatNoSentinelKnowsIsSaidAtTheStart(t *testing.T) {
	url := strings.Replace(ofASet(t, "sentinel"), "master=danyuan", "master=nobody", 1)
	if _, err := Open(t.Context(), url, time.Now); !errors.Is(err, ErrMaster) {
		t.Errorf("got %v", err)
	}
}

func TestOpen_aServerThatIsNoClusterIsSaidAtTheStart(t *testing.T) {
	sentinels := ofASet(t, "sentinel")
	at, err := masterOf(t.Context(), sentinels)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), "redis-cluster://"+at, time.Now); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v", err)
	}
}

func TestOpen_aNodeOfAClusterIsNoServerByItself(t *testing.T) {
	refused := 0
	for host := range strings.SplitSeq(strings.TrimPrefix(ofASet(t, "cluster"), "redis-cluster://"), ",") {
		c, err := Open(t.Context(), "redis://"+host, time.Now)
		switch {
		case errors.Is(err, ErrNode):
			refused++
		case err != nil:
			t.Errorf("%s: %v", host, err)
		default: // another test has killed it
			if c.Ping(t.Context()) == nil {
				t.Errorf("%s was taken for a server", host)
			}
			_ = c.Close()
		}
	}
	if refused == 0 {
		t.Error("none was refused")
	}
}

// masterOf asks the sentinels of a URL for the address of the master.
func masterOf(ctx context.Context, url string) (string, error) {
	hosts, _, _ := strings.Cut(strings.TrimPrefix(url, "redis-sentinel://"), "/")
	first, _, _ := strings.Cut(hosts, ",")
	s := redis.NewSentinelClient(&redis.Options{Addr: first})
	defer s.Close()
	at, err := s.GetMasterAddrByName(ctx, "danyuan").Result()
	return strings.Join(at, ":"), err
}
