package model

import (
	"crypto/subtle"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
)

// CheckInState is how far an in-service member's check-in (双报到) has come.
type CheckInState string

// The states of a check-in.
const (
	CheckInPending  CheckInState = "pending"
	CheckInAccepted CheckInState = "accepted"
	CheckInRefused  CheckInState = "refused"
	CheckInEnded    CheckInState = "ended"
)

// checkInMoves is every move that a check-in can make.
var checkInMoves = map[CheckInState][]CheckInState{
	CheckInPending:  {CheckInAccepted, CheckInRefused, CheckInEnded},
	CheckInAccepted: {CheckInEnded},
}

// MayBecome tells whether a check-in in this state may move to the next.
func (s CheckInState) MayBecome(next CheckInState) bool {
	return slices.Contains(checkInMoves[s], next)
}

// Title is what people call the state.
func (s CheckInState) Title() string {
	return map[CheckInState]string{CheckInPending: "待审核", CheckInAccepted: "已报到", CheckInRefused: "未接收", CheckInEnded: "已结束"}[s]
}

// WorkUnit is where an in-service member's Party membership is.
type WorkUnit struct {
	_ struct{} `privacy:"about=nobody; why=工作单位的名称"`

	ID        int64
	Name      string `privacy:"none"`
	CreatedAt time.Time
}

// CheckIn is an in-service member's report to the community where they live. An accepted one has a
// numbered receipt; OpenPersonID holds the person while it is pending or accepted. MembershipBefore is
// what the roster said when it was accepted: what a check-in gives, its end takes back.
type CheckIn struct {
	_ struct{} `privacy:"about=member; why=在职党员到社区报到; kept=always; because=报到和回执要能查验"`

	ID               int64
	PersonID         int64
	CommunityID      int64
	WorkUnitID       int64
	State            CheckInState `privacy:"mark"`
	AppliedAt        time.Time
	DecidedAt        *time.Time
	DecidedByID      int64
	EndedAt          *time.Time
	Reason           string     `privacy:"reason"`
	ReceiptNumber    *string    `privacy:"credential"`
	ReceiptCode      string     `gorm:"serializer:sealed" privacy:"credential"`
	MembershipBefore Membership `gorm:"serializer:sealed" privacy:"membership"`
	OpenPersonID     *int64
}

// TableName is also that of ListedCheckIn: sealed columns are bound to their table's name.
func (CheckIn) TableName() string { return "check_ins" }

// Refusals about check-ins.
var (
	ErrCheckInCode      = fault.New(fault.Invalid, "check_in.not_a_community_code", "这不是社区的报到码。请扫社区服务大厅里张贴的报到码。")
	ErrCheckInElsewhere = fault.New(fault.Conflict, "check_in.not_your_community", "您登记的住处不在这个社区。请到您居住的社区报到，或先请社区更正您的住处。")
	ErrCheckInOpen      = fault.New(fault.Conflict, "check_in.open_already", "您已经有一份报到在审核中或已接收。请在“我的报到”里查看；要换社区或单位，请先结束它。")
	ErrCheckInNotFound  = fault.New(fault.NotFound, "check_in.not_found", "没有找到这份报到，或者您不能查看。请回到列表重试。")
	ErrCheckInState     = fault.New(fault.Conflict, "check_in.wrong_state", "这份报到现在的状态不能这样办理。请刷新列表后再看。")
	ErrCheckInNoMember  = fault.New(fault.Conflict, "check_in.not_on_roster_as_member", "名册里没有把报到人登记为党员。请先核对工作单位党组织的介绍信或党员证明；确认是在职党员后，选择“已核实是党员”再接收，否则请退回。")
	ErrCheckInHere      = fault.New(fault.Conflict, "check_in.member_here", "名册登记您的党组织关系就在本社区，不用报到。如果您的组织关系在工作单位，请先联系社区更正登记，再来报到。")
	ErrCheckInOwn       = fault.New(fault.Forbidden, "check_in.own", "自己的报到不能自己审核。请由社区的另一位工作人员办理。")
)

// CleanWorkUnit gives the one way in which a work unit's name is written: full-width and half-width
// signs alike, no white space between Chinese characters, at most 80 characters.
func CleanWorkUnit(field, name string) (string, error) {
	name, err := NeedText(field, norm.NFKC.String(name), 80, false)
	for joined := joinWords(name); joined != name; joined = joinWords(name) { // what was joined may compose, and join again
		name = joined
	}
	return name, err
}

