package model

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

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
	return k.sealing().Encrypt(plain, []byte(f.Schema.Table+"."+f.DBName))
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
	plain, err := k.open(b, []byte(f.Schema.Table+"."+f.DBName))
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
