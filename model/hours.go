package model

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// HoursSource says how hours came to be known.
type HoursSource string

// The sources: attendance at an activity, or a log that the volunteer files after the fact.
const (
	FromActivity HoursSource = "activity"
	FromLog      HoursSource = "log"
)

// HoursState is how far a record of service has come: open → claimed → confirmed, or refused, or void.
type HoursState string

// The states of hours. Open: checked in, not yet out. Void: withdrawn, or taken back by the organiser.
const (
	HoursOpen      HoursState = "open"
	HoursClaimed   HoursState = "claimed"
	HoursConfirmed HoursState = "confirmed"
	HoursRefused   HoursState = "refused"
	HoursVoid      HoursState = "void"
)

// HoursStates gives all of them.
func HoursStates() []HoursState {
	return []HoursState{HoursOpen, HoursClaimed, HoursConfirmed, HoursRefused, HoursVoid}
}

// hoursMoves is every move that hours can make. Confirmed ones are made void by a counter-transfer;
// from refused and void nothing leads on.
var hoursMoves = map[HoursState][]HoursState{
	HoursOpen:      {HoursClaimed, HoursVoid},
	HoursClaimed:   {HoursConfirmed, HoursRefused, HoursVoid},
	HoursConfirmed: {HoursVoid},
}

// MayBecome tells whether hours in this state may move to the next.
func (s HoursState) MayBecome(next HoursState) bool { return slices.Contains(hoursMoves[s], next) }

// Title is what people call the state.
func (s HoursState) Title() string {
	return map[HoursState]string{
		HoursOpen: "服务中", HoursClaimed: "待确认", HoursConfirmed: "已确认", HoursRefused: "未通过", HoursVoid: "已作废",
	}[s]
}

// Way says how somebody was checked in or out.
type Way string

// The ways: the code on the organiser's screen, the organiser's hand, the volunteer's own word (a log).
const (
	ByCode      Way = "code"
	ByOrganiser Way = "organiser"
	BySelf      Way = "self"
)

// Bounds of what people report.
const (
	MostMinutes    = 12 * 60             // of one record
	LogsFiledFor   = 30 * 24 * time.Hour // how long after the service a log can be filed
	MaxHoursText   = 500                 // characters of what was done
	MaxHoursPlace  = 80
	MaxHoursReason = 200

	MostHoursPhotos = 9
)

// Refusals about hours.
var (
	ErrHoursNotFound = fault.New(fault.NotFound, "hours.not_found", "没有找到这条服务记录，或者您不能查看。请回到列表重试。")
	ErrHoursChanged  = fault.New(fault.Conflict, "hours.changed", "这条填报刚刚改过，没有确认。请刷新以后看看现在写的是什么，再确认。")
	ErrHoursState    = fault.New(fault.Conflict, "hours.wrong_state", "这条服务记录现在的状态不能这样办理。请刷新列表后再看。")
	ErrHoursOverlap  = fault.New(fault.Conflict, "hours.overlap", "这段时间已经有另一条服务记录，同一时间不能记两次。请在“我的服务”里核对时间后再填。")
	ErrHoursFuture   = fault.New(fault.Invalid, "hours.future", "服务时间不能晚于现在。请在服务结束以后再填写。")
	ErrHoursShort    = fault.New(fault.Invalid, "hours.too_short", "结束时间要比开始时间至少晚1分钟，请核对后再提交。")
	ErrHoursLong     = fault.New(fault.Invalid, "hours.too_long", "一条服务记录最长12小时。请核对时间；如果服务分成几段，请分开填写。")
	ErrHoursLate     = fault.New(fault.Invalid, "hours.too_late", "只能补记最近30天以内的服务。更早的服务请联系社区核实。")
	ErrHoursBounds   = fault.New(fault.Invalid, "hours.outside_activity", "时间不在活动的起止时间以内，请核对后再提交。")
	ErrHoursOwn      = fault.New(fault.Forbidden, "hours.own", "自己的服务时长不能自己办理。请由另一位有权限的同志办理。")
	ErrHoursEntered  = fault.New(fault.Forbidden, "hours.entered_by_you", "这条记录是您代为填写的，不能再由您确认。请由另一位有权限的同志办理。")
	ErrHoursTurn     = fault.New(fault.Conflict, "hours.not_your_turn", "这条记录现在由更了解情况的一级确认。7天以后仍没有确认的，您可以直接办理。")
	ErrHoursActivity = fault.New(fault.Conflict, "hours.of_activity", "这是活动的签到记录，请在活动里由组织者统一办理。")
	ErrHoursKind     = fault.New(fault.Invalid, "hours.unknown_kind", "没有这一类服务，请从列表里选择。")
	ErrHoursNoHome   = fault.New(fault.Conflict, "hours.no_home", "没有登记住在哪个社区，不能填报服务记录。请先联系社区登记住处。")
	ErrHoursSpent    = fault.New(fault.Conflict, "hours.points_spent", "这条记录的积分已经用掉一部分，扣回后积分会不够，所以现在不能这样更正。请等积分足够以后再办理，或与志愿者商量。")
)

