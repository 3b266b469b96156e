package model

import (
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Change tells every replica that what hangs on a topic has changed.
type Change struct {
	_ struct{} `privacy:"about=nobody; why=通知各个副本刷新,一小时后删除"`

	ID    int64
	Topic string `privacy:"none"`
	At    time.Time
}

// The topics. What is kept in memory names the topics it depends on.
func topic(kind string, id int64) string { return kind + ":" + strconv.FormatInt(id, 10) }

// UserTopic is for what hangs on a user: sessions, binding.
func UserTopic(id int64) string { return topic("user", id) }

// PersonTopic is for what hangs on a person: name, membership, roles.
func PersonTopic(id int64) string { return topic("person", id) }

// NodeTopic is for what hangs on a node: name, place in the tree, officers, people, displays.
func NodeTopic(id int64) string { return topic("node", id) }

// RewardTopic is for a reward's terms.
func RewardTopic(id int64) string { return topic("reward", id) }

const keyTopic = "key"

// KeyTopic is for a sealing key that is taken into use.
func KeyTopic(key uint32) string { return topic(keyTopic, int64(key)) }

// KeyOfTopic gives the key of a KeyTopic; false for another topic.
func KeyOfTopic(topic string) (key uint32, is bool) {
	number, is := strings.CutPrefix(topic, keyTopic+":")
	n, err := strconv.ParseUint(number, 10, 32)
	return uint32(n), is && err == nil
}

// NodeTopics gives the topics of every node on a path.
func NodeTopics(path string) []string {
	var topics []string
	for _, id := range PathIDs(path) {
		topics = append(topics, NodeTopic(id))
	}
	return topics
}

// AddChanges appends the topics that a transaction has changed, as its last statement.
func AddChanges(tx *gorm.DB, topics []string, now time.Time) error {
	rows := make([]Change, len(topics))
	for i, t := range topics {
		rows[i] = Change{Topic: t, At: now}
	}
	return AddAll(tx, rows)
}

// LastChange gives the highest id, 0 when there is none.
func LastChange(tx *gorm.DB) (int64, error) {
	var id int64
	return id, tx.Model(&Change{}).Select("COALESCE(MAX(id), 0)").Scan(&id).Error
}

// ChangesAfter gives the changes above an id. Ids are not in commit order: the caller looks back
// further than it has seen.
func ChangesAfter(tx *gorm.DB, id int64) ([]Change, error) {
	var out []Change
	return out, tx.Where("id > ?", id).Order("id").Find(&out).Error
}

// ForgetChanges drops changes older than a moment. The newest stays, so that ids never start again.
func ForgetChanges(tx *gorm.DB, before time.Time, limit int) (int, error) {
	last, err := LastChange(tx)
	if err != nil {
		return 0, err
	}
	return forget[int64](tx.Where("at < ? AND id < ?", before, last), &Change{}, "id", "at", limit)
}
