package config

import (
	"fmt"
	"log/slog"
	"reflect"
	"strings"
)

const masked = "******"

// String prints every setting, one a line, with secrets masked.
func (s Settings) String() string { return printed(s) }

// GoString keeps %#v from printing secrets.
func (s Settings) GoString() string { return printed(s) }

// LogValue logs every setting under its flag name, with secrets masked.
func (s Settings) LogValue() slog.Value { return logged(s) }

// String prints every setting, one a line, with secrets masked.
func (s Serve) String() string { return printed(s) }

// GoString keeps %#v from printing secrets.
func (s Serve) GoString() string { return printed(s) }

// LogValue logs every setting under its flag name, with secrets masked.
func (s Serve) LogValue() slog.Value { return logged(s) }

// String prints the group with secrets masked.
func (w WeChat) String() string { return printed(w) }

// GoString keeps %#v from printing secrets.
func (w WeChat) GoString() string { return printed(w) }

// LogValue logs the group with secrets masked.
func (w WeChat) LogValue() slog.Value { return logged(w) }

// String prints the group with secrets masked.
func (s S3) String() string { return printed(s) }

// GoString keeps %#v from printing secrets.
func (s S3) GoString() string { return printed(s) }

// LogValue logs the group with secrets masked.
func (s S3) LogValue() slog.Value { return logged(s) }

// setting is one field as an operator knows it.
type setting struct{ flag, env, value string }

// settings walks a struct and those nested in it, in order.
func settings(v reflect.Value) []setting {
	var out []setting
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Type.Kind() == reflect.Struct {
			out = append(out, settings(v.Field(i))...)
			continue
		}
		value := fmt.Sprint(v.Field(i).Interface())
		switch field.Tag.Get("secret") {
		case "true":
			value = mask(value)
		case "url":
			value = maskURL(value)
		}
		out = append(out, setting{field.Tag.Get("name"), field.Tag.Get("env"), value})
	}
	return out
}

func printed(of any) string {
	var b strings.Builder
	for _, s := range settings(reflect.ValueOf(of)) {
		fmt.Fprintf(&b, "%s = %s\n", s.flag, s.value)
	}
	return b.String()
}

func logged(of any) slog.Value {
	var attrs []slog.Attr
	for _, s := range settings(reflect.ValueOf(of)) {
		attrs = append(attrs, slog.String(s.flag, s.value))
	}
	return slog.GroupValue(attrs...)
}

func mask(value string) string {
	if value == "" {
		return ""
	}
	return masked
}

// maskURL keeps scheme, host and path. It works on text, because what can't be parsed must not be
// printed either, and it cuts at the last @, because a password may contain one.
func maskURL(value string) string {
	scheme, rest, ok := strings.Cut(value, "://")
	if !ok {
		if strings.HasPrefix(value, "sqlite:") {
			return value
		}
		return mask(value)
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		rest = masked + rest[at:]
	}
	if place, _, ok := strings.Cut(rest, "?"); ok {
		rest = place + "?" + masked
	}
	return scheme + "://" + rest
}

// envOf finds the environment variable of a flag.
var envOf = func() map[string]string {
	names := map[string]string{}
	for _, s := range settings(reflect.ValueOf(Serve{})) {
		names[s.flag] = s.env
	}
	return names
}()
