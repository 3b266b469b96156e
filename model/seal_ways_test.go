package model_test

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"danyuan/testkit"
)

const secret = "13900000001 秘密"

// sealedField is one sealed field of one record, and a row of its table to work on.
type sealedField struct {
	s *schema.Schema
	f *schema.Field
}

func sealedFields(t testing.TB) (all []sealedField) {
	t.Helper()
	for _, s := range schemas(t) {
		for _, f := range s.Fields {
			if sealed(f) {
				all = append(all, sealedField{s, f})
			}
		}
	}
	return all
}

// row gives a new record whose columns all hold something that the table takes; it is stored by nobody.
func (x sealedField) row(n int) reflect.Value {
	r := reflect.New(x.s.ModelType)
	for _, f := range x.s.Fields {
		v := f.ReflectValueOf(context.Background(), r)
		if v.Kind() == reflect.Pointer {
			continue // NULL: unique keys are free then, and nothing is pointed at
		}
		switch {
		case f.PrimaryKey && v.CanInt():
			v.SetInt(int64(1000 + n))
		case v.Kind() == reflect.String:
			v.SetString("a" + strconv.Itoa(n))
		case v.CanInt():
			v.SetInt(int64(n))
		case v.Type() == reflect.TypeFor[time.Time]():
			v.Set(reflect.ValueOf(testkit.Start))
		case v.Type() == reflect.TypeFor[[]byte]():
			v.SetBytes([]byte("bytes" + strconv.Itoa(n)))
		}
	}
	return r
}

// value is the secret in the field's own type.
func (x sealedField) value() any {
	if x.f.FieldType.Kind() == reflect.Slice {
		return []byte(secret)
	}
	return reflect.ValueOf(secret).Convert(x.f.FieldType).Interface()
}

// with gives a new record that holds the secret.
func (x sealedField) with(n int) any {
	r := x.row(n)
	x.f.ReflectValueOf(context.Background(), r).Set(reflect.ValueOf(x.value()))
	return r.Interface()
}

// many gives a slice of them.
func (x sealedField) many(n int) any {
	rows := reflect.New(reflect.SliceOf(x.s.ModelType))
	for i := range 3 {
		rows.Elem().Set(reflect.Append(rows.Elem(), reflect.ValueOf(x.with(n+i)).Elem()))
	}
	return rows.Interface()
}

// asMap gives what a create from a map needs.
func (x sealedField) asMap(n int) map[string]any {
	r, m := x.row(n), map[string]any{}
	for _, f := range x.s.Fields {
		if f.DBName != "" && !sealed(f) {
			m[f.DBName] = f.ReflectValueOf(context.Background(), r).Interface()
		}
	}
	m[x.f.DBName] = x.value()
	return m
}

