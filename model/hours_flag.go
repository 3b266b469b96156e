package model

import (
	"time"

	"danyuan/fault"
)

// Refusals about flags.
var (
	ErrFlagNotFound = fault.New(fault.NotFound, "flag.not_found", "没有找到这条提醒,或者您不能查看。请回到列表重试。")
	ErrFlagCleared  = fault.New(fault.Conflict, "flag.cleared_already", "这条提醒已经有人处理过了。请刷新列表后再看。")
	ErrFlagOwn      = fault.New(fault.Forbidden, "flag.own", "与自己有关的提醒不能自己处理。请由另一位有权限的同志办理。")
)

// Flag says that hours look suspicious by a rule. It blocks nothing; somebody looks and clears it.
type Flag struct {
	ID          int64
	HoursID     int64
	PersonID    int64 // whose hours they are
	NodeID      int64 // that of the hours
	RuleCode    string
	Detail      string
	RaisedAt    time.Time
	ClearedAt   *time.Time
	ClearedByID int64
	Note        string
	OnceKey     string // the same pattern is flagged once
}
