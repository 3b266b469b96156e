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
	Config      string   `name:"config" env:"DANYUAN_CONFIG" placeholder:"FILE" help:"YAML 配置文件，键是下面的长选项名。"`
	DataDir     string   `name:"data-dir" env:"DATA_DIR" default:"data" help:"数据目录。"`
	DatabaseURL string   `name:"database-url" env:"DATABASE_URL" secret:"url" placeholder:"URL" help:"sqlite:路径，mysql://用户:密码@主机:端口/库名（集群的几个节点用逗号隔开，同时只用一个），或同样写法的 postgres://；最后加 ?tls=system 或 ?tls=/CA 证书的路径，连接就加密；不填就用数据目录里的 SQLite。"`
	RedisURL    string   `name:"redis-url" env:"REDIS_URL" secret:"url" placeholder:"URL" help:"redis:// 一台，redis-sentinel:// 哨兵，redis-cluster:// 集群，rediss… 是加密的；不填就在进程内缓存。"`
	KeysDir     string   `name:"keys-dir" env:"KEYS_DIR" placeholder:"DIR" help:"密钥目录；正式运行必填，演示时默认是数据目录下的 keys。"`
	LogLevel    string   `name:"log-level" env:"LOG_LEVEL" default:"info" enum:"debug,info,warn,error" help:"日志级别。"`
	LogFormat   string   `name:"log-format" env:"LOG_FORMAT" default:"json" enum:"json,text" help:"日志格式。"`
	WeChat      WeChat   `embed:"" group:"微信"`
	CloudRun    CloudRun `embed:"" group:"微信云托管"`
	S3          S3       `embed:"" group:"照片"`
}

// S3 is a store for photos, such as Tencent's COS. All of it is empty where they lie in the data folder.
type S3 struct {
	Endpoint  string `name:"s3-endpoint" env:"S3_ENDPOINT" placeholder:"URL" help:"对象存储的地址，不含存储桶，例如 https://cos.ap-nanjing.myqcloud.com；不填，照片就放在数据目录的 files 里。"`
	Region    string `name:"s3-region" env:"S3_REGION" placeholder:"REGION" help:"对象存储的地域，例如 ap-nanjing。"`
	Bucket    string `name:"s3-bucket" env:"S3_BUCKET" placeholder:"NAME" help:"存储桶，要设为私有；腾讯云的写成 名称-APPID。"`
	AccessKey string `name:"s3-access-key" env:"S3_ACCESS_KEY" secret:"true" placeholder:"ID" help:"访问密钥的编号（SecretId）。"`
	SecretKey string `name:"s3-secret-key" env:"S3_SECRET_KEY" secret:"true" placeholder:"KEY" help:"访问密钥（SecretKey）；请用环境变量或文件给出。"`
	Prefix    string `name:"s3-prefix" env:"S3_PREFIX" placeholder:"PREFIX" help:"文件名前缀，例如 danyuan/；每个数据库要有自己的存储桶或前缀。"`
	Style     string `name:"s3-style" env:"S3_STYLE" default:"host" enum:"host,path" help:"存储桶写在域名里（腾讯云）还是路径里（MinIO）。"`
}

// Used says that photos lie in a store.
func (s S3) Used() bool { return s.Endpoint != "" }

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
	Hours   string `name:"wechat-template-hours" env:"WECHAT_TEMPLATE_HOURS" placeholder:"ID" help:"订阅消息模板：服务时长的结果。"`

	Matter   string `name:"wechat-template-matter" env:"WECHAT_TEMPLATE_MATTER" placeholder:"ID" help:"订阅消息模板：事项有了进展。"`
	Activity string `name:"wechat-template-activity" env:"WECHAT_TEMPLATE_ACTIVITY" placeholder:"ID" help:"订阅消息模板：活动提醒、变动和取消。"`
}

