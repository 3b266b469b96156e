package model

import "gorm.io/gorm"

// forget drops at most limit rows that have had their time, and gives how many. It repeats the condition when it deletes: a row may have gone on since its key was read.
func forget[Key any](old *gorm.DB, record any, key, order string, limit int) (int, error) {
	old = old.Session(&gorm.Session{})
	var keys []Key
	if err := old.Model(record).Order(order).Limit(limit).Pluck(key, &keys).Error; err != nil || len(keys) == 0 {
		return 0, err
	}
	return len(keys), old.Where(key+" IN ?", keys).Delete(record).Error
}
