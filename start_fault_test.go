package main

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/blob"
	"danyuan/config"
	"danyuan/model"
)

// What an operator reads when danyuan does not start names what is at fault, and no secret.
func TestOpen_saysWhatIsAtFault(t *testing.T) {
	dir := t.TempDir()
	says := func(err error, texts ...string) {
		t.Helper()
		if err == nil {
			t.Fatal("no fault")
		}
		said := operatorReads(err)
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
	_, err = open(t.Context(), config.Settings{DataDir: dir, DatabaseURL: "sqlite:" + dir, LogLevel: "error"}, 2)
	says(err, "数据库文件 "+dir, "磁盘空间")

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
	_, err = listenAt(t.Context(), "127.0.0.1:"+silentPort(t), "PORT")
	says(err, "PORT", "占用", "127.0.0.1:")
	says((&firstAdmin{Settings: config.Settings{DataDir: t.TempDir(), LogLevel: "error"}, Name: "郑管理", Phone: "13900000001", District: "340802"}).Run(t.Context()), "danyuan import")
}

// operatorReads is what the operator reads of an error.
func operatorReads(err error) string {
	var said bytes.Buffer
	ended(&said, err)
	return said.String()
}

// A database that is not this program's to work with stays as it is, and the operator reads why.
func TestOpen_refusesADatabaseThatIsNotItsOwn(t *testing.T) {
	dir := filledCopy(t)
	set := config.Settings{DataDir: dir, LogLevel: "error"}
	h, err := open(t.Context(), set, 2)
	if err != nil {
		t.Fatal(err)
	}
	tamper(t, h, func(tx *gorm.DB) error {
		return tx.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, ?)", true).Error
	})
	_, err = open(t.Context(), set, 2)
	if said := operatorReads(err); !strings.Contains(said, "9999") || !strings.Contains(said, "新的程序") || strings.Contains(said, "DATABASE_URL") {
		t.Errorf("a newer database: %s", said)
	}

	set.DataDir = filledCopy(t)
	set.KeysDir = filepath.Join(t.TempDir(), "keys")
	if err := model.CreateKeys(set.KeysDir); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t.Context(), set, 2); !errors.Is(err, model.ErrOtherKeys) || !strings.Contains(operatorReads(err), set.KeysDir) {
		t.Errorf("another installation's keys: %v", err)
	}
	if err := os.WriteFile(filepath.Join(set.KeysDir, "seal.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t.Context(), set, 2); err == nil || !strings.Contains(err.Error(), set.KeysDir) || !strings.Contains(err.Error(), "备份") {
		t.Errorf("a broken key file: %v", err)
	}
}

// TestRun_saysWhyAndWithWhatCode: who runs danyuan in a script goes by its exit code.
func TestRun_saysWhyAndWithWhatCode(t *testing.T) {
	var said bytes.Buffer
	if code := ended(&said, blob.ErrUnavailable.Because(errors.New("no space left on device"))); code != 1 || !strings.Contains(said.String(), "no space left") {
		t.Errorf("%d: %s", code, &said)
	}
	said.Reset()
	if code := ended(&said, nil); code != 0 || said.Len() > 0 {
		t.Errorf("%d: %s", code, &said)
	}

	dir := filledCopy(t)
	cmd := danyuan([]string{"DATA_DIR=" + dir, "LOG_LEVEL=error"}, "backup", filepath.Join(dir, "backup"))
	var text bytes.Buffer
	cmd.Stderr = &text
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for range 10_000 {
		if _, err := os.Stat(filepath.Join(dir, "backup", backupFile+".part")); err == nil {
			break
		}
		<-look.C
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 1 || !strings.Contains(text.String(), errInterrupted.Text) {
		t.Errorf("a backup that was broken off: %v, %s", err, &text)
	}
}

// What is broken off looks different in each driver, and is one thing for who broke it off.
func TestIfInterrupted_saysSoWhateverADriverSays(t *testing.T) {
	going, ended := t.Context(), func() context.Context { ctx, end := context.WithCancel(t.Context()); end(); return ctx }()
	broken := fmt.Errorf("model: copying matters: %w", driver.ErrBadConn)
	for _, c := range []struct {
		ctx       context.Context //nolint:containedctx // what is tested
		err, want error
	}{
		{going, nil, nil}, {ended, nil, nil}, {going, broken, broken}, {ended, broken, errInterrupted}, {ended, context.Canceled, errInterrupted},
		{ended, blob.ErrUnavailable, errInterrupted}, {ended, errBackedUp, errBackedUp}, {ended, errDiffers, errDiffers},
	} {
		if got := ifInterrupted(c.ctx, c.err); !errors.Is(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("%v, interrupted %v: %v, want %v", c.err, c.ctx.Err() != nil, got, c.want)
		}
	}
}
