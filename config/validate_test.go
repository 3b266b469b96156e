package config

import (
	"strings"
	"testing"
)

const aGoodAESKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

func TestValidate_halfConfigurationsAreRefusedAllAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want []string // the environment variables complained about, and no others
	}{
		"everything but the AppID": {
			env: map[string]string{"WECHAT_SECRET": "s", "WECHAT_TOKEN": "tok", "WECHAT_AES_KEY": aGoodAESKey,
				"WECHAT_TEMPLATE_BINDING": "b", "WECHAT_TEMPLATE_PLAQUE": "p", "WECHAT_TEMPLATE_CHECK_IN": "c", "WECHAT_TEMPLATE_ACTIVITY": "v", "WECHAT_TEMPLATE_HOURS": "h", "WECHAT_TEMPLATE_MATTER": "m"},
			want: []string{"WECHAT_SECRET", "WECHAT_TOKEN", "WECHAT_AES_KEY", "WECHAT_TEMPLATE_BINDING", "WECHAT_TEMPLATE_PLAQUE", "WECHAT_TEMPLATE_CHECK_IN", "WECHAT_TEMPLATE_HOURS", "WECHAT_TEMPLATE_MATTER", "WECHAT_TEMPLATE_ACTIVITY"},
		},
		"AppID alone": {
			env: map[string]string{"WECHAT_APP_ID": "wx1"}, want: []string{"KEYS_DIR", "WECHAT_SECRET"},
		},
		"token without AES key": {
			env:  map[string]string{"WECHAT_APP_ID": "wx1", "WECHAT_SECRET": "s", "KEYS_DIR": "k", "WECHAT_TOKEN": "tok"},
			want: []string{"WECHAT_AES_KEY"},
		},
		"AES key without token, no secret": {
			env:  map[string]string{"WECHAT_APP_ID": "wx1", "KEYS_DIR": "k", "WECHAT_AES_KEY": aGoodAESKey},
			want: []string{"WECHAT_SECRET", "WECHAT_TOKEN"},
		},
		"both of the wrong form": {
			env: map[string]string{"WECHAT_APP_ID": "wx1", "WECHAT_SECRET": "s", "KEYS_DIR": "k", "WECHAT_TOKEN": "a b",
				"WECHAT_AES_KEY": "short"},
			want: []string{"WECHAT_TOKEN", "WECHAT_AES_KEY"},
		},
		"a store without most of it": {
			env:  map[string]string{"S3_BUCKET": "danyuan-1250000000"},
			want: []string{"S3_ENDPOINT", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY"},
		},
		"a key, and no store": {
			env:  map[string]string{"S3_SECRET_KEY": "k"},
			want: []string{"S3_ENDPOINT", "S3_REGION", "S3_BUCKET", "S3_ACCESS_KEY"},
		},
		"a store that is wrong in every part": {
			env: map[string]string{"S3_ENDPOINT": "http://cos.ap-nanjing.myqcloud.com", "S3_REGION": "Nanjing!", "S3_BUCKET": "Dan yuan", "S3_ACCESS_KEY": "i",
				"S3_SECRET_KEY": "k", "S3_PREFIX": "/danyuan"},
			want: []string{"S3_ENDPOINT", "S3_REGION", "S3_BUCKET", "S3_PREFIX"},
		},
		"CloudRun without anything": {
			env: map[string]string{"CLOUDRUN": "true"}, want: []string{"WECHAT_APP_ID", "MYSQL_ADDRESS", "S3_ENDPOINT"},
		},
		"CloudRun on two databases, with half of one": {
			env: map[string]string{"CLOUDRUN": "true", "WECHAT_APP_ID": "wx1", "KEYS_DIR": "k", "DATABASE_URL": "mysql://u:p@h/db", "MYSQL_USERNAME": "u",
				"S3_ENDPOINT": "https://h", "S3_REGION": "r", "S3_BUCKET": "bucket", "S3_ACCESS_KEY": "i", "S3_SECRET_KEY": "k"},
			want: []string{"DATABASE_URL"},
		},
		"CloudRun with a file that does not last": {
			env: map[string]string{"CLOUDRUN": "true", "WECHAT_APP_ID": "wx1", "KEYS_DIR": "k", "DATABASE_URL": "sqlite:a.db",
				"S3_ENDPOINT": "https://h", "S3_REGION": "r", "S3_BUCKET": "bucket", "S3_ACCESS_KEY": "i", "S3_SECRET_KEY": "k"},
			want: []string{"MYSQL_ADDRESS"},
		},
		"CloudRun with half of a database": {
			env: map[string]string{"CLOUDRUN": "true", "WECHAT_APP_ID": "wx1", "KEYS_DIR": "k", "MYSQL_ADDRESS": "h:3306", "MYSQL_PASSWORD": "p",
				"S3_ENDPOINT": "https://h", "S3_REGION": "r", "S3_BUCKET": "bucket", "S3_ACCESS_KEY": "i", "S3_SECRET_KEY": "k"},
			want: []string{"MYSQL_ADDRESS"},
		},
		"CloudRun's database elsewhere": {
			env: map[string]string{"MYSQL_ADDRESS": "h:3306", "MYSQL_USERNAME": "u", "MYSQL_PASSWORD": "p"}, want: []string{"MYSQL_ADDRESS"},
		},
		"short metrics token, bad URLs": {
			env:  map[string]string{"METRICS_TOKEN": "short", "DATABASE_URL": "postgres://a", "REDIS_URL": "a:6379"},
			want: []string{"DATABASE_URL", "REDIS_URL", "METRICS_TOKEN"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := world{env: c.env}.refused(t)
			for _, env := range c.want {
				wants(t, text, "（环境变量 "+env+"）")
			}
			if got := strings.Count(text, "（环境变量 "); got != len(c.want) {
				t.Errorf("%d problems, want %d:\n%s", got, len(c.want), text)
			}
		})
	}
}

