package model

import (
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// AttendanceOf gives a person's attendance (the hours of an activity) at an activity in any state, nil when there is none.
func AttendanceOf(tx *gorm.DB, activity, person int64) (*Hours, error) {
	return maybe[Hours](tx.Where("activity_id = ? AND person_id = ?", activity, person))
}

// AttendantsOf gives who has attended an activity in any state.
func AttendantsOf(tx *gorm.DB, activity int64) ([]int64, error) {
	var people []int64
	return people, tx.Model(&Hours{}).Where("activity_id = ?", activity).Pluck("person_id", &people).Error
}

// AttendancesOf gives all attendance at an activity in any state, in the order in which people are locked.
func AttendancesOf(tx *gorm.DB, activity int64) ([]Hours, error) {
	var out []Hours
	return out, tx.Where("activity_id = ?", activity).Order("person_id").Find(&out).Error
}

// HoursAround gives of some people what they have of some activities, in any state, and every record that counts
// and reaches beyond a moment. The caller has locked them.
func HoursAround(tx *gorm.DB, activities, people []int64, at time.Time) ([]Hours, error) {
	return inLists(people, func(some []int64) ([]Hours, error) {
		var out []Hours
		return out, tx.Where("person_id IN ? AND (activity_id IN ? OR state IN ? AND ("+reachesBeyond+"))", some, activities, countingHours, at).Find(&out).Error
	})
}

// Refusals about attendance.
var (
	ErrAttendanceNone      = fault.New(fault.Conflict, "activity.not_checked_in", "还没有签到，不能这样办理。请先签到；忘了签到的，请联系组织者。")
	ErrAttendanceOwn       = fault.New(fault.Forbidden, "activity.own_attendance", "自己的签到、签退不能自己代办。请扫现场的码，或者请另一位组织者办理。")
	ErrAttendanceConfirmed = fault.New(fault.Conflict, "activity.confirmed", "时长已经确认，不能在这里作废。需要更正的，请本人申请更正。")
	ErrAttendanceOpen      = fault.New(fault.Conflict, "activity.unsettled", "还有人没有签退，请先补上每个人离开的时间，再确认时长。")
	ErrAttendanceNothing   = fault.New(fault.Conflict, "activity.nothing_to_confirm", "没有待确认的时长：没有人签到，或者已经确认过了。请刷新后再看。")
	ErrAttendanceLeft      = fault.New(fault.Invalid, "activity.left_at_invalid", "离开的时间不对：要在签到以后、活动结束以前，而且不能晚于现在。请改正后再提交。")
	ErrAttendanceTwice     = fault.New(fault.Invalid, "activity.person_twice", "同一个人填了两次，请删去一次再提交。")
)
