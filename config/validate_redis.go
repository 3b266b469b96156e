package config

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// redisProblem reads the URL as package cache does.
func redisProblem(value string) string {
	const form = "要写成 redis://:密码@主机:端口/0；哨兵写成 redis-sentinel://:密码@主机:26379,主机:26379/0?master=主库名，" +
		"集群写成 redis-cluster://:密码@主机:6379,主机:6379；加密连接把开头的 redis 换成 rediss；密码里的特殊字符要写成 %XX"
	if value == "" {
		return ""
	}
	scheme, rest, _ := strings.Cut(value, "://")
	end := strings.IndexAny(rest+"/", "/?")
	at := strings.LastIndex(rest[:end], "@") + 1
	hosts := strings.Split(rest[at:end], ",")
	u, err := url.Parse("redis://" + rest[:at] + "host" + rest[end:])
	if err != nil || u.Fragment != "" || !hostsFit(hosts) || !databaseFits(u.Path) {
		return form
	}
	switch strings.Replace(scheme, "rediss", "redis", 1) {
	case "redis":
		if len(hosts) == 1 {
			return ""
		}
		return "几个主机之间要说明是什么关系：" + form
	case "redis-sentinel":
		if u.Query().Get("master") == "" {
			return "哨兵要写明主库名，即 sentinel.conf 里 sentinel monitor 后面的名字，例如 ?master=mymaster"
		}
		if only(u.Query(), "master", "sentinel_user", "sentinel_password") {
			return ""
		}
	case "redis-cluster":
		if strings.Trim(u.Path, "/0") != "" {
			return "集群只有 0 号库，请把库号去掉"
		}
		if only(u.Query()) {
			return ""
		}
	}
	return form
}

func hostsFit(hosts []string) bool {
	for _, one := range hosts {
		if h, err := url.Parse("redis://" + one); err != nil || h.Hostname() == "" || h.Host != one || !portFits(h.Port()) {
			return false
		}
	}
	return true
}

// databaseFits wants the number of a database, or none.
func databaseFits(path string) bool {
	db := strings.Trim(path, "/")
	n, err := strconv.Atoi(db)
	return db == "" || err == nil && n >= 0
}

// only says that there is no parameter but the known ones.
func only(query url.Values, known ...string) bool {
	for name := range query {
		if !slices.Contains(known, name) {
			return false
		}
	}
	return true
}
