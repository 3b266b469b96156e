package model

import (
	"errors"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// Command is a state-changing request that has happened, with its sealed answer, so that the same
// request a second time gets the same answer and happens once.
type Command struct {
	ID         int64
	Owner      string
	CommandKey string
	Print      string
	Answer     []byte `gorm:"serializer:sealed"`
	At         time.Time
}

// CommandsKept is how long a repeated request is recognised.
const CommandsKept = 7 * 24 * time.Hour

// ErrKeyReused refuses a key that was used for something else.
var ErrKeyReused = fault.New(fault.Conflict, "idempotency.key_reused", "这次提交的内容和上次不一样,但用了同一个提交编号。请返回上一页重新提交。")

// ClaimCommand stores the key as the first statement of a command's transaction: whoever comes second
// waits for the first. happened is the earlier command, nil when this is the first.
func ClaimCommand(tx *gorm.DB, c *Command) (happened *Command, err error) {
	err = tx.Create(c).Error
	if !errors.Is(err, gorm.ErrDuplicatedKey) {
		return nil, err
	}
	return FindCommand(tx, c.Owner, c.CommandKey, c.Print)
}

// FindCommand gives the earlier command of a key, nil when there is none, and ErrKeyReused when it
// asked for something else.
func FindCommand(tx *gorm.DB, owner, key, asked string) (*Command, error) {
	var was []Command
	if err := tx.Where("owner = ? AND command_key = ?", owner, key).Find(&was).Error; err != nil || len(was) == 0 {
		return nil, err
	}
	if was[0].Print != asked {
		return nil, ErrKeyReused
	}
	return &was[0], nil
}

// AnswerCommand stores what the command answered.
func AnswerCommand(tx *gorm.DB, id int64, answer []byte) error {
	return tx.Model(&Command{}).Where("id = ?", id).Updates(map[string]any{"answer": answer}).Error
}

// ForgetCommands drops commands older than a moment.
func ForgetCommands(tx *gorm.DB, before time.Time, limit int) (int, error) {
	return forget[int64](tx.Where("at < ?", before), &Command{}, "id", "at", limit)
}
