package model

import (
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// MonthSum is what the rows of a node that were made in a month come to. Number is how many they are.
type MonthSum struct {
	NodeID  int64
	Month   int // which of the months asked for, from 0
	Number  int64
	Minutes int64
	Points  int64
}

// SumHours sums the confirmed hours of each node in a subtree, by the month in which they were filed or checked
// in for. starts are the beginnings of the months and the end of the last.
func SumHours(tx *gorm.DB, path string, starts []time.Time) ([]MonthSum, error) {
	var out []MonthSum
	q := rowsBelow(tx, path, "hours", "node_id").Where("hours.state = ?", HoursConfirmed)
	return out, byMonth(q, "hours", "COUNT(*) AS number, SUM(hours.minutes) AS minutes, SUM(hours.points) AS points", starts).Scan(&out).Error
}

// SumRedeemed sums what was redeemed and picked up in each community of a subtree, by the month in which it was
// reserved.
func SumRedeemed(tx *gorm.DB, path string, starts []time.Time) ([]MonthSum, error) {
	var out []MonthSum
	q := rowsBelow(tx, path, "redemptions", "community_id").Where("redemptions.state = ?", Fulfilled)
	return out, byMonth(q, "redemptions", "COUNT(*) AS number, SUM(redemptions.points) AS points", starts).Scan(&out).Error
}

// byMonth groups rows whose ids NewID gave, so that only those of the months are read.
func byMonth(q *gorm.DB, table, sums string, starts []time.Time) *gorm.DB {
	var month strings.Builder
	var ends []any
	for i, end := range starts[1:] {
		month.WriteString("WHEN " + table + ".id < ? THEN " + strconv.Itoa(i) + " ")
		ends = append(ends, FirstID(end))
	}
	return q.Where(table+".id >= ? AND "+table+".id < ?", FirstID(starts[0]), FirstID(starts[len(starts)-1])).
		Select("nodes.id AS node_id, CASE "+month.String()+"END AS month, "+sums, ends...).Group("nodes.id, month")
}

// OpenMattersOf is how many matters of a node are open, and how many of them are overdue.
type OpenMattersOf struct {
	NodeID  int64
	Open    int64
	Overdue int64
}

// OpenMattersBelow counts the open matters of each node in a subtree, none that are hidden from the reader because
// they are or were chief there. It says nothing of any one of them.
func OpenMattersBelow(tx *gorm.DB, path string, by Actor, now time.Time) ([]OpenMattersOf, error) {
	open := true
	var out []OpenMattersOf
	q := exceptHidden(rowsBelow(tx, path, "matters", "node_id"), by.Led(now))
	return out, q.Where("matters.state IN ?", MatterFilter{Open: &open}.states()).
		Select("nodes.id AS node_id, COUNT(*) AS open, COUNT(CASE WHEN matters.due_at <= ? THEN 1 END) AS overdue", now).
		Group("nodes.id").Scan(&out).Error
}

// CommunitiesUnder gives the active communities of a subtree, by id.
func CommunitiesUnder(tx *gorm.DB, path string) ([]Node, error) {
	var all []Node
	return all, InSubtree(tx, "path", path).Where("kind = ? AND state = ?", Community, NodeActive).Order("id").Find(&all).Error
}

// PathsUnder gives the paths of all nodes of a subtree by their ids, of those that have ended, too.
func PathsUnder(tx *gorm.DB, path string) (map[int64]string, error) {
	var nodes []Node
	if err := InSubtree(tx, "path", path).Select("id", "path").Find(&nodes).Error; err != nil {
		return nil, err
	}
	paths := make(map[int64]string, len(nodes))
	for _, n := range nodes {
		paths[n.ID] = n.Path
	}
	return paths, nil
}
