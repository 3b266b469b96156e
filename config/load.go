package config

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Command is one thing that the program can do. A command is a struct with this method that embeds
// Settings or Serve, or neither, and adds its own flags and arguments by tag.
type Command interface {
	Run(ctx context.Context) error
}

// Load reads the command line, the environment and the file into commands, a pointer to a struct
// whose fields are tagged `cmd:""`, and gives the command that was asked for, ready to Run.
// Asked for --help it writes to out and gives a command that does nothing. A field is a setting, and
// may come from environment and file, if it has an `env` tag; an empty environment variable counts
// as absent. A command with a method Validate() []Problem is asked. The error is Problems, complete,
// except that a command line that can't be understood hides what the command itself would find. A
// command with a method RunAnyway(Problems) is told of them instead, and runs: what could not be read is zero.
func Load(commands any, args []string, getenv func(string) (string, bool), out io.Writer) (Command, error) {
	l := &loading{getenv: getenv, envs: map[*kong.Value]string{}, choices: map[*kong.Value][]string{}, flags: map[string]string{}}
	var helped bool
	parser, err := kong.New(commands, kong.Name("danyuan"), kong.Writers(out, out), kong.Exit(func(int) { helped = true }),
		kong.Help(helpInChinese), kong.ValueFormatter(l.describe), kong.Resolvers(l))
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	if err := kong.Visit(parser.Model, l.takeOver); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	parser.Model.HelpFlag.Help = "显示这份说明。"
	line, err := parser.Parse(args)
	if helped {
		return nothing{}, nil
	}
	if err != nil {
		return nil, append(l.found, Problem{Text: lineInChinese(err)})
	}
	return l.choose(line)
}

// choose validates what was read and picks the command.
func (l *loading) choose(line *kong.Context) (Command, error) {
	for _, step := range line.Path {
		if step.Command == nil {
			continue
		}
		if v, ok := step.Command.Target.Addr().Interface().(interface{ Validate() []Problem }); ok {
			for _, p := range v.Validate() {
				// A value that could not be read is zero by now; one complaint about it is enough.
				if !l.unread.names(p.Flag) {
					l.found = append(l.found, p)
				}
			}
		}
	}
	selected := line.Selected()
	if selected != nil {
		if c, ok := selected.Target.Addr().Interface().(interface{ RunAnyway(found Problems) }); ok {
			c.RunAnyway(l.found)
			l.found = nil
		}
	}
	if len(l.found) > 0 {
		return nil, l.found
	}
	if selected == nil {
		return nil, Problems{{Text: "没有说要做什么，" + seeHelp}}
	}
	command, ok := selected.Target.Addr().Interface().(Command)
	if !ok {
		return nil, fmt.Errorf("config: %s has no method Run(context.Context) error", selected.Name)
	}
	return command, nil
}

type nothing struct{}

func (nothing) Run(context.Context) error { return nil }

// loading does the reading that kong does otherwise: kong lets a file overrule the environment,
// ignores unknown keys in it, and stops at the first bad value.
type loading struct {
	getenv  func(string) (string, bool)
	envs    map[*kong.Value]string   // flag → environment variable
	choices map[*kong.Value][]string // flag → what it may be
	flags   map[string]string        // name → environment variable, of every command's settings
	file    map[string]any           // nil until it is read
	found   Problems
	unread  Problems // those of found whose value could not be read
}

// takeOver takes environment, choices and reading of values out of kong's hands.
func (l *loading) takeOver(node kong.Visitable, next kong.Next) error {
	flag, ok := node.(*kong.Flag)
	if !ok || flag.Name == "help" {
		return next(nil)
	}
	if len(flag.Tag.Envs) > 0 {
		l.envs[flag.Value] = flag.Tag.Envs[0]
		l.flags[flag.Name] = flag.Tag.Envs[0]
		flag.Tag.Envs, flag.Envs = nil, nil
	}
	if flag.Enum != "" {
		l.choices[flag.Value] = strings.Split(flag.Enum, ",")
		flag.Enum, flag.Tag.Enum = "", ""
	}
	inner := flag.Mapper
	flag.Mapper = kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
		return l.decode(inner, ctx, target)
	})
	return next(nil)
}

// Validate is part of kong.Resolver.
func (l *loading) Validate(*kong.Application) error { return nil }

// Resolve finds a value that the command line does not give.
func (l *loading) Resolve(line *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if value, ok := l.fromEnv(flag.Value); ok {
		return value, nil
	}
	if l.file == nil {
		l.file = map[string]any{}
		l.readFile(l.filePath(line))
	}
	if _, ok := l.envs[flag.Value]; ok {
		return l.file[flag.Name], nil
	}
	return nil, nil
}

func (l *loading) fromEnv(value *kong.Value) (string, bool) {
	name, ok := l.envs[value]
	if !ok {
		return "", false
	}
	text, _ := l.getenv(name)
	return text, text != ""
}

// filePath finds the file's name before kong has settled the flags.
func (l *loading) filePath(line *kong.Context) string {
	for _, flag := range line.Flags() {
		if flag.Name != "config" {
			continue
		}
		if path, ok := line.FlagValue(flag).(string); ok && path != "" {
			return path
		}
		path, _ := l.fromEnv(flag.Value)
		return path
	}
	return ""
}

// decode notes a bad value and goes on, so that all of them are listed at once.
func (l *loading) decode(inner kong.Mapper, ctx *kong.DecodeContext, target reflect.Value) error {
	token := ctx.Scan.Peek()
	if err := inner.Decode(ctx, target); err != nil {
		if !token.IsValue() {
			return err
		}
		target.SetZero()
		l.note(ctx.Value, fmt.Sprintf("“%v”%s", token.Value, expected(target)))
		return nil
	}
	if target.Kind() == reflect.String && target.String() != strings.TrimSpace(target.String()) {
		l.note(ctx.Value, "前后有多余的空格或换行，请删掉")
	}
	if many, ok := target.Addr().Interface().(*[]string); ok {
		for i := range *many {
			(*many)[i] = strings.TrimSpace((*many)[i])
		}
		*many = slices.DeleteFunc(*many, func(one string) bool { return one == "" })
	}
	if choices := l.choices[ctx.Value]; choices != nil && !slices.Contains(choices, target.String()) {
		l.note(ctx.Value, fmt.Sprintf("“%s”不行，只能是 %s 之一", target, strings.Join(choices, "、")))
	}
	return nil
}

func (l *loading) note(value *kong.Value, text string) {
	p := Problem{Flag: value.Name, Env: l.envs[value], Text: text}
	l.found, l.unread = append(l.found, p), append(l.unread, p)
}

// expected says what a value of the target's type looks like.
func expected(target reflect.Value) string {
	switch {
	case target.Type() == reflect.TypeFor[time.Duration]():
		return "不是时长，请写成 30s、5m、1h30m 这样"
	case target.CanInt() || target.CanUint():
		return "不是整数，请只写数字"
	case target.CanFloat():
		return "不是数，请写成 0.05 这样"
	case target.Kind() == reflect.Bool:
		return "不行，只能是 true 或 false"
	}
	return "读不懂，请照说明改正"
}
