package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/config"
	"danyuan/model"
	"danyuan/testkit"
)

// The same on a database server and a Redis, where the tests are given them.
func TestDoctor_looksAtServersAndNotOnlyAtFiles(t *testing.T) {
	if os.Getenv(testkit.DatabaseEnv) == "" {
		t.Skip("there is no server")
	}
	dir := t.TempDir()
	env := map[string]string{"DATA_DIR": dir, "DATABASE_URL": testkit.OpenDatabase(t), "REDIS_URL": os.Getenv("DANYUAN_TEST_REDIS_URL"), "PORT": "0"}
	if err := model.CreateKeys(filepath.Join(dir, "keys")); err != nil {
		t.Fatal(err)
	}
	said, err := consulted(t, env)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	told(t, said, notice, "数据库", "是空的", "指错了库")
	said, _ = consulted(t, env)
	told(t, said, notice, "数据库", "是空的") // looking has made nothing
	h, err := open(t.Context(), config.Settings{DataDir: dir, DatabaseURL: env["DATABASE_URL"], LogLevel: "error"}, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = h.Close() }()
	said, err = consulted(t, env)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	told(t, said, fine, "待办", "没有卡住的")
	if env["REDIS_URL"] != "" {
		told(t, said, fine, "Redis", "问一次用")
	}
	tamper(t, h, func(tx *gorm.DB) error {
		return tx.Create(&model.Audit{At: clock{}.Now().UTC().Add(time.Hour), Action: "test"}).Error
	})
	said, _ = consulted(t, env)
	told(t, said, broken, "时钟", "拨慢了")
}
