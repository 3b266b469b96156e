package model

import (
	"fmt"

	"gorm.io/gorm"
)

// lastNumber gives the highest number that a database has given by itself to a row of a table, also to one that is
// gone.
func lastNumber(h *gorm.DB, table, key string) (last int64, err error) {
	var highest int64
	if err := h.Table(table).Select("COALESCE(MAX(" + key + "), 0)").Scan(&highest).Error; err != nil {
		return 0, err
	}
	switch h.Name() {
	case "postgres":
		err = h.Raw(fmt.Sprintf("SELECT COALESCE(pg_sequence_last_value(pg_get_serial_sequence('%s', '%s')), 0)", table, key)).Scan(&last).Error
	case "mysql":
		err = h.Raw("SELECT COALESCE(MAX(AUTO_INCREMENT), 1) - 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?", table).Scan(&last).Error
	default:
		err = h.Raw("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = ?", table).Scan(&last).Error
	}
	return max(last, highest), err
}

// numberFrom lets a table's own numbers go on after last, which is none below those that it holds.
func numberFrom(tx *gorm.DB, table, key string, last int64) error {
	if last == 0 {
		return nil
	}
	switch tx.Name() {
	case "postgres":
		return tx.Exec(fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%s', '%s'), ?)", table, key), last).Error
	case "mysql":
		return tx.Exec(fmt.Sprintf("ALTER TABLE %s AUTO_INCREMENT = %d", table, last+1)).Error
	}
	if err := tx.Exec("DELETE FROM sqlite_sequence WHERE name = ?", table).Error; err != nil {
		return err
	}
	return tx.Exec("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, last).Error
}