func TestValidate_completeServicePasses(t *testing.T) {
	got := world{env: map[string]string{"WECHAT_APP_ID": "wx1", "WECHAT_SECRET": "s", "KEYS_DIR": "/keys", "HOST": "0.0.0.0",
		"WECHAT_TOKEN": "tok", "WECHAT_AES_KEY": aGoodAESKey, "DATABASE_URL": "mysql://u:p@db:3306/danyuan",
		"REDIS_URL": "rediss://:p@r:6380/1", "PUBLIC_URL": "https://danyuan.example", "S3_ENDPOINT": "https://cos.ap-nanjing.myqcloud.com",
		"S3_REGION": "ap-nanjing", "S3_BUCKET": "danyuan-1250000000", "S3_ACCESS_KEY": "i", "S3_SECRET_KEY": "k", "S3_PREFIX": "danyuan/"}}.serve(t)
	if !got.S3.Used() || got.S3.Style != "host" || got.Demo() || got.Keys() != "/keys" || got.Database() != "mysql://u:p@db:3306/danyuan" {
		t.Errorf("got %v", got)
	}
}

// In CloudRun the hosting gives PORT and MYSQL_*, and nobody needs the secret.
func TestValidate_whatCloudRunGivesIsEnough(t *testing.T) {
	got := world{env: map[string]string{"CLOUDRUN": "true", "WECHAT_APP_ID": "wx1", "KEYS_DIR": "/keys", "HOST": "0.0.0.0", "PORT": "80",
		"MYSQL_ADDRESS": "10.0.0.7:3306", "MYSQL_USERNAME": "root", "MYSQL_PASSWORD": "p@s/s:1", "S3_ENDPOINT": "https://cos.ap-shanghai.myqcloud.com",
		"S3_REGION": "ap-shanghai", "S3_BUCKET": "danyuan-1250000000", "S3_ACCESS_KEY": "i", "S3_SECRET_KEY": "k"}}.serve(t)
	if !got.CloudRun.On || got.Database() != "mysql://root:p@s/s:1@10.0.0.7:3306/danyuan" || got.Address() != "0.0.0.0:80" {
		t.Errorf("got %v", got)
	}
}

func TestValidate_demoListensOnThisMachineOnly(t *testing.T) {
	for _, host := range []string{"0.0.0.0", "::", "192.168.1.5", "example.com", "127.evil.example"} {
		wants(t, world{env: map[string]string{"HOST": host}}.refused(t), "--host（环境变量 HOST）：演示模式")
	}
	wants(t, world{}.refused(t, "--host="), "--host（环境变量 HOST）：演示模式")
	for _, host := range []string{"127.0.0.1", "127.8.8.8", "::1", "localhost"} {
		world{env: map[string]string{"HOST": host}}.serve(t)
	}
}

