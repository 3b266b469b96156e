package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// readFile reads the settings file into l.file and notes what is wrong with it. No path, no file.
// A key without a value counts as absent.
func (l *loading) readFile(path string) {
	if path == "" {
		return
	}
	top, err := parseFile(path)
	if err != nil {
		l.found = append(l.found, Problem{Flag: "config", Env: envOf["config"], Text: fileProblem(path, err)})
		return
	}
	if top == nil {
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		l.takeKey(fmt.Sprintf("配置文件 %s 第 %d 行", path, key.Line), key.Value, value, seen[key.Value])
		seen[key.Value] = true
	}
}

var errNotMapping = errors.New("not a mapping")

// parseFile gives the top mapping; nil for a file that holds nothing.
func parseFile(path string) (*yaml.Node, error) {
	f, err := os.Open(path) //nolint:gosec // the operator says which file
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var doc, more yaml.Node
	decoder := yaml.NewDecoder(f)
	if err := decoder.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, err
	}
	top := doc.Content[0]
	if top.Kind == yaml.ScalarNode && top.Tag == "!!null" {
		return nil, nil
	}
	if top.Kind != yaml.MappingNode || !errors.Is(decoder.Decode(&more), io.EOF) {
		return nil, errNotMapping
	}
	return top, nil
}

func (l *loading) takeKey(where, key string, value *yaml.Node, again bool) {
	env, known := l.flags[key]
	switch {
	case key == "config" || !known:
		l.found = append(l.found, Problem{Text: fmt.Sprintf("%s：没有“%s”这个设置%s", where, key, l.perhaps(key))})
		return
	case again:
		l.found = append(l.found, Problem{Flag: key, Env: env, Text: where + "又写了一遍，请只留一处"})
		return
	}
	switch {
	case value.Kind == yaml.ScalarNode && value.Tag == "!!null":
	case value.Kind == yaml.ScalarNode:
		l.file[key] = value.Value
	case value.Kind == yaml.SequenceNode && scalars(value.Content):
		var list []any
		for _, one := range value.Content {
			list = append(list, one.Value)
		}
		l.file[key] = list
	default:
		l.found = append(l.found, Problem{Flag: key, Env: env, Text: where + "读不懂，请写成“名字: 值”一行，或一串值"})
	}
}

func scalars(nodes []*yaml.Node) bool {
	for _, n := range nodes {
		if n.Kind != yaml.ScalarNode {
			return false
		}
	}
	return true
}

// perhaps helps with a key written as the environment has it, or with underscores.
func (l *loading) perhaps(key string) string {
	for flag, env := range l.flags {
		if flag != "config" && (strings.EqualFold(key, env) || strings.EqualFold(strings.ReplaceAll(key, "_", "-"), flag)) {
			return "，应写成 " + flag
		}
	}
	return "，请改正或删掉"
}

var yamlLine = regexp.MustCompile(`line \d+`)

// fileProblem says what is wrong without the parser's words, which could quote a secret.
func fileProblem(path string, err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("找不到配置文件 %s，请看看路径对不对", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("没有权限读配置文件 %s，请改它的权限", path)
	case errors.Is(err, errNotMapping):
		return fmt.Sprintf("配置文件 %s 里应当是一行一个“名字: 值”", path)
	}
	if line := yamlLine.FindString(err.Error()); line != "" {
		return fmt.Sprintf("配置文件 %s 第 %s 行附近不合 YAML 的写法，请改正", path, strings.TrimPrefix(line, "line "))
	}
	return fmt.Sprintf("配置文件 %s 读不了，或不合 YAML 的写法，请改正", path)
}
