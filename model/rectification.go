package model

import (
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// RectificationState is how far a request to put data right has come: asked → done, refused or withdrawn.
type RectificationState string

// The states of a rectification.
const (
	RectificationAsked     RectificationState = "asked"
	RectificationDone      RectificationState = "done"
	RectificationRefused   RectificationState = "refused"
	RectificationWithdrawn RectificationState = "withdrawn"
)

// rectificationMoves is every move that a rectification can make.
var rectificationMoves = map[RectificationState][]RectificationState{
	RectificationAsked: {RectificationDone, RectificationRefused, RectificationWithdrawn},
}

// MayBecome tells whether a rectification in this state may move to the next.
func (s RectificationState) MayBecome(next RectificationState) bool {
	return slices.Contains(rectificationMoves[s], next)
}

// Title is what people call the state.
func (s RectificationState) Title() string {
	return map[RectificationState]string{
		RectificationAsked: "等社区核实", RectificationDone: "已经改正", RectificationRefused: "没有改", RectificationWithdrawn: "已撤回",
	}[s]
}

// Rectification is what a resident says to be wrong in what is held of them, and what the community has
// answered. OpenKey holds the person and what it is about until then.
type Rectification struct {
	_ struct{} `privacy:"about=resident; why=本人请社区改正登记信息的申请和答复; kept=always; because=改正的依据要能追溯,本人写的文字跟着本人的手机号等一起清除"`

	ID           int64
	PersonID     int64
	What         string             `privacy:"none"`
	State        RectificationState `privacy:"mark"`
	Words        string             `gorm:"serializer:sealed" privacy:"words"`
	AskedAt      time.Time
	Answer       string `privacy:"reason"`
	AnsweredAt   *time.Time
	AnsweredByID int64
	OpenKey      *string `privacy:"person"`
}

// TableName is also that of ListedRectification: sealed columns are bound to their table's name.
func (Rectification) TableName() string { return "rectifications" }

// Refusals about rectifications.
var (
	ErrRectificationNotFound = fault.New(fault.NotFound, "rectification.not_found", "没有找到这份改正申请，或者您不能查看。请回到列表重试。")
	ErrRectificationState    = fault.New(fault.Conflict, "rectification.answered_already", "这份申请已经办过或撤回了。请刷新列表后再看。")
	ErrRectificationOpen     = fault.New(fault.Conflict, "rectification.open_already", "这一项您已经申请过，社区还没有答复。请等答复，或者撤回以后再提。")
	ErrRectificationHome     = fault.New(fault.Conflict, "rectification.no_community", "您登记在街道或者区里，不在任何社区的名册上，没有社区可以改正。请联系任命您的区级管理员，在管理台的“任职”里改正。")
	ErrRectificationOwn      = fault.New(fault.Forbidden, "rectification.own", "自己的申请不能自己办理。请由社区的另一位工作人员办理。")
)

// The longest texts of a rectification and of its answer, in characters.
const (
	MaxRectification       = 300
	MaxRectificationAnswer = 300
)

// AskRectification stores one. A person has one open about the same thing.
func AskRectification(tx *gorm.DB, r *Rectification) error {
	key := strconv.FormatInt(r.PersonID, 10) + ":" + r.What
	r.State, r.OpenKey = RectificationAsked, &key
	return refuseDuplicate(tx.Create(r).Error, ErrRectificationOpen)
}

// LockRectification reads one and keeps others from answering it until the transaction ends.
func LockRectification(tx *gorm.DB, id int64) (Rectification, error) {
	var r Rectification
	return r, take(forUpdate(tx).Where("id = ?", id), &r, ErrRectificationNotFound)
}

// EndRectification moves one that the caller has locked, once.
func EndRectification(tx *gorm.DB, r *Rectification, next RectificationState, by int64, answer string, now time.Time) error {
	if !r.State.MayBecome(next) {
		return ErrRectificationState
	}
	return changed(tx.Model(&Rectification{}).Where("id = ? AND state = ?", r.ID, r.State).Updates(map[string]any{
		"state": next, "answer": answer, "answered_at": now, "answered_by_id": by, "open_key": nil,
	}), ErrRectificationState)
}

// ForgetRectifications clears what people have written, which says what is cleared of them otherwise, and takes back what
// nobody has answered.
func ForgetRectifications(tx *gorm.DB, people []int64, now time.Time) error {
	theirs := tx.Model(&Rectification{}).Where("person_id IN ?", people).Session(&gorm.Session{})
	if err := theirs.Where("words IS NOT NULL").Update("words", "").Error; err != nil {
		return err
	}
	return theirs.Where("state = ?", RectificationAsked).Updates(map[string]any{"state": RectificationWithdrawn, "answered_at": now, "open_key": nil}).Error
}

// ListedRectification is one with the names that belong to it.
type ListedRectification struct {
	Rectification
	Name     string // of who asks
	NodeID   int64  // where they are registered now
	NodeName string
	NodePath string
}

func listedRectifications(tx *gorm.DB) *gorm.DB {
	return tx.Table("rectifications").Select("rectifications.*, persons.name, persons.node_id, nodes.name AS node_name, nodes.path AS node_path").
		Joins("JOIN persons ON persons.id = rectifications.person_id").Joins("JOIN nodes ON nodes.id = persons.node_id")
}

// ListedRectificationByID gives one with its names.
func ListedRectificationByID(tx *gorm.DB, id int64) (ListedRectification, error) {
	var r ListedRectification
	return r, take(listedRectifications(tx).Where("rectifications.id = ?", id), &r, ErrRectificationNotFound)
}

// RectificationsOf lists a person's, the newest first.
func RectificationsOf(tx *gorm.DB, person int64, s Slice) ([]ListedRectification, error) {
	var out []ListedRectification
	return out, s.Newest(listedRectifications(tx).Where("rectifications.person_id = ?", person), "rectifications.id").Find(&out).Error
}

// AllRectificationsOf is the whole of RectificationsOf, oldest first.
func AllRectificationsOf(tx *gorm.DB, person int64) ([]ListedRectification, error) {
	var out []ListedRectification
	return out, listedRectifications(tx).Where("rectifications.person_id = ?", person).Order("rectifications.id").Find(&out).Error
}

// RectificationsUnder lists those of who is registered in a subtree, the newest first; "" is every state.
func RectificationsUnder(tx *gorm.DB, path string, state RectificationState, s Slice) ([]ListedRectification, error) {
	var out []ListedRectification
	q := InSubtree(listedRectifications(tx), "nodes.path", path)
	if state != "" {
		q = q.Where("rectifications.state = ?", state)
	}
	return out, s.Newest(q, "rectifications.id").Find(&out).Error
}
