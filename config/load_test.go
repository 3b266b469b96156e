package config

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type serveCommand struct{ Serve }

func (*serveCommand) Run(context.Context) error { return nil }

type importCommand struct {
	Settings
	DryRun bool   `name:"dry-run" help:"只检查，不写入。"`
	Batch  int    `name:"batch" env:"IMPORT_BATCH" default:"100" help:"一批几行。"`
	File   string `arg:"" help:"要导入的文件。"`
}

func (*importCommand) Run(context.Context) error { return errors.New("imported") }

func (c *importCommand) Validate() []Problem {
	found := c.Settings.Validate()
	if c.Batch < 1 {
		found = append(found, Problem{Flag: "batch", Env: "IMPORT_BATCH", Text: "要大于零"})
	}
	return found
}

type commands struct {
	Serve  serveCommand  `cmd:"" default:"withargs" help:"提供服务。"`
	Import importCommand `cmd:"" help:"导入。"`
}

func (*commands) Help() string { return "网格服务。" }

// world is what a command line meets: environment and settings file.
type world struct {
	env  map[string]string
	file string // its text; "" for none
}

func (w world) load(t *testing.T, args ...string) (Command, string, error) {
	t.Helper()
	env := map[string]string{}
	for k, v := range w.env {
		env[k] = v
	}
	if w.file != "" {
		path := filepath.Join(t.TempDir(), "danyuan.yaml")
		if err := os.WriteFile(path, []byte(w.file), 0o600); err != nil {
			t.Fatal(err)
		}
		env["DANYUAN_CONFIG"] = path
	}
	var out bytes.Buffer
	command, err := Load(&commands{}, args, func(name string) (string, bool) { v, ok := env[name]; return v, ok }, &out)
	return command, out.String(), err
}

func (w world) serve(t *testing.T, args ...string) *serveCommand {
	t.Helper()
	command, _, err := w.load(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return command.(*serveCommand)
}

// refused gives the problems, one a line.
func (w world) refused(t *testing.T, args ...string) string {
	t.Helper()
	_, _, err := w.load(t, args...)
	var found Problems
	if !errors.As(err, &found) {
		t.Fatalf("want problems, got %v", err)
	}
	return err.Error()
}

func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("misses %q in:\n%s", part, text)
		}
	}
}

func TestLoad_defaultsMakeADemoOnThisMachine(t *testing.T) {
	got := world{}.serve(t)
	if !got.Demo() || got.Address() != "127.0.0.1:8080" || got.Database() != "sqlite:data/danyuan.db" ||
		got.Keys() != "data/keys" || got.Workers != 2 || got.ReadTimeout != 30*time.Second {
		t.Errorf("got %v", got)
	}
}

func TestLoad_fileBeatsDefault(t *testing.T) {
	if got := (world{file: "port: 81\n"}).serve(t); got.Port != 81 {
		t.Errorf("port %d", got.Port)
	}
}

func TestLoad_environmentBeatsFile(t *testing.T) {
	if got := (world{file: "port: 81\n", env: map[string]string{"PORT": "82"}}).serve(t); got.Port != 82 {
		t.Errorf("port %d", got.Port)
	}
}

func TestLoad_flagBeatsEnvironment(t *testing.T) {
	w := world{file: "port: 81\n", env: map[string]string{"PORT": "82"}}
	for _, args := range [][]string{{"--port=83"}, {"serve", "--port", "83"}} {
		if got := w.serve(t, args...); got.Port != 83 {
			t.Errorf("%v: port %d", args, got.Port)
		}
	}
}

func TestLoad_flagBeatsABadEnvironment(t *testing.T) {
	if got := (world{env: map[string]string{"PORT": "abc"}}).serve(t, "--port=83"); got.Port != 83 {
		t.Errorf("port %d", got.Port)
	}
}

func TestLoad_emptyEnvironmentIsAbsent(t *testing.T) {
	if got := (world{file: "port: 81\n", env: map[string]string{"PORT": "", "WECHAT_SECRET": ""}}).serve(t); got.Port != 81 {
		t.Errorf("port %d", got.Port)
	}
}

func TestLoad_theProcessEnvironmentIsNotLookedAtBehindItsBack(t *testing.T) {
	t.Setenv("PORT", "99")
	t.Setenv("LOG_LEVEL", "nonsense")
	if got := (world{}).serve(t); got.Port != 8080 {
		t.Errorf("port %d", got.Port)
	}
}

