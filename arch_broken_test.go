package main

import (
	"slices"
	"strings"
	"testing"
)

// file is a made-up file of the house.
type file struct{ path, text string }

// TestArchitecture_eachRuleHasBeenBroken breaks every rule on purpose, so that it is known to bite,
// and shows beside it what it must let pass.
func TestArchitecture_eachRuleHasBeenBroken(t *testing.T) {
	broken := map[string]bool{}
	for _, c := range breaches {
		t.Run(c.rule+"/"+c.claim, func(t *testing.T) {
			i := slices.IndexFunc(rules, func(r rule) bool { return r.name == c.rule })
			if i < 0 {
				t.Fatalf("there is no rule %q", c.rule)
			}
			var house []source
			for _, f := range c.files {
				house = append(house, read(t, f.path, f.text))
			}
			wrong := rules[i].check(house)
			if c.says == "" && len(wrong) > 0 {
				t.Fatalf("this is allowed: %v", wrong)
			}
			if c.says != "" && (len(wrong) != 1 || !strings.Contains(wrong[0], c.says)) {
				t.Fatalf("want one complaint that says %q, got %q", c.says, wrong)
			}
			broken[c.rule] = broken[c.rule] || c.says != ""
		})
	}
	for _, r := range rules {
		if !broken[r.name] {
			t.Errorf("nobody has broken %q on purpose: add a line to breaches", r.name)
		}
	}
}

