package config

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

const seeHelp = "运行 danyuan --help 看全部命令，danyuan <命令> --help 看它的选项"

// describe adds the choices and the environment variable to a flag's help.
func (l *loading) describe(value *kong.Value) string {
	text := value.Help
	if choices := l.choices[value]; choices != nil {
		text += "可选 " + strings.Join(choices, "、") + "。"
	}
	if env, ok := l.envs[value]; ok {
		text += "(" + env + ")"
	}
	return text
}

// frame is what kong's own help prints around ours.
var frame = []struct {
	was *regexp.Regexp
	now string
}{
	{regexp.MustCompile(`^Usage: `), "用法："},
	{regexp.MustCompile(`\[flags\]`), "[选项]"},
	{regexp.MustCompile(`<command>`), "<命令>"},
	{regexp.MustCompile(`^Arguments:$`), "参数："},
	{regexp.MustCompile(`^Flags:$`), "选项："},
	{regexp.MustCompile(`^Commands:$`), "命令："},
	{regexp.MustCompile(`^Run "(.+)" for more information( on a command)?\.$`), "运行 $1 看详细说明。"},
}

func helpInChinese(options kong.HelpOptions, ctx *kong.Context) error {
	out := ctx.Stdout
	defer func() { ctx.Stdout = out }()
	var page bytes.Buffer
	ctx.Stdout = &page
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	lines := strings.Split(page.String(), "\n")
	for i := range lines {
		for _, f := range frame {
			lines[i] = f.was.ReplaceAllString(lines[i], f.now)
		}
	}
	_, err := out.Write([]byte(strings.Join(lines, "\n")))
	return err
}

// complaints are kong's about a command line, as far as a person is likely to meet them.
var complaints = []struct {
	was *regexp.Regexp
	now string
}{
	{regexp.MustCompile(`^unknown flag (\S+?)(?:, did you mean (.+)\?)?$`), "没有 $1 这个选项"},
	{regexp.MustCompile(`^unexpected argument (.+?)(?:, did you mean (.+)\?)?$`), "不认识 $1，没有这个命令，或多写了参数"},
	{regexp.MustCompile(`^missing flags: (.+)$`), "还缺选项 $1"},
	{regexp.MustCompile(`^flag (\S+) applies to the default command "(.+)", not "(.+)"$`), "$1 写在命令 $3 之前，请写到它后面"},
	{regexp.MustCompile(`^(--\S+): expected .+$`), "$1 后面要跟一个值"},
	{regexp.MustCompile(`^(?:missing positional arguments|expected) (.+)$`), "还缺 $1"},
	{regexp.MustCompile(`^(\S+) is required$`), "还缺 $1"},
}

func lineInChinese(err error) string {
	text := err.Error()
	for _, c := range complaints {
		if c.was.MatchString(text) {
			return "命令行：" + c.was.ReplaceAllString(text, c.now) + "；" + seeHelp
		}
	}
	return "命令行读不懂（" + text + "）；" + seeHelp
}
