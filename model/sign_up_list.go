package model

import (
	"time"

	"gorm.io/gorm"
)

// ListedSignUp is a sign-up with who it is and what became of it.
type ListedSignUp struct {
	SignUp
	Name     string
	UnitName string // where they belong
	HomePath string
	Attended *Hours `gorm:"-"` // nil until they have checked in
}

// SignUpsOf lists the sign-ups of an activity in their turn; "" is all but those who signed off. The
// slice's place is the turn.
func SignUpsOf(tx *gorm.DB, activity int64, state SignUpState, s Slice) ([]ListedSignUp, error) {
	var out []ListedSignUp
	q := tx.Table("sign_ups").Select("sign_ups.*, persons.name, nodes.name AS unit_name, nodes.path AS home_path").
		Joins("JOIN persons ON persons.id = sign_ups.person_id").Joins("JOIN nodes ON nodes.id = persons.node_id").
		Where("sign_ups.activity_id = ?", activity)
	if state == "" {
		q = q.Where("sign_ups.state <> ?", SignedOff)
	} else {
		q = q.Where("sign_ups.state = ?", state)
	}
	if err := s.Oldest(q, "sign_ups.turn").Find(&out).Error; err != nil || len(out) == 0 {
		return out, err
	}
	return out, withAttendance(tx, activity, out)
}

func withAttendance(tx *gorm.DB, activity int64, rows []ListedSignUp) error {
	people := make([]int64, len(rows))
	for i, r := range rows {
		people[i] = r.PersonID
	}
	attended, err := inLists(people, func(some []int64) ([]Hours, error) {
		var h []Hours
		return h, tx.Where("activity_id = ? AND person_id IN ?", activity, some).Find(&h).Error
	})
	if err != nil {
		return err
	}
	of := make(map[int64]*Hours, len(attended))
	for i := range attended {
		of[attended[i].PersonID] = &attended[i]
	}
	for i := range rows {
		rows[i].Attended = of[rows[i].PersonID]
	}
	return nil
}

// MySignUp is one of a person's sign-ups with its activity.
type MySignUp struct {
	SignUp   SignUp
	Activity ListedActivity
	Attended *Hours
}

// SignUpsOfPerson lists a person's sign-ups, the newest first.
func SignUpsOfPerson(tx *gorm.DB, person int64, s Slice) ([]MySignUp, error) {
	var mine []SignUp
	if err := s.Newest(tx.Where("person_id = ?", person), "id").Find(&mine).Error; err != nil || len(mine) == 0 {
		return nil, err
	}
	ids := make([]int64, len(mine))
	for i, m := range mine {
		ids[i] = m.ActivityID
	}
	activities, err := inLists(ids, func(some []int64) ([]ListedActivity, error) {
		var out []ListedActivity
		return out, listedActivities(tx).Where("activities.id IN ?", some).Find(&out).Error
	})
	if err != nil {
		return nil, err
	}
	attended, err := inLists(ids, func(some []int64) ([]Hours, error) {
		var out []Hours
		return out, tx.Where("person_id = ? AND activity_id IN ?", person, some).Find(&out).Error
	})
	if err != nil {
		return nil, err
	}
	out := make([]MySignUp, len(mine))
	for i, m := range mine {
		out[i].SignUp = m
		for _, a := range activities {
			if a.ID == m.ActivityID {
				out[i].Activity = a
			}
		}
		for _, h := range attended {
			if *h.ActivityID == m.ActivityID {
				out[i].Attended = &h
			}
		}
	}
	return out, nil
}

// TitledSignUp is a sign-up with what it is for.
type TitledSignUp struct {
	SignUp
	Title    string
	StartsAt time.Time
}

// AllSignUpsOf is the whole of a person's sign-ups with their activities' titles, oldest first.
func AllSignUpsOf(tx *gorm.DB, person int64) ([]TitledSignUp, error) {
	var out []TitledSignUp
	return out, tx.Table("sign_ups").Select("sign_ups.*, activities.title, activities.starts_at").
		Joins("JOIN activities ON activities.id = sign_ups.activity_id").
		Where("sign_ups.person_id = ?", person).Order("sign_ups.id").Find(&out).Error
}

// WaitingBefore gives how many wait in front of a turn.
func WaitingBefore(tx *gorm.DB, activity, turn int64) (int64, error) {
	var n int64
	return n, tx.Model(&SignUp{}).Where("activity_id = ? AND state = ? AND turn < ?", activity, Waiting, turn).Count(&n).Error
}