func TestLoad_listsComeFromFlagEnvironmentAndFile(t *testing.T) {
	for name, w := range map[string]world{
		"file list": {file: "trusted-proxies:\n  - 10.0.0.0/8\n  - 192.168.1.2\n"},
		"file text": {file: "trusted-proxies: 10.0.0.0/8, 192.168.1.2\n"},
		"env":       {env: map[string]string{"TRUSTED_PROXIES": "10.0.0.0/8, 192.168.1.2,"}},
	} {
		if got := w.serve(t).TrustedProxies; len(got) != 2 || got[0] != "10.0.0.0/8" || got[1] != "192.168.1.2" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestLoad_aFileFlagBeatsDANYUAN_CONFIG(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.yaml")
	if err := os.WriteFile(path, []byte("port: 90\nidle-timeout:\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := world{file: "port: 81\n"}.serve(t, "--config", path)
	if got.Port != 90 || got.IdleTimeout != 2*time.Minute {
		t.Errorf("got %v", got)
	}
}

func TestLoad_unknownFileKeysAreRefusedByName(t *testing.T) {
	text := world{file: "port: 81\nprot: 82\nDATABASE_URL: sqlite:a\nredis_url: redis://a\nconfig: b\ndry-run: true\nport: 83\n" +
		"data-dir: {a: b}\n"}.refused(t)
	wants(t, text, "第 2 行：没有“prot”这个设置", "第 3 行：没有“DATABASE_URL”这个设置，应写成 database-url", "应写成 redis-url",
		"没有“config”", "没有“dry-run”", "--port（环境变量 PORT）", "第 7 行又写了一遍", "--data-dir", "7 处")
}

func TestLoad_aSettingOfAnotherCommandMayBeInTheFile(t *testing.T) {
	world{file: "import-batch: 5\n"}.refused(t)
	world{file: "batch: 5\n"}.serve(t)
}

func TestLoad_badFilesAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"- a\n": "一行一个", "a: b\nc: d: e\n": "第 2 行附近", "a: b: c\n": "不合 YAML", "just words\n": "一行一个", "port: 1\n---\nport: 2\n": "一行一个",
	} {
		wants(t, world{file: text}.refused(t), want, "DANYUAN_CONFIG")
	}
	wants(t, world{}.refused(t, "--config=/nowhere/x.yaml"), "找不到配置文件 /nowhere/x.yaml")
	for _, empty := range []string{"\n", "# nothing\n", "---\n"} {
		world{file: empty}.serve(t)
	}
}

func TestLoad_badValuesFromEverywhereAreListedAtOnce(t *testing.T) {
	text := world{
		file: "write-timeout: soon\nlog-format: xml\nworkers: many\n",
		env: map[string]string{"PORT": "abc", "READ_TIMEOUT": "30", "LOG_LEVEL": "loud", "WECHAT_SECRET": "s3cret\n",
			"DB_POOL": "0", "STOP_TIMEOUT": "-1s", "TRUSTED_PROXIES": "10.0.0.0/8,nonsense,0.0.0.0/0"},
	}.refused(t, "--idle-timeout=x")
	wants(t, text, "--port（环境变量 PORT）：“abc”不是整数", "READ_TIMEOUT）：“30”不是时长", "WRITE_TIMEOUT）：“soon”不是时长",
		"LOG_LEVEL）：“loud”不行，只能是 debug、info、warn、error", "LOG_FORMAT）：“xml”", "WORKERS）：“many”不是整数",
		"IDLE_TIMEOUT）：“x”不是时长", "DB_POOL）：0 不行", "STOP_TIMEOUT）：-1s 不行", "“nonsense”不是网段", "“0.0.0.0/0”等于相信所有人",
		"WECHAT_SECRET）：前后有多余的空格", "12 处")
	if strings.Contains(text, "s3cret") {
		t.Error("a secret is in the text")
	}
}

func TestLoad_portOutOfRangeIsRefused(t *testing.T) {
	for _, port := range []string{"65536", "-1", "8080x", "80.5"} {
		wants(t, world{}.refused(t, "--port="+port), "--port（环境变量 PORT）", "1 处")
	}
}

func TestLoad_commandsHaveTheirOwnSettingsAndChecks(t *testing.T) {
	command, _, err := world{file: "batch: 7\nport: 81\n"}.load(t, "import", "a.xlsx", "--dry-run")
	if err != nil {
		t.Fatal(err)
	}
	got := command.(*importCommand)
	if got.File != "a.xlsx" || !got.DryRun || got.Batch != 7 {
		t.Errorf("got %+v", got)
	}
	if err := command.Run(t.Context()); err == nil || err.Error() != "imported" {
		t.Errorf("ran something else: %v", err)
	}
	wants(t, world{env: map[string]string{"IMPORT_BATCH": "0", "REDIS_URL": "x"}}.refused(t, "import", "a"), "IMPORT_BATCH", "REDIS_URL", "2 处")
	world{env: map[string]string{"IMPORT_BATCH": "abc"}}.serve(t) // of another command
}

func TestLoad_aBadCommandLineIsExplainedInChinese(t *testing.T) {
	for args, want := range map[string]string{
		"--prot=1":            "没有 --prot 这个选项",
		"nonsense":            "不认识 nonsense",
		"import":              `还缺 "<file>"`,
		"--port":              "--port 后面要跟一个值",
		"--port=1 import a":   "--port 写在命令 import 之前",
		"import a --batch --": "--batch 后面要跟一个值",
	} {
		wants(t, world{}.refused(t, strings.Fields(args)...), want, "danyuan --help")
	}
}

func TestLoad_helpIsInChineseAndRunsNothing(t *testing.T) {
	w := world{env: map[string]string{"PORT": "abc"}}
	for _, args := range [][]string{{"--help"}, {"serve", "--help"}, {"import", "-h"}} {
		command, help, err := w.load(t, args...)
		if err != nil {
			t.Fatal(err)
		}
		wants(t, help, "用法：", "选项：", "显示这份说明")
		for _, english := range []string{"Flags:", "Usage:", "[flags]", "<command>", "Show"} {
			if strings.Contains(help, english) {
				t.Errorf("%q is not Chinese:\n%s", english, help)
			}
		}
		if err := command.Run(t.Context()); err != nil {
			t.Errorf("%v ran: %v", args, err)
		}
	}
	_, help, _ := w.load(t, "serve", "--help")
	wants(t, help, "(WECHAT_APP_ID)", "可选 debug、info、warn、error。(LOG_LEVEL)", "微信", "服务")
}