// Serve is what the HTTP service needs besides Settings. Embed it in place of Settings.
type Serve struct {
	Settings
	Host           string        `name:"host" env:"HOST" default:"127.0.0.1" group:"服务" help:"监听地址；演示模式只能是本机。"`
	Port           int           `name:"port" env:"PORT" default:"8080" group:"服务" help:"监听端口；0 表示由系统挑一个。"`
	PublicURL      string        `name:"public-url" env:"PUBLIC_URL" secret:"url" placeholder:"URL" group:"服务" help:"外面的人怎么访问本服务；印在服务证明上供人查验，微信取照片审核也用它。"`
	TrustedProxies []string      `name:"trusted-proxies" env:"TRUSTED_PROXIES" placeholder:"CIDR" group:"服务" help:"反向代理的网段，只信它们报的来访地址；不填就谁也不信。"`
	MetricsToken   string        `name:"metrics-token" env:"METRICS_TOKEN" secret:"true" placeholder:"TOKEN" group:"服务" help:"读取运行指标要带的令牌，至少 16 个字符。"`
	PrivateAddress string        `name:"private-address" env:"PRIVATE_ADDRESS" placeholder:"HOST:PORT" group:"服务" help:"在这个地址另开运行指标和性能剖析，例如 127.0.0.1:9464；填了它，对外的端口上就没有运行指标。"`
	TraceURL       string        `name:"trace-url" env:"OTEL_EXPORTER_OTLP_ENDPOINT" secret:"url" placeholder:"URL" group:"服务" help:"把办理过程的踪迹（OpenTelemetry，OTLP over HTTP）发到这里，例如 http://127.0.0.1:4318；不填就不记。"`
	TraceShare     float64       `name:"trace-share" env:"TRACE_SHARE" default:"0.05" group:"服务" help:"记录多大一部分，0 到 1；0.05 是百分之五。"`
	ReadTimeout    time.Duration `name:"read-timeout" env:"READ_TIMEOUT" default:"30s" group:"服务" help:"读完一个请求的时限。"`
	WriteTimeout   time.Duration `name:"write-timeout" env:"WRITE_TIMEOUT" default:"60s" group:"服务" help:"写完一个回答的时限。"`
	IdleTimeout    time.Duration `name:"idle-timeout" env:"IDLE_TIMEOUT" default:"2m" group:"服务" help:"空闲连接保留多久。"`
	DrainTime      time.Duration `name:"drain-time" env:"DRAIN_TIME" default:"1s" group:"服务" help:"停止前先报告“不要再送来访者”，并照常服务这么久；要比负载均衡检查 /readyz 的间隔长。"`
	StopTimeout    time.Duration `name:"stop-timeout" env:"STOP_TIMEOUT" default:"20s" group:"服务" help:"停止时等手上的请求和任务多久。"`
	PoolSize       int           `name:"db-pool" env:"DB_POOL" default:"10" group:"服务" help:"最多几个数据库连接，1 到 1000。"`
	Busy           int           `name:"busy" env:"BUSY" default:"64" group:"服务" help:"同时办理多少个请求，8 到 10000；更多的排队，排不下的请他们稍后再来。"`
	Waiting        int           `name:"waiting" env:"WAITING" default:"256" group:"服务" help:"最多多少个请求排队，8 到 100000。"`
	Patience       time.Duration `name:"patience" env:"PATIENCE" default:"500ms" group:"服务" help:"排队最长等多久。"`
	Workers        int           `name:"workers" env:"WORKERS" default:"2" group:"服务" help:"几个后台任务同时跑，0 到 64，等微信答复的另有 8 倍；0 表示本进程不跑。"`
}

// Demo says that no mini-program is configured: WeChat is played by a fake, the service stays on
// this machine.
func (s Settings) Demo() bool { return s.WeChat.AppID == "" }

// Database is the database to open, "sqlite:PATH", "mysql://…" or "postgres://…", never empty.
func (s Settings) Database() string {
	if s.DatabaseURL != "" {
		return s.DatabaseURL
	}
	if s.CloudRun.On && s.CloudRun.given() {
		return s.CloudRun.url()
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

// Files is the folder of the photos where no store is set.
func (s Settings) Files() string { return filepath.Join(s.DataDir, "files") }

// Address is the "host:port" to listen on.
func (s Serve) Address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }
