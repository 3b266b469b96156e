package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"danyuan/blob"
	"danyuan/cache"
	"danyuan/fault"
	"danyuan/wechat"
)

func examRedis(ctx context.Context, p *patient) []finding {
	if p.RedisURL == "" {
		return []finding{{fine, "没有填 REDIS_URL，在进程内缓存和计数。"}}
	}
	c, err := cache.Open(ctx, p.RedisURL, clock{}.Now)
	if err != nil {
		return []finding{{broken, faultText(err)}}
	}
	defer func() { _ = c.Close() }()
	before := clock{}.Now()
	version, at, err := c.Look(ctx)
	if err != nil {
		return []finding{{notice, "Redis 没有回应。服务照常，只是慢一些，限次各算各的。请检查 REDIS_URL 和 Redis 服务器。"}}
	}
	after := clock{}.Now()
	p.notedClock(" Redis 服务器", at, before, after)
	return []finding{{fine, fmt.Sprintf("%s，一次查询用时 %s。", version, after.Sub(before).Round(time.Millisecond/10))}}
}

// faultText is what an error tells a person.
func faultText(err error) string {
	if f := fault.Of(err); f != nil && f.Kind != fault.Internal {
		return strings.TrimSuffix(f.Text, "。") + "。"
	}
	return err.Error() + "。"
}

// forgetful keeps no access token: the doctor wants to see WeChat give one.
type forgetful struct{}

func (forgetful) Get(string) (string, bool)               { return "", false }
func (forgetful) Set(string, string, time.Duration) error { return nil }
func (forgetful) Delete(string) error                     { return nil }

// examWeChat asks WeChat for an access token, in the mode in which asking changes nothing.
func examWeChat(ctx context.Context, p *patient) []finding {
	if p.Demo() {
		return []finding{{fine, "演示模式，微信由本机模拟。"}}
	}
	if p.CloudRun.On {
		return []finding{{skipped, "在云托管里调用微信不带令牌，从这里问不出来。请确认云调用里开着开放接口服务，接口都加进了允许名单（deploy/README.zh-CN.md）。"}}
	}
	w := p.WeChat
	c, err := wechat.New(wechat.Config{AppID: w.AppID, Secret: w.Secret, Token: w.CallbackToken, AESKey: w.AESKey, EnvVersion: w.EnvVersion, BaseURL: p.wxBase, Now: clock{}.Now}, forgetful{})
	if err == nil {
		err = c.Check(ctx)
	}
	said := ""
	if cause := errors.Unwrap(err); cause != nil {
		said = "(" + cause.Error() + ")"
	}
	switch {
	case err == nil:
		return []finding{{fine, "AppID 和 AppSecret 是对的，微信接受来自本机的请求。"}}
	case errors.Is(err, wechat.ErrSetup):
		return []finding{{broken, "微信不接受" + said + "。errcode 40013：核对 WECHAT_APP_ID;40125、40001：核对 WECHAT_SECRET，或在小程序后台重置后再填；40164：把括号里的地址加进小程序后台的 IP 白名单。"}}
	case errors.Is(err, wechat.ErrTooOften):
		return []finding{{notice, "今天或这一分钟问微信的次数用完了" + said + "。请过一会儿再查。"}}
	}
	return []finding{{broken, "连不上微信" + said + "。登录和消息会停下，其余照常。请检查本机能否访问 https://api.weixin.qq.com（域名解析、防火墙、代理）。"}}
}

// examPhotos looks whether photos can be read and, in a folder, written.
func examPhotos(ctx context.Context, p *patient) []finding {
	if !p.S3.Used() {
		return []finding{{fine, "放在数据目录的 files 里。请和数据库一起备份；几个副本要用同一个目录或对象存储。"}}
	}
	kept, err := blobs(p.Settings)
	if err == nil {
		err = kept.Each(ctx, "00", func(string, time.Time) {})
	}
	if err != nil {
		text := "对象存储用不了"
		if cause := errors.Unwrap(err); cause != nil && errors.Is(err, blob.ErrUnavailable) {
			text += "(" + cause.Error() + ")"
		}
		return []finding{{broken, text + "。请核对 S3_ENDPOINT、S3_REGION、S3_BUCKET 和两个密钥，以及密钥对这个存储桶的权限。"}}
	}
	return []finding{{fine, "对象存储 " + p.S3.Bucket + " 能列出文件。"}}
}

