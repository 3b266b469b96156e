package model

import (
	"slices"
	"time"

	"danyuan/fault"
)

// CorrectionState is how far a request to correct confirmed hours has come: asked → granted, refused
// or withdrawn.
type CorrectionState string

// The states of a correction.
const (
	CorrectionAsked     CorrectionState = "asked"
	CorrectionGranted   CorrectionState = "granted"
	CorrectionRefused   CorrectionState = "refused"
	CorrectionWithdrawn CorrectionState = "withdrawn"
)

// correctionMoves is every move that a correction can make.
var correctionMoves = map[CorrectionState][]CorrectionState{
	CorrectionAsked: {CorrectionGranted, CorrectionRefused, CorrectionWithdrawn},
}

// MayBecome tells whether a correction in this state may move to the next.
func (s CorrectionState) MayBecome(next CorrectionState) bool {
	return slices.Contains(correctionMoves[s], next)
}

// Title is what people call the state.
func (s CorrectionState) Title() string {
	return map[CorrectionState]string{
		CorrectionAsked: "待处理", CorrectionGranted: "已更正", CorrectionRefused: "未更正", CorrectionWithdrawn: "已撤回",
	}[s]
}

// Refusals about corrections.
var (
	ErrCorrectionNotFound = fault.New(fault.NotFound, "correction.not_found", "没有找到这份更正申请,或者您不能查看。请回到列表重试。")
	ErrCorrectionState    = fault.New(fault.Conflict, "correction.wrong_state", "这份更正申请已经办过了。请刷新列表后再看。")
	ErrCorrectionOpen     = fault.New(fault.Conflict, "correction.open_already", "这条记录已经有一份更正申请在办理。请等它办完,或者先撤回它。")
	ErrCorrectionOwn      = fault.New(fault.Forbidden, "correction.asked_by_you", "这份更正申请是您提出的,不能由您办理。请由另一位有权限的同志办理。")
)

// Correction is a request to correct confirmed hours: what they should say, and why. OpenHoursID holds
// the hours while it is under way.
type Correction struct {
	ID          int64
	HoursID     int64
	NodeID      int64 // that of the hours
	PersonID    int64 // whose hours they are
	State       CorrectionState
	Kind        string
	Content     string
	Place       string
	StartsAt    time.Time
	EndsAt      time.Time
	Why         string
	AskedByID   int64
	AskedAt     time.Time
	DecidedByID int64
	DecidedAt   *time.Time
	Reason      string
	OpenHoursID *int64
}
