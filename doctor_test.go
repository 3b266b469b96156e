package main

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/config"
	"danyuan/model"
	"danyuan/wechat/fake"
)

// consulted gives what the doctor prints for an environment, and what the command ends with.
func consulted(t *testing.T, env map[string]string, change ...func(*doctor)) (string, error) {
	t.Helper()
	command, err := config.Load(&commands{}, []string{"doctor"}, func(name string) (string, bool) { v, ok := env[name]; return v, ok }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	d, ok := command.(*doctor)
	if !ok {
		t.Fatalf("it is a %T", command)
	}
	var out bytes.Buffer
	d.out = &out
	for _, c := range change {
		c(d)
	}
	err = d.Run(t.Context())
	for name, v := range env {
		if strings.Contains(v, "s3cret") && strings.Contains(out.String(), "s3cret") {
			t.Errorf("the secret of %s is printed:\n%s", name, out.String())
		}
	}
	return out.String(), err
}

// told fails the test unless one line has the mark, the name of the check and all the texts.
func told(t *testing.T, said string, m mark, check string, texts ...string) {
	t.Helper()
lines:
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, string(m)+"  "+check+":") {
			continue
		}
		for _, text := range texts {
			if !strings.Contains(line, text) {
				continue lines
			}
		}
		return
	}
	t.Errorf("no line %s %s %q in:\n%s", m, check, texts, said)
}

// serviceEnv is a service with a filled database, its keys, and a WeChat that is played.
func serviceEnv(t *testing.T) (map[string]string, *fake.Server, *house) {
	t.Helper()
	dir := filledCopy(t)
	h, err := open(t.Context(), config.Settings{DataDir: dir, LogLevel: "error"}, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	wx, err := fake.Start(fake.Options{Now: clock{}.Now, Secret: "s3cret-of-wechat"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = wx.Close() })
	return map[string]string{
		"DATA_DIR": dir, "KEYS_DIR": filepath.Join(dir, "keys"), "WECHAT_APP_ID": wx.AppID, "WECHAT_SECRET": wx.Secret,
		"PORT": "0", "PRIVATE_ADDRESS": "127.0.0.1:0", "TRUSTED_PROXIES": "127.0.0.1/32",
	}, wx, h
}

func base(wx *fake.Server) func(*doctor) { return func(d *doctor) { d.wxBase = wx.URL() } }

func TestDoctor_findsNothingWrongWithAServiceThatIsWell(t *testing.T) {
	env, wx, h := serviceEnv(t)
	a, err := (&serve{config.Serve{Settings: config.Settings{DataDir: env["DATA_DIR"]}}}).api(h)
	if err != nil {
		t.Fatal(err)
	}
	env["PORT"] = portOf(t, a)
	said, err := consulted(t, env, base(wx))
	if err != nil || strings.Contains(said, string(broken)+"  ") {
		t.Fatalf("%v\n%s", err, said)
	}
	told(t, said, fine, "版本", "danyuan", "go1")
	told(t, said, fine, "磁盘", env["DATA_DIR"])
	told(t, said, fine, "密钥", env["KEYS_DIR"])
	told(t, said, fine, "数据库", "sqlite", "密钥对得上")
	told(t, said, fine, "Redis", "进程内")
	told(t, said, fine, "微信", "AppSecret 是对的")
	told(t, said, fine, "服务", "正在 127.0.0.1:"+env["PORT"]+" 运行，能办理")
	told(t, said, notice, "配置", "PUBLIC_URL")
	if entries, _ := os.ReadDir(env["DATA_DIR"]); len(entries) > 5 {
		t.Errorf("the doctor left something: %v", entries)
	}
}

func TestDoctor_ofAnEmptyDemoMakesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	said, err := consulted(t, map[string]string{"DATA_DIR": dir, "PORT": "0"})
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	told(t, said, notice, "配置", "演示模式")
	told(t, said, notice, "磁盘", "第一次启动时会建立")
	told(t, said, notice, "数据库", "第一次启动时会建立")
	told(t, said, skipped, "待办")
	if _, err := os.Stat(dir); err == nil {
		t.Error("the data folder was made")
	}
}

