package config

import (
	"log/slog"
	"strings"
)

// CloudRun is WeChat's own hosting (云托管): its gateway says who calls, calls of WeChat carry no token,
// and what a container writes to its disk is gone with it.
type CloudRun struct {
	On       bool   `name:"cloudrun" env:"CLOUDRUN" help:"在微信云托管里运行：相信网关报的 openid，调用微信接口不带令牌；必须关闭公网访问。"`
	Address  string `name:"mysql-address" env:"MYSQL_ADDRESS" placeholder:"HOST:PORT" help:"云托管开通 MySQL 时给的地址；填了它就不填 DATABASE_URL。"`
	User     string `name:"mysql-username" env:"MYSQL_USERNAME" placeholder:"NAME" help:"云托管给的数据库用户。"`
	Password string `name:"mysql-password" env:"MYSQL_PASSWORD" secret:"true" placeholder:"PASSWORD" help:"云托管给的数据库密码。"`
	Database string `name:"mysql-database" env:"MYSQL_DATABASE" default:"danyuan" help:"库名，请先建好这个库。"`
}

// String prints the group with secrets masked.
func (c CloudRun) String() string { return printed(c) }

// GoString keeps %#v from printing secrets.
func (c CloudRun) GoString() string { return printed(c) }

// LogValue logs the group with secrets masked.
func (c CloudRun) LogValue() slog.Value { return logged(c) }

// given says that the hosting has named its database.
func (c CloudRun) given() bool { return c.Address != "" || c.User != "" || c.Password != "" }

// url is the database that the hosting has named.
func (c CloudRun) url() string {
	return "mysql://" + c.User + ":" + c.Password + "@" + c.Address + "/" + c.Database
}

// checkCloudRun refuses what would lose data in a container, and half a change of place.
func (s Settings) checkCloudRun(p *problems) {
	c := s.CloudRun
	if !c.On {
		if c.given() {
			p.add("mysql-address", "MYSQL_ADDRESS、MYSQL_USERNAME 和 MYSQL_PASSWORD 只在微信云托管里用：在云托管请加上 CLOUDRUN=true，在别处请去掉它们，改填 DATABASE_URL")
		}
		return
	}
	if s.Demo() {
		p.add("wechat-app-id", "在云托管里要填小程序的 AppID，网关报来的人要和它对得上")
	}
	switch {
	case c.given() && s.DatabaseURL != "":
		p.add("database-url", "和 MYSQL_ADDRESS 只能填一个")
	case c.given() && (c.Address == "" || c.User == ""):
		p.add("mysql-address", "MYSQL_ADDRESS 和 MYSQL_USERNAME 要一起填")
	case c.given() && DatabaseProblem(c.url()) != "":
		p.add("mysql-address", "要写成 主机:端口，库名里不能有 / ? #")
	case !c.given() && (s.DatabaseURL == "" || strings.HasPrefix(s.DatabaseURL, "sqlite:")):
		p.add("mysql-address", "容器里的文件留不住，不能用 SQLite：请在云托管里开通 MySQL，它会给出 MYSQL_ADDRESS、MYSQL_USERNAME 和 MYSQL_PASSWORD")
	}
	if !s.S3.Used() {
		p.add("s3-endpoint", "容器里的文件留不住，照片要放进对象存储：请填 S3_ENDPOINT 等几项")
	}
}
