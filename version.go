package main

import (
	"runtime/debug"
	"strings"
)

// version says which danyuan this is.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "未知"
	}
	v := strings.Trim(info.Main.Version, "()")
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12 && !strings.Contains(v, s.Value[:12]):
			v += " " + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true" && !strings.Contains(v, "dirty"):
			v += " 有未提交的改动"
		}
	}
	return v
}
