package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"danyuan/model/migration"
)

func examVersions(context.Context, *patient) []finding {
	known, err := migration.Known()
	if err != nil {
		return []finding{{broken, "这个程序文件不完整，请重新下载或编译：" + err.Error() + "。"}}
	}
	return []finding{{fine, fmt.Sprintf("danyuan %s，%s %s/%s，数据库结构第 %d 版。", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, known)}}
}

// examSettings repeats what is wrong with the settings, and says what is allowed but rarely meant.
func examSettings(_ context.Context, p *patient) []finding {
	var found []finding
	for _, w := range p.wrong {
		found = append(found, finding{broken, w.String() + "。"})
	}
	if p.Demo() {
		return append(found, finding{notice, "没有填 WECHAT_APP_ID，是演示模式：微信由本机模拟，只能在本机访问。正式使用请填小程序的 AppID 和 AppSecret。"})
	}
	for _, rare := range []struct {
		so   bool
		text string
	}{
		{p.PublicURL == "" || p.WeChat.CallbackToken == "", "微信看不到照片，每张都要社区人工审核。请填 PUBLIC_URL、WECHAT_TOKEN 和 WECHAT_AES_KEY。"},
		{strings.HasPrefix(p.PublicURL, "http:"), "PUBLIC_URL 没有用 https，小程序不能访问。请改成 https 地址。"},
		{len(p.TrustedProxies) == 0 && !p.CloudRun.On, "没有填 TRUSTED_PROXIES。前面有反向代理时，所有人会被当成同一个来访者，一起受限；请填代理所在的网段。"},
		{p.RedisURL == "" && !strings.HasPrefix(p.Database(), "sqlite:"), "没有填 REDIS_URL。只有一个进程时可以；有几个副本时，限次和微信令牌会各算各的。"},
		{p.MetricsToken == "" && p.PrivateAddress == "", "谁都能在对外的端口上读运行指标。请填 PRIVATE_ADDRESS（例如 127.0.0.1:9464）或 METRICS_TOKEN。"},
		{p.Workers == 0, "WORKERS 是 0，这个进程不做后台任务；请确认另有进程在做。"},
	} {
		if rare.so {
			found = append(found, finding{notice, rare.text})
		}
	}
	found = append(found, p.templatesMissing()...)
	found = append(found, readable(p.Config, 0o007, "配置文件 %s 谁都能读。请让它的组是运行 danyuan 的用户的组，再运行 chmod 640 %[1]s。")...)
	return all(found, "各项都填了，互相不矛盾。")
}

func (p *patient) templatesMissing() []finding {
	var missing []string
	for _, t := range []struct{ env, id string }{
		{"WECHAT_TEMPLATE_BINDING", p.WeChat.Templates.Binding}, {"WECHAT_TEMPLATE_PLAQUE", p.WeChat.Templates.Plaque},
		{"WECHAT_TEMPLATE_CHECK_IN", p.WeChat.Templates.CheckIn}, {"WECHAT_TEMPLATE_HOURS", p.WeChat.Templates.Hours},
		{"WECHAT_TEMPLATE_ACTIVITY", p.WeChat.Templates.Activity}, {"WECHAT_TEMPLATE_MATTER", p.WeChat.Templates.Matter},
	} {
		if t.id == "" {
			missing = append(missing, t.env)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return []finding{{notice, "没有填 " + strings.Join(missing, "、") + "，这几类通知只在小程序里看得到，不发微信消息。"}}
}

// readable warns of a file with secrets that others on this machine have some of these rights to.
func readable(path string, rights fs.FileMode, text string) []finding {
	if path == "" || runtime.GOOS == "windows" {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&rights == 0 {
		return nil
	}
	return []finding{{notice, fmt.Sprintf(text, path)}}
}
