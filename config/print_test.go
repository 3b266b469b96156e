package config

import (
	"bytes"
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// fields gives every setting of v with its tag.
func fields(v reflect.Value, visit func(reflect.StructField, reflect.Value)) {
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Type.Kind() == reflect.Struct {
			fields(v.Field(i), visit)
		} else {
			visit(f, v.Field(i))
		}
	}
}

// printings is every way in which settings usually reach a log or a screen.
func printings(s Serve) map[string]string {
	var text, structured bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("settings", "serve", s, "shared", &s.Settings, "wechat", s.WeChat, "s3", s.S3, "cloudrun", s.CloudRun)
	slog.New(slog.NewJSONHandler(&structured, nil)).Info("settings", "serve", s, "shared", s.Settings, "wechat", s.WeChat, "s3", s.S3, "cloudrun", s.CloudRun)
	command := &serveCommand{s}
	return map[string]string{
		"String": s.String(), "%v": fmt.Sprintf("%v %v %v %v %v", s, s.Settings, s.WeChat, s.S3, s.CloudRun), "%+v": fmt.Sprintf("%+v %+v", s, &s.Settings),
		"%#v": fmt.Sprintf("%#v %#v %#v %#v %#v", s, s.Settings, s.WeChat, s.S3, s.CloudRun), "command": fmt.Sprintf("%+v %#v", command, command),
		"slog text": text.String(), "slog JSON": structured.String(),
	}
}

func TestPrint_noSecretIsEverPrinted(t *testing.T) {
	var s Serve
	var planted []string
	fields(reflect.ValueOf(&s).Elem(), func(f reflect.StructField, v reflect.Value) {
		secret := fmt.Sprintf("planted%d", len(planted))
		switch f.Tag.Get("secret") {
		case "true":
			v.SetString(secret)
		case "url":
			v.SetString("mysql://user:" + secret + "@x/" + secret + "@host:1/db?key=" + secret)
		default:
			return
		}
		planted = append(planted, secret)
	})
	if len(planted) < 7 {
		t.Fatalf("only %d secret settings found", len(planted))
	}
	for way, text := range printings(s) {
		if strings.Contains(text, "planted") {
			t.Errorf("%s gives a secret away:\n%s", way, text)
		}
		if !strings.Contains(text, masked) {
			t.Errorf("%s does not show that something is set:\n%s", way, text)
		}
	}
}

func TestPrint_whatSoundsSecretIsTaggedSecret(t *testing.T) {
	sounds := regexp.MustCompile(`secret|token|password|aes|url`)
	fields(reflect.ValueOf(Serve{}), func(f reflect.StructField, _ reflect.Value) {
		if sounds.MatchString(f.Tag.Get("name")) && f.Tag.Get("secret") == "" {
			t.Errorf("%s has no secret tag", f.Name)
		}
	})
}

func TestPrint_everySettingIsShownWithItsFlagName(t *testing.T) {
	parser, err := kong.New(&struct{ Serve }{})
	if err != nil {
		t.Fatal(err)
	}
	text := Serve{}.String()
	for _, flag := range parser.Model.Flags {
		if flag.Name == "help" {
			continue
		}
		if !strings.Contains("\n"+text, "\n"+flag.Name+" = ") {
			t.Errorf("%s is not printed", flag.Name)
		}
		if len(flag.Envs) != 1 || envOf[flag.Name] != flag.Envs[0] {
			t.Errorf("%s: environment %v, known as %q", flag.Name, flag.Envs, envOf[flag.Name])
		}
	}
	wants(t, Serve{Settings: Settings{DatabaseURL: "sqlite:a.db", RedisURL: "redis://h:1/2"}}.String(), "database-url = sqlite:a.db", "redis-url = redis://h:1/2")
}

func TestPrint_aURLThatCannotBeReadIsNotPrinted(t *testing.T) {
	wants(t, Settings{DatabaseURL: "user:pass@tcp(h)/db"}.String(), "database-url = "+masked+"\n")
}
