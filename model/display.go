package model

import (
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// NameForm is how a member's name is shown to neighbours.
type NameForm string

// The forms: 王同志, or the full name.
const (
	SurnameOnly NameForm = "surname"
	FullName    NameForm = "full"
)

// Show gives a name in this form.
func (f NameForm) Show(name string) string {
	if f == FullName {
		return name
	}
	return Surname(name) + "同志"
}

// Display is a member's identity display (亮身份): by consent, with chosen fields, in chosen places.
// A change is a new row that keeps ShownAt, the moment from which the person has shown identity; the
// row before it ended when the new one began. ActivePersonID holds the person while it is shown.
type Display struct {
	_ struct{} `privacy:"about=member; why=党员自愿亮身份; kept=always; because=本人可以随时撤回,撤回后只有本人能看到"`

	ID             int64
	PersonID       int64
	UnitID         int64
	ConsentID      int64
	NameForm       NameForm `privacy:"mark"`
	Pledge         string   `privacy:"words"`
	Skills         string   `privacy:"words"`
	OnPage         bool
	InGroup        bool
	OnDoor         bool
	ShownAt        time.Time
	EndedAt        *time.Time
	EndReason      string `privacy:"mark"`
	ActivePersonID *int64
}

// ShownMember is a display with its member's name, as the unit page needs it.
type ShownMember struct {
	Display
	Name string
}

// Why a display ended.
const (
	EndChanged       = "changed"
	EndWithdrawn     = "withdrawn"
	EndGroupUnbound  = "group_unbound"
	EndPlaqueRemoved = "plaque_removed"
	EndNoMember      = "membership_ended"
	EndLeft          = "left"
	EndMoved         = "moved"
)

// Refusals of identity display.
var (
	ErrDisplayNotMember = fault.New(fault.Forbidden, "display.not_a_member", "亮身份是给党员用的。如果您是党员而这里没有登记，请联系社区核对后再来。")
	ErrDisplayNoUnit    = fault.New(fault.Conflict, "display.no_unit", "亮身份在您居住的单元里进行，您现在没有登记住在哪个单元。请联系社区登记后再来。")
	ErrDisplayNowhere   = fault.New(fault.Invalid, "display.no_place", "请至少选择一个亮身份的地方：单元页、微信群或门牌。如果想停止，请点“撤回”。")
	ErrDisplayNoGroup   = fault.New(fault.Conflict, "display.not_from_group", "要在微信群里亮身份，请先从本单元微信群里的小程序卡片打开一次，再回来选择。")
	ErrDisplayNoPlaque  = fault.New(fault.Conflict, "display.no_plaque", "您家还没有装好“共产党员户”门牌。请先申请门牌，装好后再选择在门上亮身份。")
	ErrDisplayTwice     = fault.New(fault.Conflict, "display.shown_already", "您刚刚已经亮过身份。请刷新页面查看，需要修改时再提交一次。")
)

// Anywhere tells whether any place is chosen.
func (d Display) Anywhere() bool { return d.OnPage || d.InGroup || d.OnDoor }

// AddDisplay stores a display that is shown from now on.
func AddDisplay(tx *gorm.DB, d *Display) error {
	d.ActivePersonID = &d.PersonID
	return refuseDuplicate(tx.Create(d).Error, ErrDisplayTwice)
}

// ActiveDisplay gives what a person shows now, nil when they show nothing.
func ActiveDisplay(tx *gorm.DB, person int64) (*Display, error) {
	return maybe[Display](tx.Where("active_person_id = ?", person))
}

// EndDisplay ends a display for a reason; ending it twice is the same as once.
func EndDisplay(tx *gorm.DB, id int64, reason string, now time.Time) error {
	return tx.Model(&Display{}).Where("id = ? AND active_person_id IS NOT NULL", id).
		Updates(map[string]any{"ended_at": now, "end_reason": reason, "active_person_id": nil}).Error
}

// shown gives the displays in a unit whose members live there, with their names. Whoever moves or
// leaves is seen no more from that moment, whatever became of the display's own row.
func shown(tx *gorm.DB, unit int64) *gorm.DB {
	return tx.Model(&Display{}).Select("displays.*, persons.name").Joins("JOIN persons ON persons.id = displays.person_id").
		Where("displays.unit_id = ? AND displays.active_person_id IS NOT NULL", unit).
		Where("persons.node_id = displays.unit_id AND persons.state = ?", PersonHere)
}

// ShownOnPage gives the displays on a unit's page, the longest shown first.
func ShownOnPage(tx *gorm.DB, unit int64) ([]ShownMember, error) {
	var out []ShownMember
	err := shown(tx, unit).Where("displays.on_page = ?", true).Order("displays.shown_at, displays.id").Find(&out).Error
	return out, err
}

// ShownOnDoor gives the displays on a household's door plaque, the longest shown first.
func ShownOnDoor(tx *gorm.DB, unit, household int64) ([]ShownMember, error) {
	var out []ShownMember
	err := shown(tx, unit).Where("displays.on_door = ? AND persons.household_id = ?", true, household).
		Order("displays.shown_at, displays.id").Find(&out).Error
	return out, err
}

// ShowingOnDoor gives who in a household has chosen to show identity on its door, in the order in which
// they are locked.
func ShowingOnDoor(tx *gorm.DB, household int64) ([]int64, error) {
	var ids []int64
	err := tx.Model(&Display{}).Where("displays.active_person_id IS NOT NULL AND displays.on_door = ?", true).
		Joins("JOIN persons ON persons.id = displays.person_id").Where("persons.household_id = ?", household).
		Order("displays.person_id").Pluck("displays.person_id", &ids).Error
	return ids, err
}

// ShownInGroup lists the displays in a unit's WeChat group: of those who have entered this very group
// through the account that they are bound to now, so that nobody is shown in a group bound later.
func ShownInGroup(tx *gorm.DB, g UnitGroup, s Slice) ([]ShownMember, error) {
	var out []ShownMember
	entered := tx.Table("group_entries").Select("bindings.active_person_id").
		Joins("JOIN bindings ON bindings.active_user_id = group_entries.user_id").Where("group_entries.unit_group_id = ?", g.ID)
	q := shown(tx, g.UnitID).Where("displays.in_group = ? AND displays.person_id IN (?)", true, entered)
	return out, s.Oldest(q, "displays.id").Find(&out).Error
}

// ShowingPersons gives who in a unit shows identity now, in any place.
func ShowingPersons(tx *gorm.DB, unit int64) ([]int64, error) {
	var ids []int64
	err := tx.Model(&Display{}).Where("unit_id = ? AND active_person_id IS NOT NULL", unit).Pluck("person_id", &ids).Error
	return ids, err
}