func TestDoctor_repeatsWhatIsWrongWithTheSettingsAndLooksAtTheRest(t *testing.T) {
	env, wx, _ := serviceEnv(t)
	env["REDIS_URL"], env["WECHAT_AES_KEY"], env["PORT"] = "s3cret:6379", "s3cret", "many"
	said, err := consulted(t, env, base(wx))
	if !errors.Is(err, errUnwell) {
		t.Errorf("it ended with %v", err)
	}
	for _, name := range []string{"REDIS_URL", "WECHAT_AES_KEY", "WECHAT_TOKEN", "PORT"} {
		told(t, said, broken, "配置", "环境变量 "+name)
	}
	told(t, said, skipped, "Redis", "REDIS_URL")
	told(t, said, skipped, "微信", "WECHAT_TOKEN", "WECHAT_AES_KEY")
	told(t, said, skipped, "服务", "PORT")
	told(t, said, fine, "数据库", "密钥对得上")
}

// A driver that tried two ways says so in several lines.
func TestDoctor_printsALineForEachFinding(t *testing.T) {
	env, wx, _ := serviceEnv(t)
	env["DATABASE_URL"] = "postgres://me:s3cret@127.0.0.1:1/danyuan"
	said, _ := consulted(t, env, base(wx))
	told(t, said, broken, "数据库", "DATABASE_URL", "connection refused")
	findings, _, _ := strings.Cut(said, "\n\n")
	for line := range strings.SplitSeq(findings, "\n") {
		if _, check, ok := strings.Cut(line, "  "); !ok || !strings.Contains(check, ":") || strings.Contains(line, "\t") {
			t.Errorf("no finding: %q", line)
		}
	}
}

