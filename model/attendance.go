package model

import "gorm.io/gorm"

// Attendance is the hours of an activity; they are written by what hours offers.

// AttendanceOf gives a person's attendance at an activity in any state, nil when there is none.
func AttendanceOf(tx *gorm.DB, activity, person int64) (*Hours, error) {
	return maybe[Hours](tx.Where("activity_id = ? AND person_id = ?", activity, person))
}

// AttendancesOf gives all attendance at an activity in any state, in the order in which people are locked.
func AttendancesOf(tx *gorm.DB, activity int64) ([]Hours, error) {
	var out []Hours
	return out, tx.Where("activity_id = ?", activity).Order("person_id").Find(&out).Error
}
