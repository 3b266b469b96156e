// Package config reads what an operator may set: flags, environment, a YAML file, defaults, in that
// order of precedence. It checks all of it at once and can print it without giving a secret away.
// It alone knows the environment and the file; it must not know what the settings are used for.
package config

import (
	"net"
	"path/filepath"
	"strconv"
	"time"
)

// Settings are shared by every command that touches data. Embed it in the command's struct.
// The file that Config names holds long flag names as keys; it can't name another file.
type Settings struct {
	Config      string `name:"config" env:"DANYUAN_CONFIG" placeholder:"FILE" help:"YAML 配置文件，键是下面的长选项名。"`
	DataDir     string `name:"data-dir" env:"DATA_DIR" default:"data" help:"数据目录。"`
	DatabaseURL string `name:"database-url" env:"DATABASE_URL" secret:"url" placeholder:"URL" help:"sqlite:路径，或 mysql://用户:密码@主机:端口/库名；不填就用数据目录里的 SQLite。"`
	RedisURL    string `name:"redis-url" env:"REDIS_URL" secret:"url" placeholder:"URL" help:"redis:// 或 rediss:// 开头；不填就在进程内缓存。"`
	KeysDir     string `name:"keys-dir" env:"KEYS_DIR" placeholder:"DIR" help:"密钥目录；正式运行必填，演示时默认是数据目录下的 keys。"`
	LogLevel    string `name:"log-level" env:"LOG_LEVEL" default:"info" enum:"debug,info,warn,error" help:"日志级别。"`
	LogFormat   string `name:"log-format" env:"LOG_FORMAT" default:"json" enum:"json,text" help:"日志格式。"`
	WeChat      WeChat `embed:"" group:"微信"`
}

// WeChat is what the mini-program's console gives. All of it is empty in demo mode.
type WeChat struct {
	AppID         string    `name:"wechat-app-id" env:"WECHAT_APP_ID" placeholder:"ID" help:"小程序 AppID；不填就是演示模式。"`
	Secret        string    `name:"wechat-secret" env:"WECHAT_SECRET" secret:"true" placeholder:"KEY" help:"小程序 AppSecret；请用环境变量或文件给出。"`
	CallbackToken string    `name:"wechat-token" env:"WECHAT_TOKEN" secret:"true" placeholder:"TOKEN" help:"消息推送的 Token，3 到 32 位字母或数字。"`
	AESKey        string    `name:"wechat-aes-key" env:"WECHAT_AES_KEY" secret:"true" placeholder:"KEY" help:"消息推送的 EncodingAESKey，43 位。"`
	EnvVersion    string    `name:"wechat-env-version" env:"WECHAT_ENV_VERSION" default:"release" enum:"release,trial,develop" help:"二维码和消息打开哪个版本的小程序。"`
	Templates     Templates `embed:""`
}

// Templates are the ids of subscribe messages. Where one is empty, that message is not sent by WeChat.
type Templates struct {
	Binding string `name:"wechat-template-binding" env:"WECHAT_TEMPLATE_BINDING" placeholder:"ID" help:"订阅消息模板：绑定结果。"`
	Plaque  string `name:"wechat-template-plaque" env:"WECHAT_TEMPLATE_PLAQUE" placeholder:"ID" help:"订阅消息模板：门牌结果。"`
	CheckIn string `name:"wechat-template-check-in" env:"WECHAT_TEMPLATE_CHECK_IN" placeholder:"ID" help:"订阅消息模板：报到结果。"`
}

// Serve is what the HTTP service needs besides Settings. Embed it in place of Settings.
type Serve struct {
	Settings
	Host           string        `name:"host" env:"HOST" default:"127.0.0.1" group:"服务" help:"监听地址；演示模式只能是本机。"`
	Port           int           `name:"port" env:"PORT" default:"8080" group:"服务" help:"监听端口；0 表示由系统挑一个。"`
	TrustedProxies []string      `name:"trusted-proxies" env:"TRUSTED_PROXIES" placeholder:"CIDR" group:"服务" help:"反向代理的网段，只信它们报的来访地址；不填就谁也不信。"`
	MetricsToken   string        `name:"metrics-token" env:"METRICS_TOKEN" secret:"true" placeholder:"TOKEN" group:"服务" help:"读取运行指标要带的令牌，至少 16 个字符。"`
	ReadTimeout    time.Duration `name:"read-timeout" env:"READ_TIMEOUT" default:"30s" group:"服务" help:"读完一个请求的时限。"`
	WriteTimeout   time.Duration `name:"write-timeout" env:"WRITE_TIMEOUT" default:"60s" group:"服务" help:"写完一个回答的时限。"`
	IdleTimeout    time.Duration `name:"idle-timeout" env:"IDLE_TIMEOUT" default:"2m" group:"服务" help:"空闲连接保留多久。"`
	StopTimeout    time.Duration `name:"stop-timeout" env:"STOP_TIMEOUT" default:"20s" group:"服务" help:"停止时等手上的请求多久。"`
	PoolSize       int           `name:"db-pool" env:"DB_POOL" default:"10" group:"服务" help:"最多几个数据库连接，1 到 1000。"`
	Workers        int           `name:"workers" env:"WORKERS" default:"2" group:"服务" help:"几个后台任务同时跑，0 到 64；0 表示本进程不跑。"`
}

// Demo says that no mini-program is configured: WeChat is played by a fake, the service stays on
// this machine.
func (s Settings) Demo() bool { return s.WeChat.AppID == "" }

// Database is the database to open, "sqlite:PATH" or "mysql://…", never empty.
func (s Settings) Database() string {
	if s.DatabaseURL != "" {
		return s.DatabaseURL
	}
	return "sqlite:" + filepath.Join(s.DataDir, "danyuan.db")
}

// Keys is the directory of the keys, never empty.
func (s Settings) Keys() string {
	if s.KeysDir != "" {
		return s.KeysDir
	}
	return filepath.Join(s.DataDir, "keys")
}

// Address is the "host:port" to listen on.
func (s Serve) Address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }
