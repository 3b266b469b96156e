package model

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// Keys seal personal data (tink AEAD; the column's name is bound in, so a value moved to another
// column does not open) and make blind indexes (tink PRF) by which it is found again.
type Keys struct {
	seal  tink.AEAD
	index *prf.Set
}

const sealFile, indexFile = "seal.json", "index.json"

var keyFiles = []string{sealFile, indexFile}

// MissingKeys names the files of the two keysets that a folder does not have.
func MissingKeys(dir string) (missing []string) {
	for _, file := range keyFiles {
		if _, err := os.Lstat(filepath.Join(dir, file)); errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, file)
		}
	}
	return missing
}

// CreateKeys writes two new keysets into dir, readable by the owner only. It refuses a folder that
// already has some, or one of them, with fs.ErrExist: whoever overwrites keys loses every sealed value.
func CreateKeys(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if len(MissingKeys(dir)) < len(keyFiles) { // also when only one of them is lost: a new one opens nothing
		return fs.ErrExist
	}
	for file, create := range map[string]func() (*keyset.Handle, error){
		sealFile:  func() (*keyset.Handle, error) { return keyset.NewHandle(aead.AES256GCMKeyTemplate()) },
		indexFile: func() (*keyset.Handle, error) { return keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate()) },
	} {
		h, err := create()
		if err != nil {
			return err
		}
		var buf bytes.Buffer
		if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&buf)); err != nil {
			return err
		}
		f, err := os.OpenFile(filepath.Join(dir, file), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names the folder
		if err != nil {
			return err
		}
		_, err = f.Write(buf.Bytes())
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// LoadKeys reads the two keysets of a folder; fs.ErrNotExist when there are none.
func LoadKeys(dir string) (*Keys, error) {
	read := func(file string) (*keyset.Handle, error) {
		f, err := os.Open(filepath.Join(dir, file)) //nolint:gosec // the operator names the folder
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		return insecurecleartextkeyset.Read(keyset.NewJSONReader(f))
	}
	sealing, err := read(sealFile)
	if err != nil {
		return nil, err
	}
	indexing, err := read(indexFile)
	if err != nil {
		return nil, err
	}
	a, err := aead.New(sealing)
	if err != nil {
		return nil, err
	}
	p, err := prf.NewPRFSet(indexing)
	if err != nil {
		return nil, err
	}
	return &Keys{seal: a, index: p}, nil
}

// Index gives the blind index of a normalised value: equal values of one column have equal indexes,
// and nothing can be read from them without the key.
func (k *Keys) Index(column, value string) string {
	b, err := k.index.ComputePrimaryPRF([]byte(column+"\x00"+value), 16)
	if err != nil {
		// The PRF fails only for a length that it can't give; 16 it can.
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

const signatureLength = 16

// Sign gives a signature of what we hand out and want to recognise: HMAC under a key of the purpose's own.
func (k *Keys) Sign(purpose string, message []byte) []byte {
	b, err := k.index.ComputePrimaryPRF(forSigning(purpose, message), signatureLength)
	if err != nil {
		return nil // as with Index: it can give this length
	}
	return b
}

// Signed tells whether we have signed a message, with today's key or one before.
func (k *Keys) Signed(purpose string, message, signature []byte) bool {
	for _, p := range k.index.PRFs {
		want, err := p.ComputePRF(forSigning(purpose, message), signatureLength)
		if err == nil && hmac.Equal(want, signature) {
			return true
		}
	}
	return false
}

// forSigning keeps signatures apart from blind indexes: no column has a name with a space in it.
func forSigning(purpose string, message []byte) []byte {
	return append([]byte("signature of "+purpose+"\x00"), message...)
}

type keysInContext struct{}

func (k *Keys) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, keysInContext{}, k)
}

// KeysOf gives the keys of the database that a handle belongs to.
func KeysOf(tx *gorm.DB) *Keys { k, _ := tx.Statement.Context.Value(keysInContext{}).(*Keys); return k }

var errNoKeys = errors.New("model: no keys to seal with")

// sealer is gorm's serializer for fields tagged serializer:sealed. Empty is stored as NULL.
type sealer struct{}

func init() { schema.RegisterSerializer("sealed", sealer{}) }

// Value seals what is written.
func (sealer) Value(ctx context.Context, f *schema.Field, _ reflect.Value, value any) (any, error) {
	k, _ := ctx.Value(keysInContext{}).(*Keys)
	if k == nil {
		return nil, errNoKeys
	}
	v := reflect.ValueOf(value)
	var plain []byte
	switch {
	case v.Kind() == reflect.String:
		plain = []byte(v.String())
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		plain = v.Bytes()
	default:
		return nil, fmt.Errorf("model: column %s can't be sealed from a %T", f.DBName, value)
	}
	if len(plain) == 0 {
		return nil, nil
	}
	return k.seal.Encrypt(plain, []byte(f.Schema.Table+"."+f.DBName))
}

// Scan opens what is read.
func (sealer) Scan(ctx context.Context, f *schema.Field, dst reflect.Value, stored any) error {
	b, ok := stored.([]byte)
	if !ok || len(b) == 0 {
		f.ReflectValueOf(ctx, dst).SetZero()
		return nil
	}
	k, _ := ctx.Value(keysInContext{}).(*Keys)
	if k == nil {
		return errNoKeys
	}
	plain, err := k.seal.Decrypt(b, []byte(f.Schema.Table+"."+f.DBName))
	if err != nil {
		return fmt.Errorf("model: column %s.%s can't be opened: %w", f.Schema.Table, f.DBName, err)
	}
	field := f.ReflectValueOf(ctx, dst)
	if field.Kind() == reflect.String {
		field.SetString(string(plain))
		return nil
	}
	field.SetBytes(plain)
	return nil
}

// guardSealed closes the ways around the serializer that gorm leaves open: updates and creates from
// maps would store plain text. Raw SQL is stopped by the CHECK on every sealed column.
func guardSealed(h *gorm.DB) error {
	seal := func(tx *gorm.DB) {
		maps, ok := mapsOf(tx.Statement.Dest)
		if !ok || tx.Statement.Schema == nil {
			return
		}
		for _, m := range maps {
			for name, v := range m {
				f := tx.Statement.Schema.LookUpField(name)
				if f == nil || f.TagSettings["SERIALIZER"] != "sealed" || v == nil {
					continue
				}
				sealed, err := sealer{}.Value(tx.Statement.Context, f, reflect.Value{}, v)
				if err != nil {
					_ = tx.AddError(err)
					return
				}
				m[name] = sealed
			}
		}
	}
	return errors.Join(
		h.Callback().Update().Before("gorm:update").Register("danyuan:seal", seal),
		h.Callback().Create().Before("gorm:create").Register("danyuan:seal", seal),
	)
}

func mapsOf(dest any) ([]map[string]any, bool) {
	switch d := dest.(type) {
	case map[string]any:
		return []map[string]any{d}, true
	case *map[string]any:
		return []map[string]any{*d}, true
	case []map[string]any:
		return d, true
	case *[]map[string]any:
		return *d, true
	}
	return nil, false
}