func TestValidate_databaseURLs(t *testing.T) {
	for url, good := range map[string]bool{
		"sqlite:a.db": true, "sqlite:/var/lib/a.db": true, "mysql://u:p@h/db": true, "mysql://u:p@s/w:o#r?d@h:3306/db": true,
		"mysql://u@[::1]:3306/db": true,
		"sqlite:":                 false, "sqlite:///a.db": false, "sqlite::memory:": false, "sqlite:a.db?_txlock=deferred": false,
		"mysql://h/db": false, "mysql://u:p@h": false, "mysql://u:p@h/": false, "mysql://u:p@/db": false, "mysql://:p@h/db": false,
		"mysql://u:p@h1:3306,h2:3306/db": true, "mysql://u:p@h1:3306,/db": false, "mysql://u:p@h1:3306,h2:0/db": false, "mysql://u:p@h:0/db": false, "mysql://u:p@h/db?tls=false": false,
		"mysql://u:p@h1,h2/db?tls=system": true, "postgres://u:p@h/db?tls=/etc/danyuan/ca.pem": true, "mysql://u:p@h/db?tls=": false, "postgres://u:p@h/?tls=system": false, "postgres://u:p@h/db?sslmode=disable": false,
		"postgres://u:p@h/db": true, "postgres://u:p@s/w:o#r?d@h:5432/db": true, "postgres://u:p@h:5432": false, "postgres://h/db": false, "postgres://u:p@h1,h2/db": false,
		"postgresql://u:p@h/db": false, "u:p@tcp(h:3306)/db": false, "a.db": false,
	} {
		if text := DatabaseProblem(url); (text == "") != good {
			t.Errorf("%s: %q", url, text)
		}
	}
}

// What package cache makes of these is in its own test, TestConnect_readsURLs.
func TestValidate_redisURLs(t *testing.T) {
	for url, good := range map[string]bool{
		"": true, "redis://h": true, "redis://:p%40@h:6379/2": true, "rediss://u:p@h:6379": true, "redis://[::1]:6379": true,
		"h:6379": false, "http://h": false, "redis://": false, "redis://h:99999": false, "redis://h/x": false, "redis://h/-1": false,
		"redis://a:6379,b:6379": false, "redis://h#x": false, "redisss://h": false,

		"redis-sentinel://:p%40@a:26379,b:26379,c/1?master=m": true, "rediss-sentinel://a?master=m&sentinel_user=u&sentinel_password=p": true,
		"redis-sentinel://a,b": false, "redis-sentinel://a,,b?master=m": false, "redis-sentinel://a:x?master=m": false,
		"redis-sentinel://?master=m": false, "redis-sentinel://a/x?master=m": false, "redis-sentinel://a?master=m&pool=3": false,

		"redis-cluster://u:p@a:6379,[::1]:6380": true, "rediss-cluster://a/": true, "redis-cluster://a/0": true,
		"redis-cluster://a/1": false, "redis-cluster://a,b:0": false, "redis-cluster://a?x=1": false, "redis-cluster://": false,
	} {
		if text := redisProblem(url); (text == "") != good {
			t.Errorf("%s: %q", url, text)
		}
	}
}

func TestValidate_storeEndpoints(t *testing.T) {
	for url, good := range map[string]bool{
		"https://cos.ap-nanjing.myqcloud.com": true, "https://minio.local:9000": true, "http://127.0.0.1:9000": true, "https://h/": true,
		"http://minio.local": false, "cos.ap-nanjing.myqcloud.com": false, "https://k:s@h": false, "https://h/bucket": false, "https://h?x": false, "ftp://h": false,
	} {
		if text := s3Problem(url); (text == "") != good {
			t.Errorf("%s: %q", url, text)
		}
	}
}

func TestValidate_privateAddresses(t *testing.T) {
	for _, c := range []struct {
		address, token string
		good           bool
	}{
		{"", "", true}, {"127.0.0.1:9090", "", true}, {"[::1]:9090", "", true}, {"localhost:0", "", true}, {"10.0.0.7:9090", "0123456789abcdef", true},
		{"10.0.0.7:9090", "", false}, {"0.0.0.0:9090", "", false}, {":9090", "0123456789abcdef", false}, {"9090", "", false}, {"127.0.0.1", "", false}, {"127.0.0.1:99999", "", false},
	} {
		if text := privateProblem(c.address, c.token); (text == "") != c.good {
			t.Errorf("%s: %q", c.address, text)
		}
	}
}
