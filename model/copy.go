package model

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"danyuan/fault"
	"danyuan/model/migration"
)

// Refusals of copying.
var (
	ErrCopyInUse    = fault.New(fault.Conflict, "copy.target_in_use", "目标数据库里已经有数据，没有改动任何内容。请换一个空的数据库；上一次已经说“全部逐行核对一致”、只是后来中断了的，复制已经做完，运行 danyuan verify 核对就可以使用。")
	ErrCopyHalf     = fault.New(fault.Conflict, "copy.unfinished", "这个数据库只复制了一部分，不能使用。请用同样的命令把复制做完。")
	ErrCopyDiffers  = fault.New(fault.Conflict, "copy.differs", "复制以后有对不上的地方，已列在上面。如果源数据库在复制中断期间有改动，请换一个空的目标数据库重新复制。")
	errCopyLostKeys = fault.New(fault.Internal, "copy.no_key", "系统出了点问题：有一张表没有主键。请联系技术人员。")
)

// beingCopied is the lock that a database has while it is only partly copied. Its name lies before all
// others, so that the copy of the locks goes on after it.
const beingCopied = "!copying"

// copiedAtOnce is how many rows are written by one statement, and copiedBytes from which size on fewer are.
const (
	copiedAtOnce = 200
	copiedBytes  = 4 << 20
)

// Copy moves every row of one database, as it is at one moment, into another of any engine: one that has
// nothing in it but what migrations put there, or that an earlier Copy from the same has not finished. Then
// it holds both against each other, row by row and column by column; progress is told how many more rows of
// a table were written, differs of each table's first difference. Sealed columns are copied as they are: both
// databases need the same keys. Until all is equal no danyuan serves from the target. Refusals: ErrCopyInUse, ErrCopyHalf for the source, ErrCopyDiffers.
func Copy(ctx context.Context, from, to *DB, progress func(table string, rows int64), differs func(table, what string)) error {
	parts, err := copied()
	if err != nil {
		return err
	}
	if err := from.Whole(ctx); err != nil {
		return err
	}
	if err := to.ClearForCopy(ctx); err != nil {
		return err
	}
	return from.Snapshot(ctx, func(src *gorm.DB) error {
		for _, p := range parts {
			if err := p.copy(ctx, src, to, progress); err != nil {
				return fmt.Errorf("model: copying %s: %w", p.table, err)
			}
		}
		if err := compareAll(ctx, src, to, parts, differs); err != nil {
			return err
		}
		return to.finishCopy(ctx, src, parts)
	})
}

// Whole refuses a database that is only partly copied.
func (d *DB) Whole(ctx context.Context) error {
	half, err := d.isHalf(ctx)
	if err == nil && half {
		err = ErrCopyHalf
	}
	return err
}

func (d *DB) isHalf(ctx context.Context) (bool, error) {
	var n int64
	err := d.Read(ctx).Model(&Lock{}).Where("name = ?", beingCopied).Count(&n).Error
	return n > 0, err
}

// ClearForCopy takes away what migrations have put into a new database, and marks it as half: Copy begins with it.
// It leaves one that is half already as it is, and refuses one that is in use with ErrCopyInUse.
func (d *DB) ClearForCopy(ctx context.Context) error {
	half, err := d.isHalf(ctx)
	if err != nil || half {
		return err
	}
	parts, err := copied()
	if err != nil {
		return err
	}
	seeded := migration.Seeded()
	return d.Tx(ctx, func(tx *gorm.DB) error {
		for _, p := range slices.Backward(parts) {
			if slices.Contains(seeded, p.table) {
				if err := tx.Exec("DELETE FROM " + p.table).Error; err != nil {
					return err
				}
				continue
			}
			var used bool
			if err := tx.Raw("SELECT EXISTS (SELECT 1 FROM " + p.table + ")").Scan(&used).Error; err != nil {
				return err
			}
			if used {
				return ErrCopyInUse
			}
		}
		return tx.Create(&Lock{Name: beingCopied}).Error
	})
}

// finishCopy lets the target be used, and lets its own numbers go on where those of the source are: a row that is
// gone there may still be named by its number.
func (d *DB) finishCopy(ctx context.Context, src *gorm.DB, parts []copiedTable) error {
	for _, p := range parts {
		if !p.counts {
			continue
		}
		key := p.keyColumns()[0]
		last, err := lastNumber(src, p.table, key)
		if err != nil {
			return err
		}
		if err := d.Tx(ctx, func(tx *gorm.DB) error { return numberFrom(tx, p.table, key, last) }); err != nil {
			return err
		}
	}
	return d.Tx(ctx, func(tx *gorm.DB) error { return tx.Where("name = ?", beingCopied).Delete(&Lock{}).Error })
}

// DropSessions signs everybody out of a copy.
func (d *DB) DropSessions(ctx context.Context) error { return d.Tx(ctx, dropSessions) }

// copiedTable is a table, or that part of one that may be copied before the rest.
type copiedTable struct {
	table   string
	where   string // of this part
	columns []string
	types   []reflect.Type
	key     []int // which columns are the primary key
	counts  bool  // the database itself numbers its rows
}

