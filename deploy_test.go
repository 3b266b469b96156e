package main

import (
	"errors"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"danyuan/config"
)

// What stands in deploy/ can't all be run by a test. What it sets can be held against the settings that
// danyuan knows: nothing is misspelt, and what is set is enough to start with.

// variables are the environment variables of all settings.
func variables() []string {
	var names []string
	var walk func(of reflect.Type)
	walk = func(of reflect.Type) {
		for i := range of.NumField() {
			if f := of.Field(i); f.Type.Kind() == reflect.Struct {
				walk(f.Type)
			} else {
				names = append(names, f.Tag.Get("env"))
			}
		}
	}
	walk(reflect.TypeFor[config.Serve]())
	return names
}

func knows(t *testing.T, where string, names ...string) {
	t.Helper()
	known := variables()
	for _, name := range names {
		if !slices.Contains(known, name) {
			t.Errorf("%s sets %s, which danyuan does not know", where, name)
		}
	}
}

// loads gives the service as danyuan would start with these variables and arguments.
func loads(env map[string]string, args ...string) (*serve, error) {
	command, err := config.Load(&commands{}, args, func(name string) (string, bool) { v, ok := env[name]; return v, ok }, io.Discard)
	if err != nil {
		return nil, err
	}
	return command.(*serve), nil
}

