package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Validate lists everything wrong with the settings taken together; empty when all is well.
// Load calls it; the forms of single values (numbers, durations, choices) are checked there.
func (s Settings) Validate() []Problem {
	var p problems
	if s.DataDir == "" {
		p.add("data-dir", "不能是空的，请填一个目录")
	}
	if s.DatabaseURL != "" {
		p.add("database-url", DatabaseProblem(s.DatabaseURL))
	} else if strings.ContainsAny(s.DataDir, "?#%") {
		p.add("data-dir", "路径里不能有 ? # %，请换一个目录")
	}
	p.add("redis-url", redisProblem(s.RedisURL))
	s.S3.check(&p)
	s.checkCloudRun(&p)
	if s.Demo() {
		s.WeChat.checkAbsent(&p)
		return p
	}
	if s.KeysDir == "" {
		p.add("keys-dir", "正式运行必须指定密钥目录，请另选一处并单独备份")
	}
	if s.WeChat.Secret == "" && !s.CloudRun.On {
		p.add("wechat-secret", "填了 AppID 就要填 AppSecret，请到小程序后台“开发设置”里取")
	}
	s.WeChat.check(&p)
	return p
}

// checkAbsent refuses half a configuration: a forgotten AppID must not turn a service into a demo.
func (w WeChat) checkAbsent(p *problems) {
	for _, given := range []struct{ flag, value string }{
		{"wechat-secret", w.Secret}, {"wechat-token", w.CallbackToken}, {"wechat-aes-key", w.AESKey},
		{"wechat-template-binding", w.Templates.Binding}, {"wechat-template-plaque", w.Templates.Plaque},
		{"wechat-template-check-in", w.Templates.CheckIn},
		{"wechat-template-hours", w.Templates.Hours},
		{"wechat-template-matter", w.Templates.Matter},
		{"wechat-template-activity", w.Templates.Activity},
	} {
		if given.value != "" {
			p.add(given.flag, "填了它却没有填 AppID；请补上 --wechat-app-id（WECHAT_APP_ID），要演示就把它去掉")
		}
	}
}

var (
	callbackToken = regexp.MustCompile(`^[A-Za-z0-9]{3,32}$`)
	aesKey        = regexp.MustCompile(`^[A-Za-z0-9]{43}$`)
)

func (w WeChat) check(p *problems) {
	switch {
	case w.CallbackToken == "" && w.AESKey == "":
		return
	case w.CallbackToken == "":
		p.add("wechat-token", "填了 EncodingAESKey 就要填 Token，两个要么都填，要么都不填")
	case !callbackToken.MatchString(w.CallbackToken):
		p.add("wechat-token", "要 3 到 32 位字母或数字，请与小程序后台“消息推送”里的一致")
	}
	switch {
	case w.AESKey == "":
		p.add("wechat-aes-key", "填了 Token 就要填 EncodingAESKey，两个要么都填，要么都不填")
	case !aesKey.MatchString(w.AESKey):
		p.add("wechat-aes-key", "要正好 43 位字母或数字，请与小程序后台“消息推送”里的一致")
	}
}

// Validate lists everything wrong with the service's settings and the shared ones.
func (s Serve) Validate() []Problem {
	p := problems(s.Settings.Validate())
	if s.Demo() && !loopback(s.Host) {
		p.add("host", "演示模式没有登录保护，只能监听本机，请填 127.0.0.1；要对外服务请先填 WECHAT_APP_ID")
	}
	p.between("port", s.Port, 0, 65535)
	p.between("db-pool", s.PoolSize, 1, 1000)
	p.between("workers", s.Workers, 0, 64)
	p.between("busy", s.Busy, 8, 10_000)
	p.between("waiting", s.Waiting, 8, 100_000)
	p.positive("patience", s.Patience)
	p.add("public-url", publicProblem(s.PublicURL))
	for _, proxy := range s.TrustedProxies {
		p.add("trusted-proxies", proxyProblem(proxy))
	}
	if s.TraceURL != "" && publicProblem(s.TraceURL) != "" {
		p.add("trace-url", "要写成 http://主机:4318 或 https://主机，后面不带参数，也不带用户名")
	}
	if !(s.TraceShare >= 0 && s.TraceShare <= 1) { // not a number is neither
		p.add("trace-share", fmt.Sprintf("%g 不行，请填 0 到 1 之间的数", s.TraceShare))
	}
	p.add("private-address", privateProblem(s.PrivateAddress, s.MetricsToken))
	if s.MetricsToken != "" && len(s.MetricsToken) < 16 {
		p.add("metrics-token", "太短，容易被猜中，至少要 16 个字符")
	}
	p.positive("read-timeout", s.ReadTimeout)
	p.positive("write-timeout", s.WriteTimeout)
	p.positive("idle-timeout", s.IdleTimeout)
	p.positive("stop-timeout", s.StopTimeout)
	if s.DrainTime < 0 {
		p.add("drain-time", fmt.Sprintf("%s 不行，时长不能小于零，例如 1s、10s", s.DrainTime))
	}
	return p
}