// joinWords leaves a space only before what begins as English does.
func joinWords(name string) string {
	var b strings.Builder
	for i, word := range strings.Fields(name) {
		if i > 0 && word[0] < 0x80 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return norm.NFKC.String(b.String())
}

// WorkUnitNamed gives the work unit of a clean name, a new one when it was never named before.
func WorkUnitNamed(tx *gorm.DB, name string, now time.Time) (WorkUnit, error) {
	err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&WorkUnit{Name: name, CreatedAt: now}).Error
	if err != nil {
		return WorkUnit{}, err
	}
	var w WorkUnit
	return w, tx.Where("name = ?", name).Take(&w).Error
}

// ApplyCheckIn stores a check-in that waits for the community. A person has one open check-in.
func ApplyCheckIn(tx *gorm.DB, c *CheckIn) error {
	c.State, c.OpenPersonID = CheckInPending, &c.PersonID
	return refuseDuplicate(tx.Create(c).Error, ErrCheckInOpen)
}

// HasOpenCheckIn tells whether a person has a check-in that is pending or accepted.
func HasOpenCheckIn(tx *gorm.DB, person int64) (bool, error) {
	var n int64
	err := tx.Model(&CheckIn{}).Where("open_person_id = ?", person).Count(&n).Error
	return n > 0, err
}

// CheckedInAmong gives those of some people whose check-in is accepted.
func CheckedInAmong(tx *gorm.DB, people []int64) ([]int64, error) {
	return inLists(people, func(some []int64) ([]int64, error) {
		var ids []int64
		return ids, tx.Model(&CheckIn{}).Where("open_person_id IN ? AND state = ?", some, CheckInAccepted).Pluck("person_id", &ids).Error
	})
}

// CheckInByID gives a check-in.
func CheckInByID(tx *gorm.DB, id int64) (CheckIn, error) {
	var c CheckIn
	return c, take(tx.Where("id = ?", id), &c, ErrCheckInNotFound)
}

// LockCheckIn reads a check-in and keeps others from moving it until the transaction ends.
func LockCheckIn(tx *gorm.DB, id int64) (CheckIn, error) {
	return CheckInByID(forUpdate(tx), id)
}

// LockOpenCheckIn reads and locks a person's check-in that is pending or accepted, nil when there is none.
func LockOpenCheckIn(tx *gorm.DB, person int64) (*CheckIn, error) {
	var c []CheckIn
	err := forUpdate(tx).Where("open_person_id = ?", person).Find(&c).Error
	if err != nil || len(c) == 0 {
		return nil, err
	}
	return &c[0], nil
}

// MoveCheckIn moves a check-in that the caller has locked, by somebody, with a reason where one is
// given. It refuses every move that checkInMoves does not name.
func MoveCheckIn(tx *gorm.DB, c *CheckIn, next CheckInState, by int64, reason string, now time.Time) error {
	if !c.State.MayBecome(next) {
		return ErrCheckInState.Saying("这份报到现在是“" + c.State.Title() + "”，不能这样办理。请刷新列表后再看。")
	}
	set := map[string]any{"state": next, "reason": reason}
	if next == CheckInEnded {
		set["ended_at"] = now
	} else {
		set["decided_at"], set["decided_by_id"] = now, by
	}
	if next != CheckInAccepted {
		set["open_person_id"] = nil
	}
	return changed(tx.Model(&CheckIn{}).Where("id = ? AND state = ?", c.ID, c.State).Updates(set), ErrCheckInState)
}

// GiveReceipt gives an accepted check-in its number, without a gap in its community and year (Beijing
// time), and the code by which the number is verified.
func GiveReceipt(tx *gorm.DB, id int64, community Node, before Membership, now time.Time) error {
	place := strconv.FormatInt(community.ID, 10)
	if community.Code != nil {
		place = *community.Code
	}
	year := now.In(Beijing).Year()
	n, err := NextNumber(tx, ReceiptSequence(place, year))
	if err != nil {
		return err
	}
	return tx.Model(&CheckIn{}).Where("id = ? AND receipt_number IS NULL", id).Updates(map[string]any{
		"receipt_number": fmt.Sprintf("%s-%d-%06d", place, year, n), "receipt_code": randomCode(8), "membership_before": before,
	}).Error
}

// Proves tells whether a code that somebody typed verifies this receipt: in either case, with the
// letters that are taken for digits read as those.
func (c CheckIn) Proves(typed string) bool {
	typed = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(typed))
	return c.ReceiptCode != "" && subtle.ConstantTimeCompare([]byte(typed), []byte(c.ReceiptCode)) == 1
}

// ReceiptSequence names the sequence that numbers a community's receipts of one year.
func ReceiptSequence(community string, year int) string {
	return "receipt:" + community + ":" + strconv.Itoa(year)
}
