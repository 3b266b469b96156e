package model

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// Actor is who asks. The zero Actor is nobody: it may do what anyone may, and nothing else.
type Actor struct {
	UserID     int64 // 0: not signed in
	SessionID  int64
	TokenHash  string // of the token that they came with
	PersonID   int64  // 0: not bound
	Name       string
	NodeID     int64  // where the person belongs: the unit, or the node served; 0 for who has moved away
	Path       string // of NodeID
	UnitID     int64  // 0 for a person without a unit
	Household  int64
	Membership Membership
	ChildUntil time.Time // when they become 14; zero for who is not known to be younger
	Consented  bool      // of somebody under 14: a guardian agrees
	Grants     []Grant
	Until      time.Time // until when the token stands for them
}

// Grant is a role that the actor holds, with the subtree it reaches.
type Grant struct {
	Role   Role
	NodeID int64
	Path   string
	From   time.Time  `gorm:"column:starts_at"`
	Until  *time.Time `gorm:"column:ends_at"`
}

// Active tells whether the appointment runs at that moment.
func (g Grant) Active(now time.Time) bool {
	return !g.From.After(now) && (g.Until == nil || g.Until.After(now))
}

// Refusals of access. A thing outside the actor's scope is answered as if it were not there.
var (
	ErrSignIn     = fault.New(fault.Unauthenticated, "session.required", "请先登录，再继续操作。")
	ErrBindFirst  = fault.New(fault.Forbidden, "binding.required", "请先在“我的”里绑定手机号，确认您是哪一户的居民，再继续操作。")
	ErrNotAllowed = fault.New(fault.Forbidden, "role.not_allowed", "您的身份不能做这件事。如果需要办理，请联系本单元的单元长或社区。")
)

// IsChild tells whether the actor is known to be under 14.
func (a Actor) IsChild(now time.Time) bool { return a.ChildUntil.After(now) }

// NeedsGuardian tells whether the actor is known to be under 14, and no guardian agrees.
func (a Actor) NeedsGuardian(now time.Time) bool { return a.IsChild(now) && !a.Consented }

// Holds tells whether any of the actor's roles allows the action anywhere.
func (a Actor) Holds(action Action, now time.Time) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Active(now) && action.AllowedTo(g.Role) })
}

// Works tells whether the actor holds any role that has work to do, for which there is the console.
func (a Actor) Works(now time.Time) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Active(now) && len(g.Role.Allows()) > 0 })
}

// May tells whether the actor may do the action at the node with that path: a role reaches its node
// and everything below it, nothing beside or above.
func (a Actor) May(action Action, path string, now time.Time) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool {
		return g.Active(now) && action.AllowedTo(g.Role) && Under(path, g.Path)
	})
}

// Scopes gives the subtrees in which the actor may do the action, for queries that list.
func (a Actor) Scopes(action Action, now time.Time) []string {
	var paths []string
	for _, g := range a.Grants {
		if g.Active(now) && action.AllowedTo(g.Role) && !slices.Contains(paths, g.Path) {
			paths = append(paths, g.Path)
		}
	}
	return paths
}

// HoldsRole tells whether the actor holds one of the roles at a node whose subtree has the path.
func (a Actor) HoldsRole(path string, now time.Time, roles ...Role) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool {
		return g.Active(now) && slices.Contains(roles, g.Role) && Under(path, g.Path)
	})
}

// ActorBySession gives who a session's token stands for, ErrSignIn when it stands for nobody now, and
// ErrTokenReused when it did until another took it over.
func ActorBySession(tx *gorm.DB, tokenHash string, now time.Time) (Actor, error) {
	s, until, err := sessionOf(tx, tokenHash, now)
	if err != nil {
		return Actor{}, err
	}
	a := Actor{UserID: s.UserID, SessionID: s.ID, TokenHash: tokenHash, Until: until}
	return a, a.load(tx)
}

// ActorOfUser gives who a user is now, for what they asked for earlier and what is done only now.
func ActorOfUser(tx *gorm.DB, user int64) (Actor, error) {
	a := Actor{UserID: user}
	return a, a.load(tx)
}

// load fills in the person whom the user is bound to and their roles, past and future ones included:
// their dates are looked at when they are used.
func (a *Actor) load(tx *gorm.DB) error {
	var people []Person
	if err := tx.Where("id IN (?)", tx.Table("bindings").Select("person_id").Where("active_user_id = ?", a.UserID)).Find(&people).Error; err != nil || len(people) == 0 {
		return err
	}
	p := people[0]
	home, err := NodeByID(tx, p.NodeID)
	if err != nil {
		return err
	}
	a.PersonID, a.Name, a.Membership = p.ID, p.Name, p.Membership
	// Who was no child when their record was last changed is none now, and costs no question.
	if a.ChildUntil = p.ChildUntil(); a.ChildUntil.After(p.UpdatedAt) {
		if a.Consented, err = HasConsent(tx, p.ID); err != nil {
			return err
		}
	}
	if p.State == PersonHere { // who has moved away keeps their account and roles, and belongs nowhere
		a.NodeID, a.Path = p.NodeID, home.Path
		if home.Kind == Unit {
			a.UnitID = home.ID
		}
		if p.HouseholdID != nil {
			a.Household = *p.HouseholdID
		}
	}
	err = tx.Table("roles").Select("roles.role, roles.node_id, nodes.path, roles.starts_at, roles.ends_at").
		Joins("JOIN nodes ON nodes.id = roles.node_id").Where("roles.person_id = ?", p.ID).Order("roles.id").Find(&a.Grants).Error
	a.Grants = slices.Clip(slices.Clone(a.Grants)) // actors are kept, and gorm makes room for twenty
	return err
}