// problems collects; an empty text is no problem.
type problems []Problem

func (p *problems) add(flag, text string) {
	if text != "" {
		*p = append(*p, Problem{Flag: flag, Env: envOf[flag], Text: text})
	}
}

func (p *problems) between(flag string, n, low, high int) {
	if n < low || n > high {
		p.add(flag, fmt.Sprintf("%d 不行，请填 %d 到 %d 之间的整数", n, low, high))
	}
}

func (p *problems) positive(flag string, d time.Duration) {
	if d <= 0 {
		p.add(flag, fmt.Sprintf("%s 不行，时长要大于零，例如 30s、5m", d))
	}
}

// DatabaseProblem says what is wrong with a database URL; "" for nothing. It reads it as package model does:
// the password is taken as it stands, up to the last @. Several hosts, with commas, are the nodes of one
// Galera cluster.
func DatabaseProblem(value string) string {
	if path, ok := strings.CutPrefix(value, "sqlite:"); ok {
		if path == "" || strings.HasPrefix(path, "//") || strings.HasPrefix(path, ":") || strings.ContainsAny(path, "?#%") {
			return "sqlite: 后面直接写文件路径，例如 sqlite:data/danyuan.db；路径里不能有 ? # %"
		}
		return ""
	}
	scheme, rest, _ := strings.Cut(value, "://")
	if scheme != "mysql" && scheme != "postgres" || !isServer(rest, scheme == "mysql") {
		return "要写成 mysql://用户:密码@主机:端口/库名（集群的几个节点用逗号隔开），同样写法的 postgres://（只写一个主机），或 sqlite:路径；密码照原样写；要加密连接就在最后写 ?tls=system，或 ?tls=/CA 证书的路径，别的参数不加"
	}
	return ""
}

// isServer tells whether a text is user:password@host:port/database, with one host or several, and with ?tls=system
// or ?tls=/a/file behind it or without.
func isServer(text string, several bool) bool {
	at := strings.LastIndex(text, "@")
	if at < 0 {
		return false
	}
	user, _, _ := strings.Cut(text[:at], ":")
	host, name, _ := strings.Cut(text[at+1:], "/")
	name, trusts, sealed := strings.Cut(name, "?tls=")
	if user == "" || name == "" || sealed && trusts != "system" && !filepath.IsAbs(trusts) || strings.ContainsAny(name, "/?#") || !several && strings.Contains(host, ",") {
		return false
	}
	for one := range strings.SplitSeq(host, ",") {
		if u, err := url.Parse("mysql://" + one); err != nil || u.Hostname() == "" || !portFits(u.Port()) {
			return false
		}
	}
	return true
}

func publicProblem(value string) string {
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || !portFits(u.Port()) ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "要写成 https://域名，后面不带参数，也不带用户名"
	}
	return ""
}

// privateProblem wants a token where others reach the address: profiles show what the process has in memory.
func privateProblem(value, token string) string {
	if value == "" {
		return ""
	}
	host, port, err := net.SplitHostPort(value)
	if n, bad := strconv.Atoi(port); err != nil || host == "" || bad != nil || n < 0 || n > 65535 {
		return "要写成 主机:端口，例如 127.0.0.1:9464"
	}
	if !loopback(host) && token == "" {
		return "不只本机能访问，请同时设置 --metrics-token（METRICS_TOKEN），或改成 127.0.0.1"
	}
	return ""
}

func proxyProblem(value string) string {
	network, err := netip.ParsePrefix(value)
	if err != nil {
		if _, err := netip.ParseAddr(value); err != nil {
			return fmt.Sprintf("“%s”不是网段，请写成 10.0.0.0/8 这样，几个之间用逗号隔开", value)
		}
		return ""
	}
	if network.Bits() == 0 {
		return fmt.Sprintf("“%s”等于相信所有人报的来访地址，请只写反向代理所在的网段", value)
	}
	return ""
}

func portFits(port string) bool {
	n, err := strconv.Atoi(port)
	return port == "" || err == nil && n > 0 && n <= 65535
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
