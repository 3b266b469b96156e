package config

import (
	"context"
	"io"
	"testing"
)

type anyway struct {
	Serve
	told Problems
}

func (*anyway) Run(context.Context) error { return nil }

func (c *anyway) RunAnyway(found Problems) { c.told = found }

func TestLoad_aCommandThatRunsAnywayIsToldOfEveryProblem(t *testing.T) {
	env := map[string]string{"WECHAT_SECRET": "s3cret", "REDIS_URL": "nonsense", "PORT": "many", "DATA_DIR": "here"}
	command, err := Load(&struct {
		Look anyway `cmd:""`
	}{}, []string{"look"}, func(name string) (string, bool) { v, ok := env[name]; return v, ok }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	c := command.(*anyway)
	for _, flag := range []string{"wechat-secret", "redis-url", "port"} {
		if len(c.told.Of(flag)) != 1 {
			t.Errorf("not told of %s once: %v", flag, c.told)
		}
	}
	if len(c.told) != 3 || len(c.told.Of("data-dir", "host")) != 0 || c.DataDir != "here" {
		t.Errorf("told %v, read %v", c.told, c.DataDir)
	}
}