// ways are gorm's ways to write a column. Each gets a stored row's handle and a number for new rows.
func (x sealedField) ways() map[string]func(tx *gorm.DB, stored any, n int) error {
	col, plain := x.f.DBName, x.value()
	record := func() any { return reflect.New(x.s.ModelType).Interface() }
	one := func(tx *gorm.DB, stored any) *gorm.DB { return tx.Model(stored) }
	onConflict := func(assign any) clause.Expression {
		set := clause.Assignments(map[string]any{col: assign})
		return clause.OnConflict{Columns: []clause.Column{{Name: x.s.PrioritizedPrimaryField.DBName}}, DoUpdates: set}
	}
	return map[string]func(tx *gorm.DB, stored any, n int) error{
		"Create":            func(tx *gorm.DB, _ any, n int) error { return tx.Create(x.with(n)).Error },
		"Save of a new":     func(tx *gorm.DB, _ any, n int) error { return tx.Save(x.with(n)).Error },
		"CreateInBatches":   func(tx *gorm.DB, _ any, n int) error { return tx.CreateInBatches(x.many(n), 2).Error },
		"Create of many":    func(tx *gorm.DB, _ any, n int) error { return tx.Create(x.many(n)).Error },
		"Create from a map": func(tx *gorm.DB, _ any, n int) error { return tx.Model(record()).Create(x.asMap(n)).Error },
		"Create from a pointer to a map": func(tx *gorm.DB, _ any, n int) error {
			m := x.asMap(n)
			return tx.Model(record()).Create(&m).Error
		},
		"Create from maps": func(tx *gorm.DB, _ any, n int) error {
			rows := []map[string]any{x.asMap(n), x.asMap(n + 1)}
			return tx.Model(record()).Create(&rows).Error
		},
		"Create from a map by table name": func(tx *gorm.DB, _ any, n int) error { return tx.Table(x.s.Table).Create(x.asMap(n)).Error },
		"Save of a stored": func(tx *gorm.DB, stored any, _ int) error {
			x.f.ReflectValueOf(context.Background(), reflect.ValueOf(stored)).Set(reflect.ValueOf(plain))
			return tx.Save(stored).Error
		},
		"Update": func(tx *gorm.DB, stored any, _ int) error { return one(tx, stored).Update(col, plain).Error },
		"Updates from a record": func(tx *gorm.DB, stored any, _ int) error {
			r := reflect.New(x.s.ModelType)
			x.f.ReflectValueOf(context.Background(), r).Set(reflect.ValueOf(plain))
			return one(tx, stored).Updates(r.Elem().Interface()).Error
		},
		"Updates from a map": func(tx *gorm.DB, stored any, _ int) error {
			return one(tx, stored).Updates(map[string]any{col: plain}).Error
		},
		"Updates from a map by field name": func(tx *gorm.DB, stored any, _ int) error {
			return one(tx, stored).Updates(map[string]any{x.f.Name: plain}).Error
		},
		"Updates from a map by table name": func(tx *gorm.DB, _ any, _ int) error {
			return tx.Table(x.s.Table).Where("1 = 1").Updates(map[string]any{col: plain}).Error
		},
		"UpdateColumn": func(tx *gorm.DB, stored any, _ int) error { return one(tx, stored).UpdateColumn(col, plain).Error },
		"UpdateColumns from a map": func(tx *gorm.DB, stored any, _ int) error {
			return one(tx, stored).UpdateColumns(map[string]any{col: plain}).Error
		},
		"Update with an expression": func(tx *gorm.DB, stored any, _ int) error {
			return one(tx, stored).Update(col, gorm.Expr("?", plain)).Error
		},
		"Update without hooks": func(tx *gorm.DB, stored any, _ int) error {
			return tx.Session(&gorm.Session{SkipHooks: true}).Model(stored).Update(col, plain).Error
		},
		"FirstOrCreate": func(tx *gorm.DB, _ any, n int) error {
			return tx.Where("1 = 0").FirstOrCreate(x.with(n)).Error
		},
		"FirstOrCreate with Assign": func(tx *gorm.DB, stored any, _ int) error {
			return tx.Assign(map[string]any{col: plain}).Where("1 = 1").FirstOrCreate(record()).Error
		},
		"OnConflict with assignments": func(tx *gorm.DB, stored any, _ int) error {
			return tx.Clauses(onConflict(plain)).Create(stored).Error
		},
		"OnConflict with an assigned expression": func(tx *gorm.DB, stored any, _ int) error {
			return tx.Clauses(onConflict(gorm.Expr("?", plain))).Create(stored).Error
		},
		"OnConflict updating all": func(tx *gorm.DB, stored any, _ int) error {
			x.f.ReflectValueOf(context.Background(), reflect.ValueOf(stored)).Set(reflect.ValueOf(plain))
			return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(stored).Error
		},
		"Exec": func(tx *gorm.DB, _ any, _ int) error {
			return tx.Exec(fmt.Sprintf("UPDATE %s SET %s = ?", x.s.Table, col), plain).Error
		},
		"Exec of text": func(tx *gorm.DB, _ any, _ int) error {
			return tx.Exec(fmt.Sprintf("UPDATE %s SET %s = ?", x.s.Table, col), secret).Error
		},
	}
}
