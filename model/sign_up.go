package model

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// SignUpState says whether somebody who signed up has a seat.
type SignUpState string

// The states of a sign-up: with a seat, on the waiting list, signed off.
const (
	Seated    SignUpState = "seated"
	Waiting   SignUpState = "waiting"
	SignedOff SignUpState = "off"
)

// Title is what people call the state.
func (s SignUpState) Title() string {
	return map[SignUpState]string{Seated: "已报名", Waiting: "候补中", SignedOff: "已退出"}[s]
}

// SignUpWay is how somebody came to be signed up.
type SignUpWay string

// The ways: by themselves, by an officer for them, at the door.
const (
	SignedBySelf  SignUpWay = "self"
	SignedByProxy SignUpWay = "proxy"
	SignedAtDoor  SignUpWay = "door"
)

// SignUp is one person's for one activity; who signs off and up again keeps the row and gets a new
// turn. Turns are the order of the waiting list: they are given out under the activity's lock.
type SignUp struct {
	_ struct{} `privacy:"about=volunteer; why=活动的报名和候补; kept=always; because=服务记录要能查到报名"`

	ID          int64
	ActivityID  int64
	PersonID    int64
	State       SignUpState `privacy:"mark"`
	Way         SignUpWay   `privacy:"mark"`
	Turn        int64       `privacy:"figure"`
	SignedAt    time.Time
	EnteredByID int64      // 0: by themselves
	SeatedAt    *time.Time // nil while they wait, and for who never had a seat
	OffAt       *time.Time
	OffByID     int64
	LeftReason  string `privacy:"reason"` // why the organiser said when they left; "" where they were checked out
}

// BeforeCreate gives a sign-up that has none an id by NewID, as with Hours.
func (s *SignUp) BeforeCreate(*gorm.DB) error {
	if s.ID == 0 {
		s.ID = NewID(s.SignedAt)
	}
	return nil
}

// Refusals about sign-ups.
var (
	ErrSignUpTwice     = fault.New(fault.Conflict, "activity.signed_up_already", "已经报过名，不用再报。请在“我的活动”里查看是有名额还是在候补。")
	ErrSignUpNot       = fault.New(fault.Conflict, "activity.not_signed_up", "还没有报名，或者已经退出。请先报名。")
	ErrSignUpAudience  = fault.New(fault.Forbidden, "activity.not_for_you", "按您的登记，您不在这个活动的参加范围里。如果登记有误，请联系社区更正。")
	ErrSignUpFull      = fault.New(fault.Conflict, "activity.full", "名额已满，不能直接签到。有事请找现场的组织者。")
	ErrSignUpWaiting   = fault.New(fault.Conflict, "activity.still_waiting", "您还在候补，没有轮到名额，不能签到。有人退出时会自动补上并通知您。")
	ErrSignUpCheckedIn = fault.New(fault.Conflict, "activity.checked_in", "已经签到，不能退出活动。要离开时请签退。")
)

// CountSignUps gives how many people have a seat, or wait. Within a transaction the caller has locked
// the activity.
func CountSignUps(tx *gorm.DB, activity int64, state SignUpState) (int64, error) {
	var n int64
	return n, tx.Model(&SignUp{}).Where("activity_id = ? AND state = ?", activity, state).Count(&n).Error
}

// FreeSeats gives how many seats of a locked activity nobody has.
func FreeSeats(tx *gorm.DB, a Activity) (int64, error) {
	if a.Capacity == 0 {
		return Unlimited, nil
	}
	seated, err := CountSignUps(tx, a.ID, Seated)
	return max(a.Capacity-seated, 0), err
}

// Unlimited stands for the seats of an activity without a limit.
const Unlimited = int64(1) << 30

// LastTurn gives the last turn that was given out at an activity, 0 when there was none. The caller has locked the
// activity.
func LastTurn(tx *gorm.DB, activity int64) (turn int64, err error) {
	return turn, tx.Model(&SignUp{}).Where("activity_id = ?", activity).Select("COALESCE(MAX(turn), 0)").Scan(&turn).Error
}

// SignUpsFor gives the sign-ups of some people for some activities, in any state.
func SignUpsFor(tx *gorm.DB, activities, people []int64) ([]SignUp, error) {
	return inLists(people, func(some []int64) ([]SignUp, error) {
		var out []SignUp
		return out, tx.Where("activity_id IN ? AND person_id IN ?", activities, some).Find(&out).Error
	})
}

// AddSignUps stores new sign-ups. The caller has locked the activities.
func AddSignUps(tx *gorm.DB, rows []SignUp) error { return idTaken(AddAll(tx, rows)) }

