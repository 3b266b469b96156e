package config

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing wrong with the settings, in plain Chinese. It never repeats a secret.
type Problem struct {
	Flag string // long flag name without dashes; empty when no one setting is at fault
	Env  string // its environment variable; empty when it has none
	Text string // what is wrong and what to do
}

// String names the setting both ways and says what to do.
func (p Problem) String() string {
	switch {
	case p.Flag == "":
		return p.Text
	case p.Env == "":
		return fmt.Sprintf("--%s：%s", p.Flag, p.Text)
	}
	return fmt.Sprintf("--%s（环境变量 %s）：%s", p.Flag, p.Env, p.Text)
}

// Problems is everything that is wrong, so that an operator mends it in one go.
type Problems []Problem

// Error lists every problem, one a line.
func (p Problems) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "启动不了，有 %d 处要改：", len(p))
	for i, one := range p {
		fmt.Fprintf(&b, "\n  %d. %s", i+1, one)
	}
	return b.String()
}

// Of gives those about some settings, by their flags.
func (p Problems) Of(flags ...string) Problems {
	return slices.DeleteFunc(slices.Clone(p), func(one Problem) bool { return !slices.Contains(flags, one.Flag) })
}

// names tells whether a setting is already among the problems.
func (p Problems) names(flag string) bool {
	for _, one := range p {
		if one.Flag == flag {
			return true
		}
	}
	return false
}
