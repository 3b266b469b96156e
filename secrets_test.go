package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// secrets are the forms of what must not lie in the source: those of others that are most often left
// there, and our own. A word like "example" or "fake" in it says that it is none.
var secrets = map[string]*regexp.Regexp{
	"a private key":              regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`),
	"a keyset":                   regexp.MustCompile(`"(keyMaterialType|encryptedKeyset|primaryKeyId)"\s*:`),
	"a key id of a store":        regexp.MustCompile(`\b(AKIA[0-9A-Z]{16}|AKID[0-9A-Za-z]{32})\b`),
	"a token of a code host":     regexp.MustCompile(`\b(gh[pousr]_[0-9A-Za-z]{36}|glpat-[0-9A-Za-z_-]{20}|npm_[0-9A-Za-z]{36})\b`),
	"a JWT":                      regexp.MustCompile(`\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{20,}`),
	"a secret of a mini-program": regexp.MustCompile(`(?i)(secret|token|password|aes_?key)["'` + "`" + `]?\s*[:=]+\s*["'` + "`" + `]?[0-9a-f]{32}\b`),
	"an AES key of a push":       regexp.MustCompile(`(?i)aes_?key["'` + "`" + `]?\s*[:=]+\s*["'` + "`" + `]?[0-9A-Za-z]{43}\b`),
	"a session's token":          regexp.MustCompile(`Bearer [0-9A-Za-z_-]{43}\b`),
	"a password in an address":   regexp.MustCompile(`\b(mysql|postgres|postgresql|redis|rediss|https?|mongodb)://[^\s/:@"'` + "`" + `]+:[^\s/:@"'` + "`" + `]{8,}@`),
}

var placeholder = regexp.MustCompile(`(?i)fake|password|passwort|example|secret@|user:|0123456789abcdef|s3cr3t|geheim|%s|\$\{?[A-Za-z]`)

// TestSource_holdsNoSecret looks into every file that belongs to danyuan.
func TestSource_holdsNoSecret(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (slices.Contains([]string{".git", "node_modules", "data"}, d.Name())):
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil || bytes.IndexByte(text, 0) >= 0 {
			return err
		}
		files++
		for _, found := range secretsIn(string(text)) {
			t.Errorf("%s holds %s: take it out, and make another, since this one is known now", name, found)
		}
		return nil
	})
	if err != nil || files < 500 {
		t.Errorf("%d files were read, %v", files, err)
	}
}

// TestSource_findsASecretOfEachKind: each is put together here, so that this file holds none.
func TestSource_findsASecretOfEachKind(t *testing.T) {
	long := strings.Repeat("aB3dE5fG7h", 5)
	for kind, text := range map[string]string{
		"a private key":              "-----BEGIN EC " + "PRIVATE KEY-----",
		"a keyset":                   `{"primary` + `KeyId":1}`,
		"a key id of a store":        "AK" + "ID" + long[:32],
		"a token of a code host":     "gh" + "p_" + long[:36],
		"a JWT":                      "ey" + "J" + long[:12] + ".ey" + "J" + long[:20] + "." + long[:30],
		"a secret of a mini-program": "WECHAT_SEC" + "RET=" + strings.Repeat("9f", 16),
		"an AES key of a push":       "aes" + "_key: " + long[:43],
		"a session's token":          "Bea" + "rer " + long[:43],
		"a password in an address":   "mysql:/" + "/danyuan:" + long[:12] + "@db:3306/x",
	} {
		if found := secretsIn("x\n" + text + "\ny"); !slices.Contains(found, kind) {
			t.Errorf("%s was not found in %q", kind, text)
		}
	}
	if len(secrets) != 9 {
		t.Errorf("%d kinds, of which this test knows 9: give it an example of each", len(secrets))
	}
}

func secretsIn(text string) (found []string) {
	for kind, form := range secrets {
		for _, s := range form.FindAllString(text, -1) {
			if !placeholder.MatchString(s) {
				found = append(found, kind)
				break
			}
		}
	}
	slices.Sort(found)
	return found
}