// breaches are what each rule must find (says is part of its complaint) or let pass (says is empty).
var breaches = []struct {
	rule, claim, says string
	files             []file
}{
	{"directions", "model asks service", "model must not know service", one("model/x.go", `package model; import _ "danyuan/service"`)},
	{"directions", "api goes past service", "api must not know service/outbox", one("api/x.go", `package api; import _ "danyuan/service/outbox"`)},
	{"directions", "service calls WeChat by itself", "service must not know wechat", one("service/x.go", `package service; import _ "danyuan/wechat"`)},
	{"directions", "a leaf knows an area", "service/outbox must not know service", one("service/outbox/x.go", `package outbox; import _ "danyuan/service"`)},
	{"directions", "fault knows somebody", "fault must not know config", one("fault/x.go", `package fault; import _ "danyuan/config"`)},
	{"directions", "the client's files know who serves them", "client must not know api", one("client/x.go", `package client; import _ "danyuan/api"`)},
	{"directions", "api takes the client by itself", "api must not know client", one("api/x.go", `package api; import _ "danyuan/client"`)},
	{"directions", "a package that nobody planned", "not in the table", one("points/x.go", `package points`)},
	{"directions", "every test's house has an API", "testkit must not know api", one("testkit/x.go", `package testkit; import _ "danyuan/api"`)},
	{"directions", "a use case is tested over HTTP", "must not know testkit/edge", one("service/x_test.go", `package service_test; import _ "danyuan/testkit/edge"`)},
	{"directions", "service uses the model", "", one("service/x.go", `package service; import _ "danyuan/model"`)},
	{"directions", "a route is tested over HTTP", "", one("api/x_test.go", `package api_test; import _ "danyuan/testkit/edge"`)},
	{"directions", "a test builds a house", "", one("model/x_test.go", `package model_test; import _ "danyuan/testkit"`)},

	{"libraries", "gorm in api", "api must not know gorm.io/gorm", one("api/x.go", `package api; import _ "gorm.io/gorm"`)},
	{"libraries", "a driver in service", "service must not know gorm.io/driver/sqlite", one("service/x.go", `package service; import _ "gorm.io/driver/sqlite"`)},
	{"libraries", "the MySQL driver in service", "service must not know github.com/go-sql-driver/mysql", one("service/x.go", `package service; import _ "github.com/go-sql-driver/mysql"`)},
	{"libraries", "WeChat's SDK in service", "package wechat", one("service/x.go", `package service; import _ "github.com/silenceper/wechat/v2/miniprogram"`)},
	{"libraries", "gin in service", "HTTP is api's", one("service/x.go", `package service; import _ "github.com/gin-gonic/gin"`)},
	{"libraries", "HTTP in model", "model must not know net/http", one("model/x.go", `package model; import _ "net/http"`)},
	{"libraries", "JSON in service", "at the edge", one("service/x.go", `package service; import _ "encoding/json"`)},
	{"libraries", "Redis in api", "use package cache", one("api/x.go", `package api; import _ "github.com/redis/go-redis/v9"`)},
	{"libraries", "Excel in api", "service/sheet", one("api/x.go", `package api; import _ "github.com/xuri/excelize/v2"`)},
	{"libraries", "CSV in service", "service/sheet", one("service/x.go", `package service; import _ "encoding/csv"`)},
	{"libraries", "keys in api", "seal with model.Keys", one("api/x.go", `package api; import _ "github.com/tink-crypto/tink-go/v2/aead"`)},
	{"libraries", "settings read in main", "settings come from config", one("main.go", `package main; import _ "github.com/alecthomas/kong"`)},
	{"libraries", "migrations in model", "migrate with model.Open", one("model/x.go", `package model; import _ "github.com/pressly/goose/v3"`)},
	{"libraries", "metrics in service", "count in api", one("service/x.go", `package service; import _ "github.com/prometheus/client_golang/prometheus"`)},
	{"libraries", "traces in service", "tell a Watch", one("service/x.go", `package service; import _ "go.opentelemetry.io/otel/trace"`)},
	{"libraries", "gorm's words in service", "", one("service/x.go", `package service; import _ "gorm.io/gorm"`)},
	{"libraries", "metrics in main", "", one("main.go", `package main; import _ "github.com/prometheus/client_golang/prometheus/collectors"`)},

	{"names of JSON only at the edge", "a tagged record", "json tag outside api", one("model/x.go", "package model\ntype T struct { A string `gorm:\"size:3\" json:\"a\"` }")},
	{"names of JSON only at the edge", "a view", "", one("api/x.go", "package api\ntype T struct { A string `json:\"a\"` }")},

	{"one clock", "the wall clock in service", "time.Now outside main", one("service/x.go", `package service; import "time"; var a = time.Now()`)},
	{"one clock", "the clock as a value", "time.Now outside main", one("cache/x.go", `package cache; import "time"; var a = time.Now`)},
	{"one clock", "the wall clock in disguise", "time.Since outside main", one("model/x.go", `package model; import "time"; func a(t time.Time) any { return time.Since(t) }`)},
	{"one clock", "main winds the clock", "", one("main.go", `package main; import "time"; var a = time.Now()`)},

	{"query text only in the model", "a query in a use case", ".Where(…) is query text", one("service/x.go", `package service; func a(t *tx) { t.Where("a = 1") }`)},
	{"query text only in the model", "a write in a use case", ".Create(…) is query text", one("service/x.go", `package service; func a(t *tx) { t.Create(1) }`)},
	{"query text only in the model", "SQL in api", ".Raw(…) is query text", one("api/x.go", `package api; func (a *API) b() { a.DB.Raw("SELECT 1") }`)},
	{"query text only in the model", "a package's function of that name", "", one("service/x.go", `package service; import "strings"; var a = strings.Count("a", "b")`)},
	{"query text only in the model", "a question without an argument", "", one("service/x.go", `package service; func a(t thing) { t.Count() }`)},

	{"only inTx opens transactions", "a use case opens one", ".Tx(…) opens a transaction", one("service/x.go", `package service; func (s *Service) a() { s.DB.Tx(nil, nil) }`)},
	{"only inTx opens transactions", "a query opens one", ".Transaction(…) opens a transaction", one("model/x.go", `package model; func a(tx handle) { tx.Transaction(nil) }`)},
	{"only inTx opens transactions", "a second function beside inTx", ".Begin(…) opens a transaction", one("service/transaction.go", `package service; func b() { s.Begin() }`)},
	{"only inTx opens transactions", "commit itself", "", one("service/transaction.go", `package service; func commit() { s.DB.Tx(nil, nil) }`)},

	{"each table is written from one file", "by the type of what is stored", "table users is written from model/a.go and model/b.go", []file{
		{"model/a.go", `package model; type User struct{}; func a(tx *gorm.DB, u *User) { tx.Create(u) }`},
		{"model/b.go", `package model; func b(tx *gorm.DB) { rows := make([]User, 3); tx.Clauses(1).CreateInBatches(&rows, 5) }`},
	}},
	{"each table is written from one file", "by Model", "table roles is written from model/a.go and model/b.go", []file{
		{"model/a.go", `package model; type Appointment struct{}; func a(tx *gorm.DB) { tx.Model(&Appointment{}).Where("id = 1").Update("a", 2) }`},
		{"model/b.go", `package model; func b(tx *gorm.DB) { tx.Where("1 = 1").Delete(&Appointment{}) }`},
	}},
	{"each table is written from one file", "by name and by SQL", "table nodes is written from model/a.go and model/b.go", []file{
		{"model/a.go", `package model; func a(tx *gorm.DB) { tx.Table("nodes").Where("id = 1").Updates(nil) }`},
		{"model/b.go", `package model; func b(tx *gorm.DB) { tx.Exec("UPDATE nodes SET path = ?", 1) }`},
	}},
	{"each table is written from one file", "by a leaf and by the model", "table jobs is written from model/job.go and service/outbox", []file{
		{"model/job.go", `package model; type Job struct{}; func a(tx *gorm.DB, j *Job) { tx.Save(j) }`},
		{"service/outbox/a.go", `package outbox; import "danyuan/model"; func b(tx *gorm.DB) { j := model.Job{}; tx.Create(&j) }`},
	}},
	{"each table is written from one file", "a write that can't be told", "can't be told", one("model/a.go", `package model; func a(tx *gorm.DB, row any) { tx.Create(row) }`)},
	{"each table is written from one file", "by a query that a variable and a function hold", "table consents is written from model/a.go and model/b.go", []file{
		{"model/a.go", `package model; type Consent struct{}; func of(tx *gorm.DB) *gorm.DB { return tx.Model(&Consent{}).Where("a") }; func a(tx *gorm.DB) { of(tx).Updates(nil) }`},
		{"model/b.go", `package model; func b(tx *gorm.DB) { q := tx.Model(&Consent{}); q.Update("a", 1) }`},
	}},
	{"each table is written from one file", "through a function that writes what it is given", "table users is written from model/a.go and model/b.go", []file{
		{"model/a.go", `package model; type User struct{}; func all[R any](tx *gorm.DB, rows []R) { tx.Create(&rows) }; func a(tx *gorm.DB, u []User) { all(tx, u) }`},
		{"model/b.go", `package model; func b(tx *gorm.DB) { all[User](tx, nil, make([]User, 1)) }`},
	}},
	{"each table is written from one file", "a file that was split", "", []file{
		{"model/role.go", `package model; type Appointment struct{}; func a(tx *gorm.DB, a *Appointment) { tx.Create(a) }`},
		{"model/role_term.go", `package model; func b(tx *gorm.DB, a *Appointment) { tx.Delete(a) }`},
	}},
	{"each table is written from one file", "reads from anywhere", "", []file{
		{"model/a.go", `package model; type User struct{}; func a(tx *gorm.DB, u *User) { tx.Create(u) }`},
		{"model/b.go", `package model; func b(tx *gorm.DB) { var u []User; tx.Table("users").Joins("JOIN nodes").Find(&u); tx.Raw("SELECT 1 FROM users") }`},
	}},

	{"a file is a few screens", "too long", "at most 400", one("api/x.go", "package api\n"+strings.Repeat("\n", 400))},
	{"no drawer for anything", "by name", "its one job", one("model/tools/x.go", `package utils`)},
	{"no drawer for anything", "by folder", "its one job", one("service/common/x.go", `package words`)},

	{"a page that is named is there", "nobody has built it", "pages/nowhere/index is not in", one("service/x.go", `package service; const page = "pages/nowhere/index?id="`)},
	{"a page that is named is there", "of a sub-package", "", one("service/x.go", `package service; const page = "/staff/desk/index"`)},
	{"what an answer takes in is described", "an unexported view", "photoView would be answered", one("api/x.go", `package api; type listedView struct { photoView; Name string }`)},
	{"what an answer takes in is described", "an exported one", "", one("api/x.go", `package api; type listedView struct { PhotoView; Name string }`)},
}

func one(path, text string) []file { return []file{{path, text}} }
