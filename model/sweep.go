package model

import "gorm.io/gorm"

// forget drops at most limit rows that have had their time, and gives how many; with limit 0 it drops
// none, and gives how many there are. It repeats the condition when it deletes: a row may have gone on
// since its key was read.
func forget[Key any](old *gorm.DB, record any, key, order string, limit int) (int, error) {
	old = old.Session(&gorm.Session{})
	if limit == 0 {
		var due int64
		err := old.Model(record).Count(&due).Error
		return int(due), err
	}
	var keys []Key
	if err := old.Model(record).Order(order).Limit(limit).Pluck(key, &keys).Error; err != nil || len(keys) == 0 {
		return 0, err
	}
	return len(keys), old.Where(key+" IN ?", keys).Delete(record).Error
}