// copied gives all tables, each after those that it points at: migrations make them in such an order.
func copied() ([]copiedTable, error) {
	var parts []copiedTable
	selves := migration.PointingAtThemselves()
	for _, record := range Tables() {
		s, err := schema.Parse(record, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			return nil, err
		}
		t := copiedTable{table: s.Table, where: "1 = 1"}
		for _, f := range s.Fields {
			if f.DBName == "" {
				continue
			}
			if f.PrimaryKey {
				t.key = append(t.key, len(t.columns))
				t.counts = t.counts || f.AutoIncrement
			}
			t.columns, t.types = append(t.columns, f.DBName), append(t.types, storedAs(f))
		}
		if len(t.key) == 0 {
			return nil, errCopyLostKeys
		}
		if column := selves[s.Table]; column != "" { // what is pointed at points at nothing itself
			first, last := t, t
			first.where, last.where = column+" IS NULL", column+" IS NOT NULL"
			parts = append(parts, first, last)
			continue
		}
		if s.Table == "locks" {
			t.where = "name <> '" + beingCopied + "'"
		}
		parts = append(parts, t)
	}
	order := migration.Tables()
	slices.SortStableFunc(parts, func(a, b copiedTable) int { return slices.Index(order, a.table) - slices.Index(order, b.table) })
	return parts, nil
}

// storedAs gives the type in which a column is read without changing what it says.
func storedAs(f *schema.Field) reflect.Type {
	if f.TagSettings["SERIALIZER"] == "sealed" {
		return reflect.TypeFor[[]byte]()
	}
	return f.FieldType
}

func (t copiedTable) keyColumns() []string {
	names := make([]string, len(t.key))
	for i, k := range t.key {
		names[i] = t.columns[k]
	}
	return names
}

// rows reads the table in the order of its key, after a key if there is one.
func (t copiedTable) rows(h *gorm.DB, after []any) (*sql.Rows, error) {
	q := h.Table(t.table).Select(t.columns).Where(t.where)
	if len(after) > 0 {
		where, args := laterThan(t.keyColumns(), after)
		q = q.Where(where, args...)
	}
	return q.Order(strings.Join(t.keyColumns(), ", ")).Rows()
}

// laterThan says "comes after this key" without comparing rows, which not every engine does by an index.
func laterThan(columns []string, after []any) (where string, args []any) {
	var either []string
	for i := range columns {
		one := ""
		for j := range i {
			one += columns[j] + " = ? AND "
			args = append(args, after[j])
		}
		either = append(either, "("+one+columns[i]+" > ?)")
		args = append(args, after[i])
	}
	return strings.Join(either, " OR "), args
}

// scan reads the present row.
func (t copiedTable) scan(rows *sql.Rows) ([]any, error) {
	into := make([]any, len(t.columns))
	for i, of := range t.types {
		into[i] = reflect.New(of).Interface()
	}
	if err := rows.Scan(into...); err != nil {
		return nil, err
	}
	for i := range into {
		into[i] = reflect.ValueOf(into[i]).Elem().Interface()
	}
	return into, nil
}

// copy writes what the target does not have yet.
func (t copiedTable) copy(ctx context.Context, src *gorm.DB, to *DB, progress func(table string, rows int64)) error {
	last, err := t.last(ctx, to)
	if err != nil {
		return err
	}
	rows, err := t.rows(src, last)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var some []any
	many, size := 0, 0
	flush := func() error {
		if many == 0 {
			return nil
		}
		names := make([]string, len(t.columns))
		for i, c := range t.columns {
			names[i] = to.write.Statement.Quote(c)
		}
		line := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(t.columns)), ", ") + ")"
		text := "INSERT INTO " + t.table + " (" + strings.Join(names, ", ") + ") VALUES " + strings.TrimSuffix(strings.Repeat(line+", ", many), ", ")
		if err := to.Tx(ctx, func(tx *gorm.DB) error { return tx.Exec(text, some...).Error }); err != nil {
			return err
		}
		progress(t.table, int64(many))
		some, many, size = some[:0], 0, 0
		return nil
	}
	for rows.Next() {
		row, err := t.scan(rows)
		if err != nil {
			return err
		}
		some = append(some, row...)
		many++
		size += sizeOf(row)
		if many == copiedAtOnce || size > copiedBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return flush()
}

func sizeOf(row []any) (n int) {
	for _, v := range row {
		if b, ok := v.([]byte); ok {
			n += len(b)
		}
	}
	return n
}

// last gives the key of the last row that the target has; none: nothing.
func (t copiedTable) last(ctx context.Context, to *DB) ([]any, error) {
	q := to.Read(ctx).Table(t.table).Select(t.columns).Where(t.where).Order(strings.Join(t.keyColumns(), " DESC, ") + " DESC").Limit(1)
	rows, err := q.Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return nil, rows.Err()
	}
	row, err := t.scan(rows)
	if err != nil {
		return nil, err
	}
	return t.keyOf(row), rows.Err()
}

func (t copiedTable) keyOf(row []any) []any {
	key := make([]any, len(t.key))
	for i, k := range t.key {
		key[i] = row[k]
	}
	return key
}
