package model

import (
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// ObjectionState is how far an objection to a public notice has come: open → upheld or rejected.
type ObjectionState string

// The states of an objection.
const (
	ObjectionOpen     ObjectionState = "open"
	ObjectionUpheld   ObjectionState = "upheld"
	ObjectionRejected ObjectionState = "rejected"
)

// objectionMoves is every move that an objection can make.
var objectionMoves = map[ObjectionState][]ObjectionState{ObjectionOpen: {ObjectionUpheld, ObjectionRejected}}

// MayBecome tells whether an objection in this state may move to the next.
func (s ObjectionState) MayBecome(next ObjectionState) bool {
	return slices.Contains(objectionMoves[s], next)
}

// Title is what people call the state.
func (s ObjectionState) Title() string {
	return map[ObjectionState]string{ObjectionOpen: "待答复", ObjectionUpheld: "属实", ObjectionRejected: "不属实"}[s]
}

// Objection is what a resident has against a public notice, and what the community has answered. OpenKey
// holds the person and the notice until then.
type Objection struct {
	_ struct{} `privacy:"about=resident; why=对公示提出的异议和答复; kept=always; because=答复是公开的更正依据"`

	ID             int64
	PublicNoticeID int64
	PersonID       int64
	State          ObjectionState `privacy:"mark"`
	Text           string         `gorm:"serializer:sealed" privacy:"words"`
	RaisedAt       time.Time
	Answer         string `privacy:"reason"`
	AnsweredAt     *time.Time
	AnsweredByID   int64
	OpenKey        *string `privacy:"person"`
}

// TableName is also that of ListedObjection: sealed columns are bound to their table's name.
func (Objection) TableName() string { return "objections" }

// Refusals about objections.
var (
	ErrObjectionNotFound  = fault.New(fault.NotFound, "objection.not_found", "没有找到这条异议，或者您不能查看。请回到列表重试。")
	ErrObjectionState     = fault.New(fault.Conflict, "objection.answered_already", "这条异议已经答复过了。请刷新列表后再看。")
	ErrObjectionOpen      = fault.New(fault.Conflict, "objection.open_already", "您对这份公示已经提过异议，社区还没有答复。请等答复以后再提。")
	ErrObjectionElsewhere = fault.New(fault.Forbidden, "objection.not_your_community", "只有住在这个社区的居民可以提异议。如果您确实了解情况，请直接联系这个社区。")
	ErrObjectionOwn       = fault.New(fault.Forbidden, "objection.own", "自己提的异议不能自己答复。请由社区的另一位工作人员办理。")
)

// The longest texts of an objection and of its answer, in characters.
const (
	MaxObjection = 500
	MaxAnswer    = 300
)

// RaiseObjection stores an objection. A person has one open objection to a notice.
func RaiseObjection(tx *gorm.DB, o *Objection) error {
	key := strconv.FormatInt(o.PublicNoticeID, 10) + ":" + strconv.FormatInt(o.PersonID, 10)
	o.State, o.OpenKey = ObjectionOpen, &key
	return refuseDuplicate(tx.Create(o).Error, ErrObjectionOpen)
}

// LockObjection reads an objection and keeps others from answering it until the transaction ends.
func LockObjection(tx *gorm.DB, id int64) (Objection, error) {
	var o Objection
	return o, take(forUpdate(tx).Where("id = ?", id), &o, ErrObjectionNotFound)
}

// AnswerObjection moves an objection that the caller has locked, once.
func AnswerObjection(tx *gorm.DB, o *Objection, next ObjectionState, by int64, answer string, now time.Time) error {
	if !o.State.MayBecome(next) {
		return ErrObjectionState
	}
	return changed(tx.Model(&Objection{}).Where("id = ? AND state = ?", o.ID, o.State).Updates(map[string]any{
		"state": next, "answer": answer, "answered_at": now, "answered_by_id": by, "open_key": nil,
	}), ErrObjectionState)
}

// ListedObjection is an objection with the names that belong to it.
type ListedObjection struct {
	Objection
	Name          string // of who raised it
	CommunityID   int64
	CommunityName string
	CommunityPath string
	Year          int
	Quarter       int
}

// Of gives the quarter of the notice.
func (o ListedObjection) Of() Quarter { return Quarter{o.Year, o.Quarter} }

func listedObjections(tx *gorm.DB) *gorm.DB {
	return tx.Table("objections").
		Select("objections.*, persons.name, public_notices.community_id, public_notices.community_name, nodes.path AS community_path, public_notices.year, public_notices.quarter").
		Joins("JOIN persons ON persons.id = objections.person_id").Joins("JOIN public_notices ON public_notices.id = objections.public_notice_id").
		Joins("JOIN nodes ON nodes.id = public_notices.community_id")
}

// ListedObjectionByID gives an objection with its names.
func ListedObjectionByID(tx *gorm.DB, id int64) (ListedObjection, error) {
	var o ListedObjection
	return o, take(listedObjections(tx).Where("objections.id = ?", id), &o, ErrObjectionNotFound)
}

// ObjectionsOf lists a person's objections, the newest first.
func ObjectionsOf(tx *gorm.DB, person int64, s Slice) ([]ListedObjection, error) {
	var out []ListedObjection
	return out, s.Newest(listedObjections(tx).Where("objections.person_id = ?", person), "objections.id").Find(&out).Error
}

// AllObjectionsOf is the whole of ObjectionsOf, oldest first.
func AllObjectionsOf(tx *gorm.DB, person int64) ([]ListedObjection, error) {
	var out []ListedObjection
	return out, listedObjections(tx).Where("objections.person_id = ?", person).Order("objections.id").Find(&out).Error
}

// ObjectionsUnder lists the objections to the notices of a subtree's communities, the newest first; ""
// is every state.
func ObjectionsUnder(tx *gorm.DB, path string, state ObjectionState, s Slice) ([]ListedObjection, error) {
	var out []ListedObjection
	q := InSubtree(listedObjections(tx), "nodes.path", path)
	if state != "" {
		q = q.Where("objections.state = ?", state)
	}
	return out, s.Newest(q, "objections.id").Find(&out).Error
}

// CountedObjections is how many objections there were to a notice.
type CountedObjections struct{ Open, Upheld, Rejected int64 }

// CountObjections counts the objections to notices, by notice.
func CountObjections(tx *gorm.DB, notices []int64) (map[int64]CountedObjections, error) {
	counts := map[int64]CountedObjections{}
	var rows []struct {
		PublicNoticeID int64
		State          ObjectionState
		N              int64
	}
	err := tx.Model(&Objection{}).Select("public_notice_id, state, COUNT(*) AS n").Where("public_notice_id IN ?", notices).
		Group("public_notice_id, state").Scan(&rows).Error
	for _, r := range rows {
		c := counts[r.PublicNoticeID]
		switch r.State {
		case ObjectionOpen:
			c.Open = r.N
		case ObjectionUpheld:
			c.Upheld = r.N
		case ObjectionRejected:
			c.Rejected = r.N
		}
		counts[r.PublicNoticeID] = c
	}
	return counts, err
}

// MostCorrections is how many notes a notice shows.
const MostCorrections = 100

// CorrectionNotes gives what the community has answered to the objections that it upheld, in the order
// of time: they stand beside the notice, which stays as it was published. Who objected, and with what
// words, they do not say.
func CorrectionNotes(tx *gorm.DB, notice int64) ([]Objection, error) {
	var out []Objection
	err := tx.Select("id, answer, answered_at").Where("public_notice_id = ? AND state = ?", notice, ObjectionUpheld).
		Order("answered_at, id").Limit(MostCorrections).Find(&out).Error
	return out, err
}
