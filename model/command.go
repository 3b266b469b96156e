package model

import (
	"errors"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// Command is a state-changing request that has happened, with its sealed answer, so that the same
// request a second time happens once, and gets the same answer from who may still know it.
type Command struct {
	_ struct{} `privacy:"about=user; why=防止同一次提交重复办理; kept=commands"`

	ID         int64
	Owner      string `privacy:"user"`
	CommandKey string `privacy:"none"`
	Print      string `privacy:"hash"`
	Answer     []byte `gorm:"serializer:sealed" privacy:"answer"`
	At         time.Time
}

// ErrKeyReused refuses a key that was used for something else.
var ErrKeyReused = fault.New(fault.Conflict, "idempotency.key_reused", "这次提交的内容和上次不一样，但用了同一个提交编号。请返回上一页重新提交。")

// ErrCommandDone answers the repetition of a command whose answer is not for its actor any more.
var ErrCommandDone = fault.New(fault.Conflict, "command.done", "这一步已经办好了，不用再提交。请刷新查看现在的情况。")

// ErrCommandHappened says that another transaction has kept the same command meanwhile.
var ErrCommandHappened = errors.New("model: the command has happened in another transaction")

// CommandsHappened gives those of the commands that have happened, by owner and key.
func CommandsHappened(tx *gorm.DB, keys [][2]string) (map[[2]string]Command, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	these := tx.Session(&gorm.Session{NewDB: true})
	for _, k := range keys {
		these = these.Or("owner = ? AND command_key = ?", k[0], k[1])
	}
	var was []Command
	if err := tx.Where(these).Find(&was).Error; err != nil {
		return nil, err
	}
	happened := make(map[[2]string]Command, len(was))
	for _, c := range was {
		happened[[2]string{c.Owner, c.CommandKey}] = c
	}
	return happened, nil
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

// AddCommands keeps commands with their answers, at the end of their transaction: ErrCommandHappened
// when another was faster with one of them.
func AddCommands(tx *gorm.DB, commands []Command) error {
	err := AddAll(tx, commands)
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return ErrCommandHappened
	}
	return err
}

// ForgetCommands drops commands older than a moment.
func ForgetCommands(tx *gorm.DB, before time.Time, limit int) (int, error) {
	return forget[int64](tx.Where("at < ?", before), &Command{}, "id", "at", limit)
}
