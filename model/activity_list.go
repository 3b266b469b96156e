package model

import (
	"time"

	"gorm.io/gorm"
)

// ListedActivity is an activity with the names that belong to it and how many signed up, and without
// its secret.
type ListedActivity struct {
	Activity
	NodeName        string
	NodePath        string
	AssociationName string
	Seated          int64
	Waiting         int64
}

// activityColumns are all but the secret.
const activityColumns = "activities.id, activities.node_id, activities.association_id, activities.kind, activities.title, activities.content, " +
	"activities.place, activities.starts_at, activities.ends_at, activities.capacity, activities.audience, activities.state, activities.version, " +
	"activities.made_by_id, activities.made_at, activities.cancelled_by_id, activities.cancelled_at, activities.reason"

const countSignUps = "(SELECT COUNT(*) FROM sign_ups WHERE sign_ups.activity_id = activities.id AND sign_ups.state = 'seated') AS seated, " +
	"(SELECT COUNT(*) FROM sign_ups WHERE sign_ups.activity_id = activities.id AND sign_ups.state = 'waiting') AS waiting"

func listedActivities(tx *gorm.DB) *gorm.DB {
	return tx.Table("activities").
		Select(activityColumns + ", nodes.name AS node_name, nodes.path AS node_path, COALESCE(associations.name, '') AS association_name, " + countSignUps).
		Joins("JOIN nodes ON nodes.id = activities.node_id").Joins("LEFT JOIN associations ON associations.id = activities.association_id")
}

// ListedActivityByID gives an activity with its names.
func ListedActivityByID(tx *gorm.DB, id int64) (ListedActivity, error) {
	var a ListedActivity
	return a, take(listedActivities(tx).Where("activities.id = ?", id), &a, ErrActivityNotFound)
}

// UpcomingAt gives the activities of some nodes that are not over, the next first.
func UpcomingAt(tx *gorm.DB, nodes []int64, now time.Time, s Slice) ([]ListedActivity, error) {
	var out []ListedActivity
	q := listedActivities(tx).Where("activities.node_id IN ? AND activities.state = ? AND activities.ends_at > ?", nodes, ActivityOpen, now)
	if s.After > 0 {
		last := "(SELECT starts_at FROM activities WHERE id = ?)"
		q = q.Where("activities.starts_at > "+last+" OR (activities.starts_at = "+last+" AND activities.id > ?)", s.After, s.After, s.After)
	}
	return out, q.Order("activities.starts_at, activities.id").Limit(s.Limit + 1).Find(&out).Error
}

// NextAt gives the first few of them as a page shows them, without counting anything.
func NextAt(tx *gorm.DB, nodes []int64, now time.Time, most int) ([]Activity, error) {
	var out []Activity
	return out, tx.Select(activityColumns).Where("node_id IN ? AND state = ? AND ends_at > ?", nodes, ActivityOpen, now).
		Order("starts_at, id").Limit(most).Find(&out).Error
}

// ActivitiesUnder lists the activities of a subtree, the newest first; "" is every state.
func ActivitiesUnder(tx *gorm.DB, path string, state ActivityState, s Slice) ([]ListedActivity, error) {
	var out []ListedActivity
	q := InSubtree(listedActivities(tx), "nodes.path", path)
	if state != "" {
		q = q.Where("activities.state = ?", state)
	}
	return out, s.Newest(q, "activities.id").Find(&out).Error
}

// ActivitiesOfAssociation lists an association's, the newest first.
func ActivitiesOfAssociation(tx *gorm.DB, association int64, s Slice) ([]ListedActivity, error) {
	var out []ListedActivity
	return out, s.Newest(listedActivities(tx).Where("activities.association_id = ?", association), "activities.id").Find(&out).Error
}
