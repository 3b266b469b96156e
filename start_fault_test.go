package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"danyuan/config"
	"danyuan/fault"
)

// What an operator reads when danyuan does not start names what is at fault, and no secret.
func TestOpen_saysWhatIsAtFault(t *testing.T) {
	dir := t.TempDir()
	says := func(err error, texts ...string) {
		t.Helper()
		if err == nil {
			t.Fatal("no fault")
		}
		said := err.Error()
		if f := fault.Of(err); f != nil {
			said = f.Text
		}
		for _, text := range texts {
			if !strings.Contains(said, text) {
				t.Errorf("%q is missing in %q", text, said)
			}
		}
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("a secret: %v", err)
		}
	}
	_, err := open(t.Context(), config.Settings{DataDir: dir, DatabaseURL: "mysql://me:s3cret@127.0.0.1:1/danyuan", LogLevel: "error"}, 2)
	says(err, "数据库 mysql://127.0.0.1:1/danyuan", "DATABASE_URL")

	keys := filepath.Join(dir, "other")
	if err := (&createKeys{keys}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	says((&createKeys{keys}).Run(t.Context()), "已经有密钥文件", keys)
	for _, file := range []string{"seal.json", "index.json"} {
		lost := filepath.Join(keys, file)
		if err := os.Rename(lost, lost+".away"); err != nil {
			t.Fatal(err)
		}
		says((&createKeys{keys}).Run(t.Context()), "已经有密钥文件")
		_, err := open(t.Context(), config.Settings{DataDir: dir, KeysDir: keys, LogLevel: "error"}, 2)
		says(err, "缺少 "+file, "备份")
		if _, err := os.Stat(lost); err == nil {
			t.Errorf("a new %s was made beside the old keys", file)
		}
		if err := os.Rename(lost+".away", lost); err != nil {
			t.Fatal(err)
		}
	}
	says((&firstAdmin{Settings: config.Settings{DataDir: t.TempDir(), LogLevel: "error"}, Name: "郑管理", Phone: "13900000001", District: "340802"}).Run(t.Context()), "danyuan import")
}