// SignUpAgain stores a sign-up in the place of the same person's who has signed off. The caller has locked the
// activity.
func SignUpAgain(tx *gorm.DB, s SignUp) error {
	return changed(tx.Model(&SignUp{}).Where("id = ? AND state = ?", s.ID, SignedOff).Updates(map[string]any{
		"state": s.State, "way": s.Way, "turn": s.Turn, "signed_at": s.SignedAt, "entered_by_id": s.EnteredByID,
		"seated_at": s.SeatedAt, "off_at": nil, "off_by_id": 0,
	}), ErrSignUpTwice)
}

// SignOff gives up a seat or a place on the waiting list. The caller has locked the activity.
func SignOff(tx *gorm.DB, s *SignUp, by int64, now time.Time) error {
	was := s.State
	s.State, s.OffAt, s.OffByID = SignedOff, &now, by
	return changed(tx.Model(&SignUp{}).Where("id = ? AND state = ?", s.ID, was).
		Updates(map[string]any{"state": SignedOff, "off_at": now, "off_by_id": by}), ErrSignUpNot)
}

// NoteLeft keeps why the organiser said when somebody left.
func NoteLeft(tx *gorm.DB, activity, person int64, reason string) error {
	return tx.Model(&SignUp{}).Where("activity_id = ? AND person_id = ?", activity, person).Update("left_reason", reason).Error
}

// SignUpsAmong gives a person's sign-ups for some activities.
func SignUpsAmong(tx *gorm.DB, person int64, activities []int64) ([]SignUp, error) {
	return inLists(activities, func(some []int64) ([]SignUp, error) {
		var out []SignUp
		return out, tx.Where("person_id = ? AND activity_id IN ?", person, some).Find(&out).Error
	})
}

// MoveUp gives seats of an activity, at the node with the path at, to those who have waited longest and whom its
// audience admits now, at most so many, and gives them in their order. The others go on waiting. The caller has
// locked the activity.
func MoveUp(tx *gorm.DB, a Activity, at string, seats int64, now time.Time) ([]SignUp, error) {
	var up []SignUp
	batch := int(min(seats, RowsAtOnce))
	for turn := int64(0); int64(len(up)) < seats; {
		var waiting []SignUp
		err := tx.Where("activity_id = ? AND state = ? AND turn > ?", a.ID, Waiting, turn).Order("turn").Limit(batch).Find(&waiting).Error
		if err != nil || len(waiting) == 0 {
			return up, err
		}
		last := len(waiting) < batch
		turn = waiting[len(waiting)-1].Turn
		if waiting, err = admitted(tx, a.Audience, at, waiting); err != nil {
			return nil, err
		}
		waiting = waiting[:min(int64(len(waiting)), seats-int64(len(up)))]
		if err := seat(tx, waiting, now); err != nil {
			return nil, err
		}
		if up = append(up, waiting...); last {
			break
		}
		batch = RowsAtOnce
	}
	return up, nil
}

// admitted leaves of sign-ups those of people whom an audience admits now.
func admitted(tx *gorm.DB, audience Audience, at string, of []SignUp) ([]SignUp, error) {
	ids := make([]int64, len(of))
	for i, u := range of {
		ids[i] = u.PersonID
	}
	people, err := inLists(ids, func(some []int64) ([]Person, error) {
		var them []Person
		return them, tx.Select("id", "node_id", "membership", "state").Where("id IN ?", some).Find(&them).Error
	})
	if err != nil {
		return nil, err
	}
	byID, homes := map[int64]Person{}, make([]int64, len(people))
	for i, p := range people {
		byID[p.ID], homes[i] = p, p.NodeID
	}
	nodes, err := NodesByIDs(tx, homes)
	paths := map[int64]string{}
	for _, n := range nodes {
		paths[n.ID] = n.Path
	}
	return slices.DeleteFunc(of, func(u SignUp) bool {
		p := byID[u.PersonID]
		return !audience.Admits(p, paths[p.NodeID], at)
	}), err
}

// seat gives seats to those who wait.
func seat(tx *gorm.DB, them []SignUp, now time.Time) error {
	ids := make([]int64, len(them))
	for i := range them {
		ids[i] = them[i].ID
		them[i].State, them[i].SeatedAt = Seated, &now
	}
	_, err := inLists(ids, func(some []int64) ([]struct{}, error) {
		return nil, tx.Model(&SignUp{}).Where("id IN ? AND state = ?", some, Waiting).
			Updates(map[string]any{"state": Seated, "seated_at": now}).Error
	})
	return err
}

// SignUpsAfter gives the sign-ups of an activity in some states behind an id, for what goes through all
// of them in batches.
func SignUpsAfter(tx *gorm.DB, activity int64, states []SignUpState, after int64, limit int) ([]SignUp, error) {
	var out []SignUp
	return out, tx.Where("activity_id = ? AND state IN ? AND id > ?", activity, states, after).Order("id").Limit(limit).Find(&out).Error
}
