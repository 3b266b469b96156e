package model

import (
	"time"

	"danyuan/fault"
)

// ServiceKind is a kind of voluntary service.
type ServiceKind struct {
	Code  string `gorm:"primaryKey"`
	Name  string
	Place int // in the list
}

// PointsRule says what an hour of service earns from a moment on, in a district. DistrictID 0 is for
// everywhere, Kind "" for every kind that has no rule of its own there.
type PointsRule struct {
	ID            int64
	DistrictID    int64
	Kind          string
	PerHour       int64
	CapPoints     int64 // of a Beijing day
	CapMinutes    int64 // of a Beijing day that count
	StartsAt      time.Time
	MadeByID      int64
	MadeAt        time.Time
	WithdrawnByID int64
	WithdrawnAt   *time.Time
	ActiveKey     *string // district:kind:start until it is withdrawn
}

// Refusals about points rules.
var (
	ErrRuleNotFound = fault.New(fault.NotFound, "points_rule.not_found", "没有找到这条积分规则,或者您不能查看。请回到列表重试。")
	ErrRulePast     = fault.New(fault.Invalid, "points_rule.not_in_future", "积分规则只能从明天或以后的日期开始,已经得到的积分不变。请重新选择日期。")
	ErrRuleTaken    = fault.New(fault.Conflict, "points_rule.date_taken", "这一天已经有一条同类的积分规则。请先撤回那一条,或者换一天。")
	ErrRuleBegun    = fault.New(fault.Conflict, "points_rule.begun", "这条积分规则已经开始执行或已撤回,不能再撤回。请新增一条从以后开始的规则。")
)
