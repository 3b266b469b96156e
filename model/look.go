package model

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model/migration"
)

// Sight is what looking at a database shows. Looking changes nothing in it.
type Sight struct {
	Engine      string            // "sqlite", "mysql", …
	Version     string            // what the engine says of its own version
	Have, Known int64             // the number of the last migration: of the database (0: it is empty), of this binary
	Clock       time.Time         // the server's; zero where the database is a file and has none
	Settings    map[string]string // of a server, as far as danyuan depends on them; in lower case
}

// Look looks at the database as it is.
func (d *DB) Look(ctx context.Context) (Sight, error) {
	s := Sight{Engine: d.dialect, Settings: map[string]string{}}
	h, err := d.Read(ctx), error(nil)
	if s.Known, err = migration.Known(); err != nil {
		return s, err
	}
	version := "SELECT VERSION()"
	if d.dialect == "sqlite" {
		version = "SELECT sqlite_version()"
	}
	if err := h.Raw(version).Scan(&s.Version).Error; err != nil {
		return s, err
	}
	if d.dialect != "sqlite" {
		if err := h.Raw("SELECT CURRENT_TIMESTAMP").Scan(&s.Clock).Error; err != nil {
			return s, err
		}
	}
	if h.Migrator().HasTable(migration.Table) {
		if err := h.Raw("SELECT COALESCE(MAX(version_id), 0) FROM " + migration.Table).Scan(&s.Have).Error; err != nil {
			return s, err
		}
	}
	switch d.dialect {
	case "mysql":
		err = mysqlSettings(h, s.Settings)
	case "postgres":
		err = d.Snapshot(ctx, func(tx *gorm.DB) error { return postgresSettings(tx, s.Settings) }) // a pool in front of it may know no transactions
	}
	return s, err
}

// postgresSettings asks how texts are ordered by comparing two, because a database's locale has several names
// and kinds.
func postgresSettings(h *gorm.DB, into map[string]string) error {
	for name, text := range map[string]string{
		"max_connections": "SELECT current_setting('max_connections')",
		"fsync":           "SELECT current_setting('fsync')", "synchronous_commit": "SELECT current_setting('synchronous_commit')",
		"creates": "SELECT COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false)::text",
		"ordered": "SELECT CASE WHEN 'a' < 'B' THEN 'by language' ELSE 'by bytes' END",
	} {
		var value string
		if err := h.Raw(text).Scan(&value).Error; err != nil {
			return err
		}
		into[name] = strings.ToLower(value)
	}
	return nil
}

func mysqlSettings(h *gorm.DB, into map[string]string) error {
	for _, text := range []string{
		"SHOW VARIABLES WHERE Variable_name IN ('max_connections', 'innodb_flush_log_at_trx_commit', 'log_bin', 'log_bin_trust_function_creators')",
		"SHOW STATUS WHERE Variable_name IN ('wsrep_ready', 'wsrep_cluster_status', 'wsrep_cluster_size')",
	} {
		var rows []struct {
			Name  string `gorm:"column:Variable_name"`
			Value string `gorm:"column:Value"`
		}
		if err := h.Raw(text).Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			into[r.Name] = strings.ToLower(r.Value)
		}
	}
	return nil
}

// ErrOtherKeys says that the keys do not open what is in the database, or do not find it.
var ErrOtherKeys = fault.New(fault.Conflict, "keys.other", "密钥和数据库不是一套。请把这个数据库的密钥从备份里放回来。")

// KeysFit tries the keys on somebody who has a phone number: nil when they fit or when there is nobody,
// ErrOtherKeys when they do not.
func (d *DB) KeysFit(ctx context.Context) error {
	var some []struct{ ID int64 }
	h := d.Read(ctx)
	err := h.Model(&Person{}).Select("id").Where("phone_index IS NOT NULL").Order("id").Limit(1).Scan(&some).Error
	if err != nil || len(some) == 0 {
		return err
	}
	p, err := PersonByID(h, some[0].ID)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, ErrPersonNotFound): // gone a moment ago
		return nil
	case err != nil:
		return ErrOtherKeys.Because(err)
	case p.PhoneIndex != nil && d.keys.PhoneIndex(p.Phone) != *p.PhoneIndex:
		return ErrOtherKeys
	}
	return nil
}

// NewestAudit is when the newest entry of the audit log was written; zero when there is none.
func NewestAudit(h *gorm.DB) (time.Time, error) {
	a, err := maybe[Audit](h.Order("id DESC"))
	if a == nil {
		return time.Time{}, err
	}
	return a.At, err
}