// examService looks whether something listens where danyuan would.
func examService(ctx context.Context, p *patient) []finding {
	host := p.Host
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	at := net.JoinHostPort(host, strconv.Itoa(p.Port))
	status, said, err := ask(ctx, "http://"+at+"/readyz")
	switch {
	case p.Port == 0:
		return []finding{{fine, "端口由系统挑选。"}}
	case err != nil:
		return p.examFree(ctx, at)
	case status == http.StatusOK && strings.Contains(said, `"database"`):
		return []finding{{fine, "正在 " + at + " 运行，能办理。"}}
	case strings.Contains(said, `"database"`):
		return []finding{{broken, "正在 " + at + " 运行，但不能办理：" + said + "。failing 的就是连不上的那一个，请看上面它那一行和服务的日志。"}}
	}
	return []finding{{broken, at + " 被别的程序占用了。请停掉它，或在 PORT 里换一个端口。"}}
}

// examFree looks whether danyuan could listen, for a moment, where it is not running.
func (p *patient) examFree(ctx context.Context, at string) []finding {
	addresses := map[string]string{"PORT": p.Address()}
	if p.PrivateAddress != "" && len(p.wrong.Of("private-address")) == 0 {
		addresses["PRIVATE_ADDRESS"] = p.PrivateAddress
	}
	var found []finding
	for setting, address := range addresses {
		l, err := listenAt(ctx, address, setting)
		if err != nil {
			found = append(found, finding{broken, "没有 danyuan 回答，又" + err.Error() + "。由 danyuan.socket 监听的，请看 danyuan.service 为什么没有运行。"})
			continue
		}
		_ = l.Close()
	}
	return all(found, "现在没有服务在 "+at+" 运行，端口空着。")
}

// examPublic goes the way that the world goes: name, certificate, proxy.
func examPublic(ctx context.Context, p *patient) []finding {
	if p.PublicURL == "" {
		return []finding{{fine, "没有填 PUBLIC_URL，不查。"}}
	}
	at := strings.TrimSuffix(p.PublicURL, "/")
	status, _, err := ask(ctx, at+"/healthz")
	var cert *tls.CertificateVerificationError
	switch {
	case errors.As(err, &cert):
		return []finding{{broken, at + " 的证书不能用：" + cert.Err.Error() + "。请在反向代理上换一张有效的证书。"}}
	case err != nil:
		return []finding{{notice, "从本机访问不到 " + at + "。请从外面的网络再试一次；不行就检查域名解析、防火墙和反向代理。"}}
	case status != http.StatusOK:
		return []finding{{notice, fmt.Sprintf("%s/healthz 回答 %d，不是 200。服务停着就启动它；开着就检查反向代理转到哪里。", at, status)}}
	}
	if left, ok := certificateLeft(ctx, at); ok && left < certificateSoon {
		return []finding{{notice, fmt.Sprintf("%s 的证书还有 %d 天到期，请检查自动续期。", at, int(left.Hours()/24))}}
	}
	return []finding{{fine, at + " 能访问。"}}
}

// certificateSoon is when a certificate should have been renewed by itself.
const certificateSoon = 14 * 24 * time.Hour

// certificateLeft tells how long the certificate of an https address is still good.
func certificateLeft(ctx context.Context, at string) (time.Duration, bool) {
	host, ok := strings.CutPrefix(at, "https://")
	if !ok {
		return 0, false
	}
	host, _, _ = strings.Cut(host, "/")
	if _, _, err := net.SplitHostPort(host); err != nil {
		host = net.JoinHostPort(host, "443")
	}
	conn, err := (&tls.Dialer{}).DialContext(ctx, "tcp", host)
	if err != nil {
		return 0, false
	}
	defer func() { _ = conn.Close() }()
	secure, ok := conn.(*tls.Conn)
	if !ok || len(secure.ConnectionState().PeerCertificates) == 0 {
		return 0, false
	}
	return secure.ConnectionState().PeerCertificates[0].NotAfter.Sub(clock{}.Now()), true
}

// ask gets a page of ours, the first kilobyte of it.
func ask(ctx context.Context, url string) (status int, said string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	return res.StatusCode, string(b), err
}
