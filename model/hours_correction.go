package model

import (
	"slices"
	"time"

	"gorm.io/gorm"

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
	ErrCorrectionNotFound = fault.New(fault.NotFound, "correction.not_found", "没有找到这份更正申请，或者您不能查看。请回到列表重试。")
	ErrCorrectionState    = fault.New(fault.Conflict, "correction.wrong_state", "这份更正申请已经办过了。请刷新列表后再看。")
	ErrCorrectionOpen     = fault.New(fault.Conflict, "correction.open_already", "这条记录已经有一份更正申请在办理。请等它办完，或者先撤回它。")
	ErrCorrectionOwn      = fault.New(fault.Forbidden, "correction.asked_by_you", "这份更正申请是您提出的，不能由您办理。请由另一位有权限的同志办理。")
)

// Correction is a request to correct confirmed hours: what they should say, and why. OpenHoursID holds
// the hours while it is under way.
type Correction struct {
	_ struct{} `privacy:"about=volunteer; why=更正服务记录的申请; kept=always; because=志愿服务记录依规定长期保存"`

	ID          int64
	HoursID     int64
	NodeID      int64           // that of the hours
	PersonID    int64           // whose hours they are
	State       CorrectionState `privacy:"mark"`
	Kind        string          `privacy:"mark"`
	Content     string          `privacy:"words"`
	Place       string          `privacy:"place"`
	StartsAt    time.Time
	EndsAt      time.Time
	Why         string `privacy:"words"`
	AskedByID   int64
	AskedAt     time.Time
	DecidedByID int64
	DecidedAt   *time.Time
	Reason      string `privacy:"reason"`
	OpenHoursID *int64
}

// Claim gives what the hours should say.
func (c Correction) Claim() HoursClaim {
	return HoursClaim{Kind: c.Kind, Content: c.Content, Place: c.Place, StartsAt: c.StartsAt, EndsAt: c.EndsAt}
}

// AskCorrection stores a request. Hours have one under way at a time.
func AskCorrection(tx *gorm.DB, c *Correction) error {
	c.State, c.OpenHoursID = CorrectionAsked, &c.HoursID
	return refuseDuplicate(tx.Create(c).Error, ErrCorrectionOpen)
}

// CorrectionByID gives a request.
func CorrectionByID(tx *gorm.DB, id int64) (Correction, error) {
	var c Correction
	return c, take(tx.Where("id = ?", id), &c, ErrCorrectionNotFound)
}

// LockCorrection reads a request and keeps others from moving it until the transaction ends. The caller
// has locked the person.
func LockCorrection(tx *gorm.DB, id int64) (Correction, error) {
	return CorrectionByID(forUpdate(tx), id)
}

// LockOpenCorrection locks the request that is under way for hours, nil when there is none. The caller
// has locked the person.
func LockOpenCorrection(tx *gorm.DB, hours int64) (*Correction, error) {
	return maybe[Correction](forUpdate(tx).Where("open_hours_id = ?", hours))
}

// MoveCorrection moves a request, by somebody, with a reason where one is given. It refuses every move
// that correctionMoves does not name.
func MoveCorrection(tx *gorm.DB, c *Correction, next CorrectionState, by int64, reason string, now time.Time) error {
	if !c.State.MayBecome(next) {
		return ErrCorrectionState.Saying("这份更正申请现在是“" + c.State.Title() + "”，不能这样办理。请刷新列表后再看。")
	}
	err := changed(tx.Model(&Correction{}).Where("id = ? AND state = ?", c.ID, c.State).Updates(map[string]any{
		"state": next, "decided_by_id": by, "decided_at": now, "reason": reason, "open_hours_id": nil,
	}), ErrCorrectionState)
	c.State, c.DecidedByID, c.DecidedAt, c.Reason, c.OpenHoursID = next, by, &now, reason, nil
	return err
}

// ListedCorrection is a request with the hours that it is about.
type ListedCorrection struct {
	Correction
	Name     string // of the volunteer
	HomePath string // where they belong
	KindName string
	NodeName string
	NodePath string
	// What the hours say now, or said last.
	HoursStartsAt time.Time
	HoursEndsAt   *time.Time
	HoursPoints   int64
}

func listedCorrections(tx *gorm.DB) *gorm.DB {
	return tx.Table("corrections").
		Select("corrections.*, persons.name, homes.path AS home_path, COALESCE(service_kinds.name, '') AS kind_name, nodes.name AS node_name, nodes.path AS node_path, " +
			"hours.starts_at AS hours_starts_at, hours.ends_at AS hours_ends_at, hours.points AS hours_points").
		Joins("JOIN hours ON hours.id = corrections.hours_id").Joins("JOIN persons ON persons.id = corrections.person_id").Joins("JOIN nodes homes ON homes.id = persons.node_id").
		Joins("JOIN nodes ON nodes.id = corrections.node_id").Joins("LEFT JOIN service_kinds ON service_kinds.code = corrections.kind")
}

// ListedCorrectionByID gives a request with its hours.
func ListedCorrectionByID(tx *gorm.DB, id int64) (ListedCorrection, error) {
	var c ListedCorrection
	return c, take(listedCorrections(tx).Where("corrections.id = ?", id), &c, ErrCorrectionNotFound)
}

// CorrectionsWaiting lists the requests in subtrees that wait for somebody whom they do not concern, the
// longest waiting first.
func CorrectionsWaiting(tx *gorm.DB, roots []string, but int64, s Slice) ([]ListedCorrection, error) {
	var out []ListedCorrection
	q := InSubtree(listedCorrections(tx), "nodes.path", roots...).
		Where("corrections.state = ? AND corrections.person_id <> ? AND corrections.asked_by_id <> ?", CorrectionAsked, but, but)
	return out, s.Oldest(q, "corrections.id").Find(&out).Error
}

// CorrectionsOf lists the requests about hours, the oldest first.
func CorrectionsOf(tx *gorm.DB, hours int64) ([]ListedCorrection, error) {
	var out []ListedCorrection
	return out, listedCorrections(tx).Where("corrections.hours_id = ?", hours).Order("corrections.id").Find(&out).Error
}