// Hours is one record of service: of an activity or of a log. A person's hours change only under the
// person's lock. An open record has no end yet; FromAt and UntilAt are the bounds of its activity.
type Hours struct {
	_ struct{} `privacy:"about=volunteer; why=志愿服务记录; kept=always; because=志愿服务记录依规定长期保存"`

	ID           int64
	PersonID     int64
	Source       HoursSource `privacy:"mark"`
	ActivityID   *int64
	NodeID       int64  // the organiser's; of a log the volunteer's unit
	Kind         string `privacy:"mark"`
	Content      string `privacy:"words"`
	ContentPrint string `privacy:"hash"` // of a log: the same for texts that say the same
	Place        string `privacy:"place"`
	StartsAt     time.Time
	EndsAt       *time.Time
	FromAt       *time.Time
	UntilAt      *time.Time
	Minutes      int64      `privacy:"figure"`
	State        HoursState `privacy:"mark"`
	EnteredByID  int64      // who filed it for the volunteer; 0: the volunteer
	InWay        Way        `privacy:"mark"`
	OutWay       Way        `privacy:"mark"`
	InByID       int64
	OutByID      int64
	DecidedByID  int64      // who confirmed or refused it, or withdrew it; who made confirmed hours void, their changes say
	DecidedAt    *time.Time // when it came to its state
	Reason       string     `privacy:"reason"`
	Evaluation   string     `privacy:"reason"`
	Points       int64      `privacy:"figure"`
	TransferID   *int64
	CreatedAt    time.Time
}

// TableName keeps gorm from guessing at a plural.
func (Hours) TableName() string { return "hours" }

// BeforeCreate gives a record that has none an id by NewID: no row of the table is numbered by the database, which
// would hit upon numbers that are about to be given.
func (h *Hours) BeforeCreate(*gorm.DB) error {
	if h.ID == 0 {
		h.ID = NewID(h.CreatedAt)
	}
	return nil
}

// HoursDay is the part of confirmed hours that lies in one Beijing day, with what it earned there.
type HoursDay struct {
	_ struct{} `privacy:"about=volunteer; why=每天的服务时长,用来算积分; kept=always; because=志愿服务记录依规定长期保存"`

	ID        int64
	HoursID   int64
	PersonID  int64
	Day       string `privacy:"moment"` // YYYY-MM-DD
	Minutes   int64  `privacy:"figure"`
	Counted   int64  `privacy:"figure"` // minutes that the day's cap left
	Sixtieths int64  `privacy:"figure"` // counted minutes times points an hour: what was earned, in sixtieths of a point
	Points    int64  `privacy:"figure"`
}

// TableName keeps gorm from guessing at a plural.
func (HoursDay) TableName() string { return "hours_days" }

// HoursChange is what hours were before a change; the record itself is what they are now.
type HoursChange struct {
	_ struct{} `privacy:"about=volunteer; why=服务记录改过什么; kept=always; because=志愿服务记录依规定长期保存"`

	ID           int64
	HoursID      int64
	CorrectionID int64  // 0: a claim that the volunteer changed, or hours made void
	What         string `privacy:"mark"` // change, correct, void, begin_again
	Kind         string `privacy:"mark"`
	Content      string `privacy:"words"`
	Place        string `privacy:"place"`
	StartsAt     time.Time
	EndsAt       *time.Time
	Minutes      int64 `privacy:"figure"`
	Points       int64 `privacy:"figure"`
	TransferID   *int64
	ByPersonID   int64
	At           time.Time
}

// TableName keeps gorm from guessing at a plural.
func (HoursChange) TableName() string { return "hours_changes" }

// HoursByID gives hours.
func HoursByID(tx *gorm.DB, id int64) (Hours, error) {
	var h Hours
	return h, take(tx.Where("id = ?", id), &h, ErrHoursNotFound)
}

// LockHours reads hours and keeps others from moving them until the transaction ends. The caller has
// locked the person.
func LockHours(tx *gorm.DB, id int64) (Hours, error) {
	return HoursByID(forUpdate(tx), id)
}

// HoursOverlap tells whether a person has another record that counts between two moments. A record without an end
// reaches to the end of its activity. The caller has locked the person.
func HoursOverlap(tx *gorm.DB, person, but int64, from, until time.Time) (bool, error) {
	var n int64
	err := tx.Model(&Hours{}).Where("person_id = ? AND id <> ? AND state IN ? AND starts_at < ?", person, but, countingHours, until).
		Where(reachesBeyond, from).Count(&n).Error
	return n > 0, err
}

// Overlaps is HoursOverlap for one record.
func (h Hours) Overlaps(from, until time.Time) bool {
	end := h.EndsAt
	if end == nil {
		end = h.UntilAt
	}
	return h.StartsAt.Before(until) && (end == nil || end.After(from))
}

const reachesBeyond = "COALESCE(ends_at, until_at) IS NULL OR COALESCE(ends_at, until_at) > ?"

// countingHours are the states of records that leave no room for another at the same time.
var countingHours = []HoursState{HoursOpen, HoursClaimed, HoursConfirmed}

// AddHours stores new records with ids by NewID. One person has one record of an activity.
func AddHours(tx *gorm.DB, rows ...Hours) error { return idTaken(AddAll(tx, rows)) }