func deployed(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile("deploy/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// filledIn is what an operator would write into a file of variables.
func filledIn(t *testing.T, file string) map[string]string {
	t.Helper()
	env := map[string]string{}
	for _, line := range strings.Split(deployed(t, file), "\n") {
		name, value, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		switch {
		case value != "":
		case name == "WECHAT_AES_KEY":
			value = strings.Repeat("k", 43)
		case name == "REDIS_URL":
		case name == "S3_BUCKET":
			value = "danyuan-1250000000"
		default:
			value = "filled1nWithEnoughLetters"
		}
		env[name] = value
	}
	return env
}

type composeFile struct {
	Services map[string]struct {
		Image       string
		Environment map[string]string
		ReadOnly    bool   `yaml:"read_only"`
		User        string `yaml:"user"`
		Profiles    []string
		Grace       time.Duration `yaml:"stop_grace_period"`
	}
	Networks map[string]struct {
		IPAM struct{ Config []struct{ Subnet string } }
	}
}

var variable = regexp.MustCompile(`\$\{(\w+)[^}]*\}`)

func TestDeploy_composeSetsWhatDanyuanKnowsAndNeeds(t *testing.T) {
	var compose composeFile
	if err := yaml.Unmarshal([]byte(deployed(t, "compose.yaml")), &compose); err != nil {
		t.Fatal(err)
	}
	example := filledIn(t, "env.example")
	// A replica that stops serves for longer than Caddy takes to see it.
	looked, err := time.ParseDuration(regexp.MustCompile(`health_interval (\S+)`).FindStringSubmatch(deployed(t, "Caddyfile"))[1])
	if err != nil {
		t.Fatal(err)
	}
	replicas := 0
	for name, service := range compose.Services {
		if service.Image != "danyuan" {
			continue
		}
		if len(service.Profiles) == 0 {
			replicas++
		}
		env := map[string]string{}
		for key, value := range service.Environment {
			knows(t, "compose.yaml", key)
			env[key] = variable.ReplaceAllStringFunc(value, func(s string) string {
				asked := variable.FindStringSubmatch(s)[1]
				if _, ok := example[asked]; !ok {
					t.Errorf("compose.yaml asks for %s, which is not in env.example", asked)
				}
				return example[asked]
			})
		}
		s, err := loads(env, "serve")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s.Demo() || !slices.Contains(s.TrustedProxies, compose.Networks["front"].IPAM.Config[0].Subnet) {
			t.Errorf("%s: %v", name, s)
		}
		if service.Grace <= s.DrainTime+s.StopTimeout || s.DrainTime <= looked || !service.ReadOnly || strings.HasPrefix(service.User, "0") || service.User == "" {
			t.Errorf("%s: %+v", name, service)
		}
	}
	if replicas != 2 {
		t.Errorf("%d replicas", replicas)
	}
}

func TestDeploy_imageSetsWhatDanyuanKnows(t *testing.T) {
	text := deployed(t, "Dockerfile")
	_, after, ok := strings.Cut(text, "\nENV ")
	if !ok {
		t.Fatal("no ENV")
	}
	after = strings.ReplaceAll(after, "\\\n", "")
	line, _, _ := strings.Cut(after, "\n")
	for _, set := range strings.Fields(line) {
		name, _, _ := strings.Cut(set, "=")
		knows(t, "Dockerfile", name)
	}
	for _, must := range []string{"FROM scratch", "CGO_ENABLED=0", "USER 65532:65532"} {
		if !strings.Contains(text, must) {
			t.Errorf("Dockerfile has no %s", must)
		}
	}
}

func TestDeploy_unitStartsWithItsFile(t *testing.T) {
	unit := map[string]string{}
	for _, line := range strings.Split(deployed(t, "danyuan.service"), "\n") {
		if name, value, ok := strings.Cut(line, "="); ok {
			unit[name] = value
		}
	}
	args := strings.Fields(strings.ReplaceAll(unit["ExecStart"], "/etc/danyuan/", "deploy/"))[1:]
	_, err := loads(nil, args...)
	var missing config.Problems
	if !errors.As(err, &missing) || len(missing) != 1 || missing[0].Env != "WECHAT_SECRET" {
		t.Errorf("as it comes: %v", err)
	}
	s, err := loads(map[string]string{"WECHAT_SECRET": "filled in"}, args...)
	if err != nil {
		t.Fatal(err)
	}
	if grace, err := time.ParseDuration(unit["TimeoutStopSec"] + "s"); err != nil || grace <= s.DrainTime+s.StopTimeout {
		t.Errorf("it is killed after %v, while it may take %v", grace, s.DrainTime+s.StopTimeout)
	}
	if unit["Type"] != "notify" || unit["StartLimitIntervalSec"] != "0" || unit["RestartPreventExitStatus"] != "2" {
		t.Errorf("it is not started when it is ready, or gives up on a database that comes late: %v", unit)
	}
	if !strings.Contains(deployed(t, "prometheus/prometheus.yml"), "- "+s.PrivateAddress+"\n") {
		t.Errorf("Prometheus does not look at %s", s.PrivateAddress)
	}
	if s.DataDir != "/var/lib/"+unit["StateDirectory"] {
		t.Errorf("data in %s, but it may only write to /var/lib/%s", s.DataDir, unit["StateDirectory"])
	}
}

func TestDeploy_cloudRunsVariablesAreKnownAndEnough(t *testing.T) {
	env := filledIn(t, "cloudrun.env")
	for name := range env {
		knows(t, "cloudrun.env", name)
	}
	env["MYSQL_ADDRESS"], env["MYSQL_USERNAME"], env["MYSQL_PASSWORD"] = "10.0.0.7:3306", "root", "given"
	env["HOST"] = "0.0.0.0" // of the image
	s, err := loads(env, "serve")
	if err != nil {
		t.Fatal(err)
	}
	if !s.CloudRun.On || s.Address() != "0.0.0.0:8080" /* nobody may listen below 1024 */ || s.Database() != "mysql://root:given@10.0.0.7:3306/danyuan" {
		t.Errorf("got %v", s)
	}
}

// TestDeploy_alertsComeBeforeTheLimit: an alert beyond what the unit or the settings allow never comes.
func TestDeploy_alertsComeBeforeTheLimit(t *testing.T) {
	s, err := loads(map[string]string{"WECHAT_SECRET": "filled in"}, "serve", "--config", "deploy/danyuan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(deployed(t, "danyuan.service"), "\nMemoryMax=1G\n") {
		t.Fatal("danyuan.service allows another amount of memory than this test knows")
	}
	limits := map[string]float64{"DanyuanMemoryHigh": 1 << 30, "DanyuanLanesCrowded": float64(s.Busy)}
	for _, a := range alerts(t) {
		limit, known := limits[a.Alert]
		if !known {
			continue
		}
		delete(limits, a.Alert)
		_, above, _ := strings.Cut(a.Expr, ">")
		if at, err := strconv.ParseFloat(strings.TrimSpace(above), 64); err != nil || at >= limit {
			t.Errorf("%s comes above %s, and %g is the limit: %v", a.Alert, above, limit, err)
		}
	}
	if len(limits) > 0 {
		t.Errorf("no alerts %v", limits)
	}
}
