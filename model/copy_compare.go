package model

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"gorm.io/gorm"
)

// Compare holds one database, as a handle sees it, against another, as Copy does at its end: all tables, or
// only some. Refusal: ErrCopyDiffers.
func Compare(ctx context.Context, src *gorm.DB, to *DB, differs func(table, what string), only ...string) error {
	parts, err := copied()
	if err != nil {
		return err
	}
	if len(only) > 0 {
		parts = slices.DeleteFunc(parts, func(p copiedTable) bool { return !slices.Contains(only, p.table) })
	}
	return compareAll(ctx, src, to, parts, differs)
}

func compareAll(ctx context.Context, src *gorm.DB, to *DB, parts []copiedTable, differs func(table, what string)) error {
	equal := true
	for _, p := range parts {
		what, err := p.compare(ctx, src, to)
		if err != nil {
			return fmt.Errorf("model: comparing %s: %w", p.table, err)
		}
		if what != "" {
			differs(p.table, what)
			equal = false
		}
	}
	if !equal {
		return ErrCopyDiffers
	}
	return nil
}

// compare goes through both in the order of the key, and says where they differ first; "" for nowhere.
func (t copiedTable) compare(ctx context.Context, src *gorm.DB, to *DB) (string, error) {
	a, err := t.rows(src, nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = a.Close() }()
	b, err := t.rows(to.Read(ctx), nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = b.Close() }()
	for {
		more, has := a.Next(), b.Next()
		if !more && !has {
			if err := a.Err(); err != nil {
				return "", err
			}
			return "", b.Err()
		}
		if more != has {
			return "one has more rows than the other", nil
		}
		was, err := t.scan(a)
		if err != nil {
			return "", err
		}
		is, err := t.scan(b)
		if err != nil {
			return "", err
		}
		for i := range was {
			if !sameValue(was[i], is[i]) {
				return fmt.Sprintf("row %v: column %s", t.keyOf(was), t.columns[i]), nil
			}
		}
	}
}

func sameValue(a, b any) bool {
	switch x := a.(type) {
	case time.Time:
		y, ok := b.(time.Time)
		return ok && x.Equal(y)
	case *time.Time:
		y, ok := b.(*time.Time)
		return ok && (x == nil) == (y == nil) && (x == nil || x.Equal(*y))
	}
	return reflect.DeepEqual(a, b)
}
