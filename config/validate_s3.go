package config

import (
	"net/url"
	"regexp"
)

var (
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	regionName = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)
	keyPrefix  = regexp.MustCompile(`^([0-9A-Za-z_-]+/)*$`)
)

// check refuses half a configuration: photos that lie in two places are lost in one of them.
func (s S3) check(p *problems) {
	if s == (S3{Style: s.Style}) {
		return
	}
	for _, given := range []struct{ flag, value, text string }{
		{"s3-endpoint", s.Endpoint, "用对象存储就要填地址，例如 https://cos.ap-nanjing.myqcloud.com；不用就把其余 S3 设置去掉"},
		{"s3-region", s.Region, "用对象存储就要填地域，例如 ap-nanjing"},
		{"s3-bucket", s.Bucket, "用对象存储就要填存储桶"},
		{"s3-access-key", s.AccessKey, "用对象存储就要填访问密钥的编号（SecretId）"},
		{"s3-secret-key", s.SecretKey, "用对象存储就要填访问密钥（SecretKey）"},
	} {
		if given.value == "" {
			p.add(given.flag, given.text)
		}
	}
	if s.Endpoint != "" {
		p.add("s3-endpoint", s3Problem(s.Endpoint))
	}
	if s.Region != "" && !regionName.MatchString(s.Region) {
		p.add("s3-region", "要写成 ap-nanjing 这样")
	}
	if s.Bucket != "" && !bucketName.MatchString(s.Bucket) {
		p.add("s3-bucket", "只能有小写字母、数字和短横线，3 到 63 位")
	}
	if !keyPrefix.MatchString(s.Prefix) {
		p.add("s3-prefix", "要以 / 结尾，只能有字母、数字、下划线和短横线，例如 danyuan/")
	}
}

// s3Problem wants https, because photos and their signatures travel; plain http only within this machine.
func s3Problem(value string) string {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) || u.Hostname() == "" || !portFits(u.Port()) ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/" {
		return "要写成 https://主机，后面不带路径和参数，也不带存储桶"
	}
	return ""
}