func TestDoctor_saysWhatToDoAboutEachFault(t *testing.T) {
	for name, c := range map[string]struct {
		check string
		texts []string
		mark  mark
		spoil func(t *testing.T, env map[string]string, wx *fake.Server, h *house)
	}{
		"no keys": {"密钥", []string{"没有密钥", "danyuan keys"}, broken, func(t *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			env["KEYS_DIR"] = t.TempDir()
		}},
		"keys of another installation": {"数据库", []string{"不是一套", "备份"}, broken, func(t *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			env["KEYS_DIR"] = filepath.Join(t.TempDir(), "keys")
			if err := model.CreateKeys(env["KEYS_DIR"]); err != nil {
				t.Fatal(err)
			}
		}},
		"keys for everybody to read": {"密钥", []string{"chmod 600"}, notice, func(t *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			if err := os.Chmod(filepath.Join(env["KEYS_DIR"], "seal.json"), 0o644); err != nil {
				t.Fatal(err)
			}
		}},
		"a key file that is broken": {"密钥", []string{"seal.json", "备份"}, broken, func(t *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			if err := os.WriteFile(filepath.Join(env["KEYS_DIR"], "seal.json"), []byte("{"), 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		"settings for everybody to read": {"配置", []string{"chmod 640"}, notice, func(t *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			env["DANYUAN_CONFIG"] = filepath.Join(t.TempDir(), "danyuan.yaml")
			if err := os.WriteFile(env["DANYUAN_CONFIG"], []byte("port: 0\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}},
		"a half copy": {"数据库", []string{"只复制了一部分"}, broken, func(t *testing.T, _ map[string]string, _ *fake.Server, h *house) {
			tamper(t, h, func(tx *gorm.DB) error { return tx.Create(&model.Lock{Name: "!copying"}).Error })
		}},
		"no database server": {"数据库", []string{"mysql://127.0.0.1:1/danyuan", "DATABASE_URL"}, broken, func(_ *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			env["DATABASE_URL"] = "mysql://me:s3cret@127.0.0.1:1/danyuan"
		}},
		"a newer database": {"数据库", []string{"9999", "新的程序"}, broken, func(t *testing.T, _ map[string]string, _ *fake.Server, h *house) {
			tamper(t, h, func(tx *gorm.DB) error {
				return tx.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, ?)", true).Error
			})
		}},
		"an older database": {"数据库", []string{"下次启动会升级", "原来的程序备份"}, notice, func(t *testing.T, _ map[string]string, _ *fake.Server, h *house) {
			tamper(t, h, func(tx *gorm.DB) error { return tx.Exec("DELETE FROM goose_db_version WHERE version_id > 3").Error })
		}},
		"a stuck job": {"待办", []string{"1 个 send_notice 任务卡住了"}, notice, func(t *testing.T, _ map[string]string, _ *fake.Server, h *house) {
			tamper(t, h, stuckJob)
		}},
		"a job that nobody does": {"待办", []string{"import 任务等了 1h"}, notice, func(t *testing.T, _ map[string]string, _ *fake.Server, h *house) {
			at := clock{}.Now().UTC().Add(-time.Hour)
			tamper(t, h, func(tx *gorm.DB) error {
				return tx.Create(&model.Job{Kind: "import", SubjectID: 7, State: model.JobDue, DueAt: at, OwedAt: at}).Error
			})
		}},
		"a clock that was put back": {"时钟", []string{"拨慢了"}, broken, func(t *testing.T, _ map[string]string, _ *fake.Server, h *house) {
			tamper(t, h, func(tx *gorm.DB) error {
				return tx.Create(&model.Audit{At: clock{}.Now().UTC().Add(time.Hour), Action: "test"}).Error
			})
		}},
		"a Redis that is silent": {"Redis", []string{"没有回应", "REDIS_URL"}, notice, func(_ *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			env["REDIS_URL"] = "redis://:s3cret@127.0.0.1:1/0"
		}},
		"a wrong secret": {"微信", []string{"WECHAT_SECRET"}, broken, func(_ *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			env["WECHAT_SECRET"] = "s3cret-but-wrong"
		}},
		"an address that WeChat does not know": {"微信", []string{"errcode 40164", "IP 白名单"}, broken, func(_ *testing.T, _ map[string]string, wx *fake.Server, _ *house) {
			wx.Fail("/cgi-bin/stable_token", fake.Errcode(40164), 1)
		}},
		"a WeChat that is down": {"微信", []string{"连不上微信", "api.weixin.qq.com"}, broken, func(_ *testing.T, _ map[string]string, wx *fake.Server, _ *house) {
			wx.Fail("/cgi-bin/stable_token", fake.BadGateway, 3)
		}},
		"a store that is not there": {"照片", []string{"S3_BUCKET"}, broken, func(_ *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			env["S3_ENDPOINT"], env["S3_REGION"], env["S3_BUCKET"] = "http://127.0.0.1:1", "ap-nanjing", "danyuan-1"
			env["S3_ACCESS_KEY"], env["S3_SECRET_KEY"], env["S3_STYLE"] = "i", "s3cret", "path"
		}},
		"somebody else at our port": {"服务", []string{"别的程序"}, broken, func(t *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			env["PORT"] = portOf(t, http.NotFoundHandler())
		}},
		"somebody at our port who says nothing": {"服务", []string{"不能在 127.0.0.1:", "PORT"}, broken, func(t *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			env["PORT"] = silentPort(t)
		}},
		"somebody at the port of our metrics": {"服务", []string{"不能在 127.0.0.1:", "PRIVATE_ADDRESS"}, broken, func(t *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			env["PORT"], env["PRIVATE_ADDRESS"] = strconv.Itoa(freePort(t)), "127.0.0.1:"+silentPort(t)
		}},
		"a service that has lost its database": {"服务", []string{"不能办理", "failing"}, broken, func(t *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			env["PORT"] = portOf(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusServiceUnavailable)
				_, _ = io.WriteString(w, `{"cache":"ok","database":"failing"}`)
			}))
		}},
		"a public address with a foreign certificate": {"外网", []string{"证书不能用"}, broken, func(t *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			s := httptest.NewTLSServer(http.NotFoundHandler())
			s.Config.ErrorLog = quiet()
			t.Cleanup(s.Close)
			env["PUBLIC_URL"] = s.URL
		}},
		"a public address that leads elsewhere": {"外网", []string{"回答 404", "反向代理"}, notice, func(t *testing.T, env map[string]string, _ *fake.Server, _ *house) {
			env["PUBLIC_URL"] = "http://127.0.0.1:" + portOf(t, http.NotFoundHandler())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			env, wx, h := serviceEnv(t)
			c.spoil(t, env, wx, h)
			said, err := consulted(t, env, base(wx))
			told(t, said, c.mark, c.check, c.texts...)
			if (c.mark == broken) != errors.Is(err, errUnwell) {
				t.Errorf("it ended with %v:\n%s", err, said)
			}
		})
	}
}

// portOf serves on a free port of this machine.
func portOf(t *testing.T, handler http.Handler) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL[strings.LastIndex(s.URL, ":")+1:]
}

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// silentPort is that of a program which hangs up on whoever speaks to it.
func silentPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func TestDoctor_saysThatTheDiskIsFull(t *testing.T) {
	dir := t.TempDir()
	if os.Geteuid() == 0 {
		// root writes anywhere: a file in place of the folder stands for one that can't be written to
		dir = filepath.Join(dir, "file")
		if err := os.WriteFile(dir, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	} else if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	said, err := consulted(t, map[string]string{"DATA_DIR": dir, "PORT": "0"})
	if !errors.Is(err, errUnwell) {
		t.Errorf("it ended with %v", err)
	}
	told(t, said, broken, "磁盘", dir, "不能写入")
	for _, c := range []struct {
		at   place
		left room
		mark mark
	}{
		{dataFolder(dir), room{200<<20 - 1, 1}, broken}, {dataFolder(dir), room{2<<30 - 1, 1}, notice}, {dataFolder(dir), room{2 << 30, 0.01}, broken},
		{dataFolder(dir), room{2 << 30, 1}, fine}, {tempFolder(), room{240 << 20, 1}, fine}, {tempFolder(), room{50 << 20, 1}, broken},
	} {
		if f := c.at.roomFinding(c.left); f.mark != c.mark {
			t.Errorf("%s with %+v is %s", c.at.what, c.left, f.mark)
		}
	}
}

// TestDoctor_inCloudRunAsksForNoToken: there calls of WeChat carry none, and no secret is given.
func TestDoctor_inCloudRunAsksForNoToken(t *testing.T) {
	env, wx, _ := serviceEnv(t)
	delete(env, "WECHAT_SECRET")
	env["CLOUDRUN"], env["DATABASE_URL"] = "true", "mysql://me:s3cret@127.0.0.1:1/danyuan"
	env["S3_ENDPOINT"], env["S3_REGION"], env["S3_BUCKET"] = "http://127.0.0.1:1", "ap-nanjing", "danyuan-1"
	env["S3_ACCESS_KEY"], env["S3_SECRET_KEY"], env["S3_STYLE"] = "i", "s3cret", "path"
	said, _ := consulted(t, env, base(wx))
	told(t, said, skipped, "微信", "云托管", "开放接口服务")
	if calls := wx.Calls("/cgi-bin/stable_token"); calls > 0 {
		t.Errorf("%d calls for a token", calls)
	}
}

// TestDoctor_hasNothingAgainstTheDeployedSettings: the group of the service may read them.
func TestDoctor_hasNothingAgainstTheDeployedSettings(t *testing.T) {
	env, wx, _ := serviceEnv(t)
	env["DANYUAN_CONFIG"] = filepath.Join(t.TempDir(), "danyuan.yaml")
	if err := os.WriteFile(env["DANYUAN_CONFIG"], []byte("port: 0\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if said, _ := consulted(t, env, base(wx)); strings.Contains(said, "chmod") {
		t.Errorf("it says:\n%s", said)
	}
}
